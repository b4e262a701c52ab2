"""The nasty schema in a database of its own, and what dbtool makes of it in every language."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from dbtool.config import Project, Types, TypesOutput
from dbtool.types import written
from dbtool.types.facts import Facts, read_facts
from tests.conftest import ROOT
from tests.servers import Server

HERE = Path(__file__).parent
PACKAGES = ("typescript@6.0.3", "typescript5@npm:typescript@5.5.4", "zod@4.6.7")


def facts_of(server: Server, name: str, text: str) -> Facts:
    """Return the facts of a new database with *text* in it; it is dropped again."""
    with server.connect("postgres") as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with server.connect(name) as conn:
            conn.execute(text)  # type: ignore[arg-type]
            return read_facts(conn, ledger_schema="public")
    finally:
        with server.connect("postgres") as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def project_of(root: Path, *outputs: TypesOutput, names: Mapping[str, str] | None = None) -> Project:
    """Return a project that is nothing but outputs of types."""
    return Project(
        root=root, file=None, migrations=root, schema=root, triggers=root, environments={},
        types=Types(outputs=outputs, names=names or {}),
    )  # fmt: skip


def text_of(facts: Facts, names: Mapping[str, str] | None = None, **options: object) -> str:
    """Return what one output holds."""
    output = TypesOutput(path=Path("out"), **options)  # type: ignore[arg-type]
    (made,) = written.made(project_of(Path(), output, names=names), (output,), {output.target: facts})
    return made.text


@pytest.fixture(scope="session")
def nasty(server: Server) -> Facts:
    """The facts of the nasty schema."""
    return facts_of(server, "nasty", (HERE / "nasty.sql").read_text())


@dataclass(frozen=True)
class Npm:
    """The folder of the npm packages, and node."""

    modules: Path

    def node(self, *arguments: str | Path, folder: Path) -> str:
        done = subprocess.run(
            ["node", *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def compile(self, compiler: str, folder: Path, *files: str, **options: object) -> None:
        """Run a TypeScript compiler, strict, on files; raises with what it says."""
        (folder / "tsconfig.json").write_text(
            json.dumps({"compilerOptions": {"strict": True, "types": [], **options}, "files": files})
        )
        self.node(self.modules / compiler / "bin/tsc", "-p", "tsconfig.json", folder=folder)


@pytest.fixture(scope="session")
def npm() -> Iterator[Npm]:
    """The real compilers; without npm, what needs them is skipped."""
    done = subprocess.run([ROOT / "tests/tools/npm.sh", *PACKAGES], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    yield Npm(Path(done.stdout.strip()))
