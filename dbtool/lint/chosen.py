"""Which files are linted, and what each of them is for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbtool.config import Project
from dbtool.errors import UsageError
from dbtool.git import git, usual_base
from dbtool.lint.source import Role
from dbtool.migrations import ROLLBACK, Folder, Migration
from dbtool.seeds import FOLDER as SEEDS


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFile:
    """One file: ``name`` is its path from the project's folder; ``migration`` the one that it is, or undoes."""

    path: Path
    name: str
    role: Role
    migration: Migration | None = None
    ours: bool = True  # it lies where the project has its files

    @property
    def rollback(self) -> Path | None:
        """The file that undoes it."""
        return self.migration.rollback if self.migration and self.role is Role.MIGRATION else None


def all_files(project: Project, folder: Folder) -> list[LintFile]:
    """Return every SQL file of the project, migrations first, in running order. Reads folders."""
    found: list[LintFile] = []
    for migration in _in_sql(folder):
        found.append(_file(project, migration.path, Role.MIGRATION, migration))
        if migration.rollback:
            found.append(_file(project, migration.rollback, Role.ROLLBACK, migration))
    for top, role in _folders(project):
        found += [_file(project, path, role) for path in _sql_files(top)]
    return found


def schema_files(project: Project) -> list[Path]:
    """Return the files of sql/schema. Reads folders."""
    return _sql_files(project.schema)


def migration_files(folder: Folder) -> list[Path]:
    """Return the files that migrate in SQL, in running order."""
    return [migration.path for migration in _in_sql(folder)]


def _in_sql(folder: Folder) -> list[Migration]:
    return [migration for migration in (*folder.migrations, *folder.post_apply) if not migration.is_python]


def files_at(project: Project, folder: Folder, paths: Iterable[Path]) -> list[LintFile]:
    """Return the files that are meant by *paths*: themselves, or all .sql files below a folder. Reads folders.

    A file of another place counts as a migration. Raises UsageError for what is not there.
    """
    known = {file.path.resolve(): file for file in all_files(project, folder)}
    found: dict[Path, LintFile] = {}
    for given in paths:
        path = given.absolute()
        if path.is_dir():
            files = _sql_files(path)
        elif path.exists():
            files = [path]
        else:
            raise UsageError(f"{given} is not there", hint="a file, or a folder with .sql files")
        for file in files:
            real = file.resolve()
            role = Role.ROLLBACK if file.name.endswith(ROLLBACK) else Role.MIGRATION
            found.setdefault(real, known.get(real) or replace(_file(project, file, role), ours=False))
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The files that the branch *base* has not, or has otherwise."""

    base: str
    paths: frozenset[Path]


def not_on_base(project: Project, base: str | None) -> Changed | None:
    """Return which files *base* has not as they are here; None where there is no git. Runs git.

    Raises UsageError where git does not know *base*.
    """
    top = git(project.root, "rev-parse", "--show-toplevel")
    chosen = base or (usual_base(project.root) if top else "")
    parted = git(project.root, "merge-base", "HEAD", chosen) if chosen and top else None
    if parted is None or top is None:
        if base is not None:
            raise UsageError(f"git does not know {base}, or nothing that it shares with HEAD", hint="git fetch")
        return None
    changed = git(project.root, "diff", "--name-only", "--no-relative", "--diff-filter=d", "-z", parted, "--") or ""
    new = git(Path(top), "ls-files", "--others", "--exclude-standard", "-z") or ""
    names = [name for name in (*changed.split("\0"), *new.split("\0")) if name]
    return Changed(base=chosen, paths=frozenset((Path(top) / name).resolve() for name in names))


def choose(files: Sequence[LintFile], changed: Changed | None, applied: Collection[str] | None) -> list[LintFile]:
    """Return those that are not on the base branch, or not applied; where neither is known, all of them.

    *applied* are the ids that the target has; None where it was not asked.
    """
    if changed is None and applied is None:
        return list(files)
    return [
        file
        for file in files
        if (changed is not None and _is_changed(file, changed))
        or (changed is None and file.migration is None)
        or (applied is not None and file.migration is not None and file.migration.id not in applied)
    ]


def _is_changed(file: LintFile, changed: Changed) -> bool:
    """Return whether the file is changed, or what undoes it."""
    return any(path.resolve() in changed.paths for path in (file.path, file.rollback) if path)


def _folders(project: Project) -> tuple[tuple[Path, Role], ...]:
    return (
        (project.schema, Role.SCHEMA),
        (project.triggers, Role.TRIGGER),
        (project.root / SEEDS, Role.SEED),
    )


def _sql_files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() == ".sql" and not path.is_dir())
    below = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    return sorted(below, key=lambda path: path.relative_to(folder).parts)


def _file(project: Project, path: Path, role: Role, migration: Migration | None = None) -> LintFile:
    name = path.as_posix().removeprefix(f"{project.root.as_posix().rstrip('/')}/")
    return LintFile(path=path, name=name, role=role, migration=migration)
