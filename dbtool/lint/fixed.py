"""lint --fix: the style of files that are applied nowhere, corrected where the statements stay the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbtool.config import Project
from dbtool.db import connect
from dbtool.errors import BadFile, DbtoolError, UsageError
from dbtool.files import write_atomically
from dbtool.ledger import read_ledger
from dbtool.lint.chosen import Changed, LintFile
from dbtool.lint.style import examine_style, skipped, style_file
from dbtool.script import read_script
from dbtool.target import Target, load_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is not rewritten, and why."""

    file: LintFile
    why: str


def kept_files(
    project: Project, target: Callable[[], Target], files: Sequence[LintFile], changed: Changed | None
) -> tuple[Kept, ...]:
    """Return which of *files* must stay as they are: migrations that are applied anywhere, or on the base branch.

    Read-only on every environment's database. Raises UsageError where one cannot be asked.
    """
    migrations = [file for file in files if file.migration]
    if not migrations:
        return ()
    applied = _applied_anywhere(project, target())
    return tuple(_kept(migrations, applied, changed))


def _kept(files: Sequence[LintFile], applied: dict[str, str], changed: Changed | None) -> Iterator[Kept]:
    for file in files:
        assert file.migration
        if where := applied.get(file.migration.id):
            yield Kept(file=file, why=f"it is applied to {where}")
        elif changed is not None and file.migration.path.resolve() not in changed.paths:
            yield Kept(file=file, why=f"it is on {changed.base}")


def _applied_anywhere(project: Project, target: Target) -> dict[str, str]:
    """Return the ids that are applied, each with an environment. Read-only."""
    found: dict[str, str] = {}
    for name in [target.name, *(n for n in project.environments if n != target.name)]:
        try:
            asked = target if name == target.name else load_target(project, name)
            if asked.embedded and not (project.state / "postgres").exists():
                continue  # it never ran
            with connect(asked, purpose="lint", read_only=True) as conn:
                found |= {id: name for id in read_ledger(conn, project.ledger_schema).applied if id not in found}
        except DbtoolError as error:
            raise UsageError(
                f"--fix has to know what {name} has applied, and it cannot be asked: {error.message.splitlines()[0]}",
                hint="make it reachable; or name files that are no migrations: dbtool lint --fix sql/schema",
            ) from None
    return found


def fix_files(project: Project, files: Sequence[LintFile]) -> tuple[Path, ...]:
    """Correct the style of *files*, and return those that were rewritten. Writes files, each whole or not at all."""
    texts = {file.path: text for file in files if (text := _text(file.path)) is not None}
    written: list[Path] = []
    for path, _, fixed in examine_style(texts, style_file(project.root), fix=True):
        if fixed is not None:
            write_atomically(path, _as_before(path.read_bytes(), fixed))
            written.append(path)
    return tuple(sorted(written))


def _text(path: Path) -> str | None:
    try:
        script = read_script(path)
    except BadFile:
        return None
    source = path.read_bytes()
    if skipped(source, has_data=any(statement.data for statement in script.statements)):
        return None
    return source.decode("utf-8-sig").replace("\r\n", "\n")


def _as_before(source: bytes, fixed: str) -> str:
    """Return the corrected text with the line ends and the byte-order mark that the file has.

    >>> _as_before(b"\\xef\\xbb\\xbfselect 1;\\r\\n", "SELECT 1;\\n")
    '\\ufeffSELECT 1;\\r\\n'
    """
    text = fixed.replace("\n", "\r\n") if b"\r\n" in source else fixed
    return ("\ufeff" if source.startswith(b"\xef\xbb\xbf") else "") + text
