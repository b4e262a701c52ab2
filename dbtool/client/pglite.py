"""A real PGlite, run by node: what the client's migrations make in it. The only file that knows node."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbtool.config import Project
from dbtool.errors import DatabaseRefused, DbtoolError
from dbtool.files import make_ignored_folder, write_atomically

if TYPE_CHECKING:
    from dbtool.client.bundle import Bundle
    from dbtool.schema.whole import Schema

NAME = "@electric-sql/pglite"
INSTALL = f"npm install --save-dev {NAME}"
LEDGER = "public._dbtool_migration"
_SECONDS = 180  # a fresh PGlite costs 4 to 6
_KEPT = 4  # answers, below .dbtool/
_SCRIPTS = (Path(__file__).with_name("pglite.mjs"), Path(__file__).with_name("catalog.mjs"))


class NoPGlite(DbtoolError):
    """There is no node, or it has no PGlite: nothing can be proved on one here."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PGlite:
    """A PGlite that can be had: ``node`` the program, ``modules`` the node_modules folder that has the package."""

    node: Path
    modules: Path
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a PGlite became: by the migrations, and by one SQL text for everything, where that was asked for."""

    schema: "Schema"
    fresh: "Schema | None"


def find_pglite(project: Project) -> PGlite:
    """Return the PGlite of *project*. Reads files. Raises NoPGlite where there is none."""
    node = shutil.which("node")
    if node is None:
        raise NoPGlite("there is no node to run a PGlite", hint=f"install Node.js 20 or newer, then: {INSTALL}")
    for modules in _places(project):
        package = modules / NAME / "package.json"
        if package.is_file():
            version = str(json.loads(package.read_text(encoding="utf-8")).get("version", ""))
            return PGlite(node=Path(node), modules=modules, version=version)
    raise NoPGlite(f"there is no {NAME} in the project's node_modules", hint=INSTALL)


def _places(project: Project) -> Sequence[Path]:
    if project.client.node_modules:
        return [project.client.node_modules]
    return [folder / "node_modules" for folder in (project.root, *project.root.parents)]


def made_in_pglite(project: Project, pglite: PGlite, bundle: "Bundle", fresh: str | None = None) -> Made:
    """Return what *bundle*, applied by its own code, makes of a new PGlite, and what the SQL *fresh* does. Runs node.

    What was answered to the same question before is taken from below .dbtool/. Raises DatabaseRefused where a
    migration fails, and where node does.
    """
    question = _question(project, bundle, fresh)
    scripts = [path.read_text(encoding="utf-8") for path in _SCRIPTS]
    asked = json.dumps([question, scripts, pglite.version], sort_keys=True)
    kept = project.state / "client" / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
    answer = _read(kept)
    if answer is None:
        answer = _answer(pglite, question)
        _keep(kept, answer)
    version = int(answer["version"])
    return Made(
        schema=schema_of(answer["catalog"], version),
        fresh=schema_of(answer["fresh"], version) if answer["fresh"] is not None else None,
    )


def _question(project: Project, bundle: "Bundle", fresh: str | None) -> dict[str, Any]:
    from dbtool.client.bundle import MODULE, texts_of

    return {
        "bundle": texts_of(bundle)[MODULE],
        "extensions": {name: _module(project, name) for name in bundle.extensions},
        "fresh": fresh,
        **catalog_queries(),
    }


def catalog_queries() -> dict[str, Any]:
    """Return the statements that read a catalog, as PGlite takes them: with their parameters written out."""
    from dbtool.queries import query
    from dbtool.schema.catalog import FAMILIES
    from dbtool.schema.names import literal

    def text(name: str) -> str:
        sql = query(name).as_string(None)
        return sql.replace("%(ledger)s", literal(LEDGER.split(".")[0])).replace("%%", "%")

    return {
        "settings": text("catalog/settings"),
        "queries": {family: text(f"schema/{family}") for family in FAMILIES},
    }


def _module(project: Project, extension: str) -> str:
    """Return the npm module of an extension: PGlite's own have the name that JavaScript allows."""
    return project.client.extensions.get(extension) or f"{NAME}/contrib/{extension.replace('-', '_')}"


def _answer(pglite: PGlite, question: Mapping[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="dbtool-pglite-") as folder:
        module = Path(folder) / "migrations.mjs"
        module.write_text(question["bundle"], encoding="utf-8")
        work = {**question, "bundle": str(module), "from": str(pglite.modules.parent / "dbtool.js")}
        done = _run(pglite, json.dumps(work))
    try:
        answer = cast(dict[str, Any], json.loads(done.stdout))
    except ValueError:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-12:]
        ended = f"by signal {-done.returncode}" if done.returncode < 0 else f"with {done.returncode}"
        raise DatabaseRefused(
            "\n".join([f"node ended {ended}, and PGlite {pglite.version} did not answer", *said]),
            hint="a PGlite takes about 1 GB of memory, and Node.js 20 or newer",
        ) from None
    if error := answer.get("error"):
        raise DatabaseRefused(_told(error, pglite), hint=error.get("hint") or "")
    return answer


def _run(pglite: PGlite, work: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            [pglite.node, "--no-warnings", _SCRIPTS[0]],
            input=work.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DatabaseRefused(
            f"PGlite {pglite.version} was not done after {_SECONDS} s, and node was ended",
            hint="does a migration loop, or read what nobody sends?",
        ) from None
    except OSError as error:
        raise NoPGlite(f"{pglite.node} cannot be run: {error.strerror}") from None


def _told(error: Mapping[str, Any], pglite: PGlite) -> str:
    lines = [f"PGlite {pglite.version}: {error.get('message')}", error.get("detail"), error.get("where")]
    return "\n".join(str(line) for line in lines if line)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _keep(path: Path, answer: Mapping[str, Any]) -> None:
    """Keep *answer*, and no more than a few of those before it. A disk that is full is no reason to stop."""
    try:
        make_ignored_folder(path.parent.parent)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, json.dumps(answer))
        others = sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in others[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def schema_of(catalog: Mapping[str, Sequence[Sequence[Any]]], version: int) -> "Schema":
    """Return what the rows of the queries say, without the bundle's own ledger. It is for comparing: nothing needs."""
    from dbtool.schema.catalog import record_of
    from dbtool.schema.whole import Schema, parts_of

    records = [record_of(_row(row)) for rows in catalog.values() for row in rows]
    schema, name = LEDGER.split(".")
    kept = [r for r in records if r.parent != LEDGER and (r.schema, r.name) != (schema, name)]
    return Schema(parts=parts_of({r.key: r for r in kept}), needs={}, version=version, role="postgres")


def _row(row: Sequence[Any]) -> tuple[Any, ...]:
    *words, is_, address = row
    return (*words, json.loads(is_), None if address is None else [int(number) for number in address])
