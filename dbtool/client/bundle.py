"""The bundle: the client's migrations as an ES module and as JSON, for an app to apply at its start."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dbtool.errors import BadFile, UsageError
from dbtool.files import write_atomically
from dbtool.finding import Finding, Place, Severity
from dbtool.migrations import Folder
from dbtool.runner.jobs import Job, Way, make_jobs

JSON, MODULE, TYPES = "migrations.json", "migrations.js", "migrations.d.ts"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One migration in a bundle; ``checksum`` is the SHA-256 of ``sql``."""

    id: str
    checksum: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The versions in running order, and the extensions that they make."""

    versions: tuple[Version, ...]
    extensions: tuple[str, ...]


def bundle_of(folder: Folder) -> Bundle:
    """Return the bundle of the client's migrations. Reads files. Raises BadFile with all that no PGlite can run."""
    jobs = make_jobs(folder.migrations)
    findings = [*(finding for job in jobs for finding in _unfit(job)), *_post_apply(folder)]
    if findings:
        raise BadFile(*findings)
    extensions = {name for job in jobs for name in _extensions(job)}
    return Bundle(versions=tuple(_version(job) for job in jobs), extensions=tuple(sorted(extensions)))


def _version(job: Job) -> Version:
    # not the file's own checksum: a byte-order mark is no part of the SQL
    sql = job.script().source[:].decode("utf-8-sig")
    return Version(id=job.migration.id, checksum=hashlib.sha256(sql.encode()).hexdigest(), sql=sql)


def _unfit(job: Job) -> Iterator[Finding]:
    if job.way is Way.PYTHON:
        yield _finding(job, "a Python migration runs in no browser", "write it in SQL")
        return
    script = job.script()
    for statement, kind in script.kinds():
        why = ""
        if kind.outside:
            why = f"{kind.outside} cannot run in a transaction, and each migration of a client does"
        elif kind.copy_from_stdin:
            why = "COPY ... FROM STDIN hangs in a PGlite"
        if why:
            place = script.place(statement.start)
            yield _finding(job, f"{why}\n{script.excerpt(statement.start)}", "write it another way", place)
    if job.migration.transactional is False:
        yield _finding(job, "-- transactional: false: each migration of a client runs in one", "take that line out")


def _finding(job: Job, message: str, help: str, place: Place | None = None) -> Finding:
    place = place or Place(path=job.migration.path)
    return Finding(id="not-for-clients", message=message, help=help, place=place, migration=job.migration.id)


def _post_apply(folder: Folder) -> Iterator[Finding]:
    for migration in folder.post_apply:
        yield Finding(
            id="not-for-clients",
            message=f"{migration.path.name}: a bundle has nothing that runs each time",
            help="take it away; the app can run it itself",
            place=Place(path=migration.path),
        )


def _extensions(job: Job) -> Iterator[str]:
    from dbtool.parser import node_name, syntax_tree

    script = job.script()
    if b"extension" not in script.source[:].lower():
        return
    for statement in script.statements:
        tree = syntax_tree(bytes(script.source[statement.start : statement.end]))
        if node_name(tree) == "create_extension_stmt":
            yield tree.create_extension_stmt.extname


def texts_of(bundle: Bundle) -> Mapping[str, str]:
    """Return the files of *bundle*, by their names: the same for the same migrations. Pure."""
    migrations = [{"id": v.id, "checksum": v.checksum, "sql": v.sql} for v in bundle.versions]
    data = {"format": _FORMAT, "extensions": list(bundle.extensions), "migrations": migrations}
    module = (
        "// Made by `dbtool migrate --target client`. What stands here is not to be edited.\n\n"
        "/** The extensions that the PGlite has to be made with, by their SQL names. */\n"
        f"export const extensions = Object.freeze({_javascript(data['extensions'])});\n\n"
        "/** All versions, oldest first; `checksum` is the SHA-256 of `sql`. */\n"
        f"export const migrations = Object.freeze({_javascript(migrations)});\n\n"
    )
    return {
        MODULE: module + _part("apply.js"),
        TYPES: "// Made by `dbtool migrate --target client`. What stands here is not to be edited.\n\n"
        + _part("apply.d.ts"),
        JSON: json.dumps(data, indent=2, ensure_ascii=False) + "\n",
    }


def _javascript(value: object) -> str:
    # JSON is JavaScript since ES2019, except that __proto__ is not, and no key here is
    return json.dumps(value, indent=2, ensure_ascii=False)


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def read_bundle(folder: Path) -> Bundle | None:
    """Return the bundle that *folder* has; None for none. Reads files. Raises UsageError for one that is none."""
    path = folder / JSON
    if not path.exists():
        return None
    try:
        data = cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
        versions = tuple(Version(id=m["id"], checksum=m["checksum"], sql=m["sql"]) for m in data["migrations"])
        return Bundle(versions=versions, extensions=tuple(data["extensions"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is no bundle of migrations: {error}",
            hint="it tells which versions clients may have: after a merge take that of the other branch, "
            f"git checkout BRANCH -- {path.name}; delete it if no client has any",
        ) from None


def edited(before: Bundle | None, now: Bundle) -> list[Finding]:
    """Return what clients may have applied, from a bundle of *before*, and *now* is another or not there. Pure."""
    if before is None:
        return []
    known = {version.id: version for version in now.versions}
    found: list[Finding] = []
    for version in before.versions:
        same = known.get(version.id)
        if same is None:
            message = f"{version.id} is in the bundle that clients may have, and its file is not here"
            found.append(Finding(id="missing-migration", message=message, help=_HELP, migration=version.id))
        elif same.checksum != version.checksum:
            both = f"(bundle {version.checksum[:8]}, file {same.checksum[:8]})"
            message = f"{version.id} was edited, and clients may have applied it as it was {both}"
            found.append(Finding(id="edited-migration", message=message, help=_HELP, migration=version.id))
    return found


_HELP = 'restore it from git, and put the change in a new one: dbtool generate --target client "..."'


def stale(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the names of the files in *folder* that are not there, or not as *texts* say. Reads files."""
    return [name for name, text in texts.items() if _text(folder / name) != text]


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def write_bundle(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write what is not there as *texts* say, each file whole or not at all; return what was written. Writes files."""
    names = stale(folder, texts)
    if names:
        folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        write_atomically(folder / name, texts[name])
    return [folder / name for name in names]


def refused(findings: Sequence[Finding], allowed: Sequence[str]) -> tuple[Finding, ...]:
    """Return *findings* with what is *allowed* as a note. Pure."""
    from dataclasses import replace

    allows = {"edited-migration", "missing-migration"} if "edited-migration" in allowed else set[str]()
    return tuple(replace(f, severity=Severity.NOTE) if f.id in allows else f for f in findings)
