"""The law of the schema engine, over the folders of cases: <kind>/<case>/from.sql becomes to.sql, and back.

Written in the files: `-- rows: SQL` (put in before), `-- keep: QUERY` (answers the same before, after and on the way
back; `-- keep once:` not on the way back, which loses it), `-- since: 15`, `-- until: 17` (servers),
`-- refused: TEXT` (what the engine says of a change that it does not make), `-- no way back: TEXT` (of one that it
makes for good).
A sample runs on the oldest and the newest server, all of them on each with `make test-all`.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from dbtool.schema.migration.change import plan_change
from dbtool.schema.migration.prove import Proved
from dbtool.schema.migration.scripts import Script
from dbtool.schema.planning.engine import difference
from dbtool.schema.reading.read import read_schema
from dbtool.schema.statement import Unmanageable
from dbtool.schema.whole import Schema
from tests.schema.judge import differences, dump
from tests.servers import Server, binaries

HERE = Path(__file__).parent
_SUBSCRIPTIONS = """
    SELECT quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
    WHERE d.datname = current_database()
"""
ROLES = ("case_owner", "case_reader", "case_writer")


@dataclass(frozen=True, slots=True)
class Case:
    """One pair of schemas."""

    folder: Path

    @property
    def before(self) -> str:
        return (self.folder / "from.sql").read_text()

    @property
    def after(self) -> str:
        return (self.folder / "to.sql").read_text()

    def said(self, word: str) -> list[str]:
        """Return what the files say after `-- word: `."""
        return re.findall(rf"^-- {word}: (.*)$", self.before + self.after, re.MULTILINE)

    def runs_on(self, major: int) -> bool:
        since, until = self.said("since"), self.said("until")
        return (not since or int(since[0]) <= major) and (not until or major <= int(until[0]))

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"


CASES = tuple(Case(path.parent) for path in sorted(HERE.glob("*/*/from.sql")))


def _all() -> Iterator[object]:
    """Yield each case on each server; what is not in the sample is marked slow."""
    ends = (min(binaries()), max(binaries()))
    for major in binaries():
        for number, case in enumerate(case for case in CASES if case.runs_on(major)):
            sample = major in ends and number % 20 == ends.index(major)
            marks = () if sample else (pytest.mark.slow,)
            yield pytest.param(major, case, id=f"pg{major}-{case}", marks=marks)


@pytest.fixture(scope="module")
def case_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    server = Server(request.param).start()
    make_roles(server)
    yield server
    server.remove()


def make_roles(server: Server) -> None:
    """Make the roles that cases name. Writes."""
    with server.connect("postgres") as conn:
        for role in ROLES:
            conn.execute(f"CREATE ROLE {role} NOLOGIN")  # type: ignore[arg-type]


@pytest.mark.parametrize(("case_server", "case"), list(_all()), indirect=["case_server"])
def test_one_becomes_the_other_and_back(case_server: Server, case: Case) -> None:
    law(case_server, case)


def law(server: Server, case: Case) -> None:
    """Hold the engine to the law, in two databases of this case's own."""
    if refused := case.said("refused"):
        with pytest.raises(Unmanageable, match=re.escape(refused[0])):
            _hold(server, case)
    else:
        _hold(server, case)


def _hold(server: Server, case: Case) -> None:
    with _database(server, "case_from", case.before) as one, _database(server, "case_to", case.after) as two:
        was, wanted_dump = dump(server, one), dump(server, two)
        with server.connect(two) as conn:
            wanted = _read(conn)
        files = _plan(server, case, one, wanted)
        with server.connect(one) as conn:
            for sql in case.said("rows"):
                conn.execute(cast(Any, sql))
            kept = _ask(conn, case.said("keep") + case.said("keep once"))
            for file in files:
                _run(conn, file.script)
            told = differences(wanted_dump, dump(server, one))
            assert not told, f"not what was wanted:\n{told}\n\n{_text(f.script for f in files)}"
            assert not difference(_read(conn), wanted), "the second difference is not empty"
            assert _ask(conn, case.said("keep") + case.said("keep once")) == kept, _text(f.script for f in files)
            if case.said("no way back"):
                return
            backs = [file.rollback for file in reversed(files) if file.rollback]
            for back in backs:
                _run(conn, back)
            told = differences(was, dump(server, one))
            assert not told, f"the way back does not end where it began:\n{told}\n\n{_text(backs)}"
            answers = _ask(conn, case.said("keep"))
            assert answers == kept[: len(answers)], _text(backs)


def _plan(server: Server, case: Case, database: str, wanted: Schema) -> tuple[Proved, ...]:
    """Return the files. The proof leaves the database as it was; where there is no way back, it gets one of its own."""
    if not (why := case.said("no way back")):
        with server.connect(database) as conn:
            return plan_change(conn, wanted, ledger_schema="dbtool").files
    with _database(server, "case_shadow", case.before) as shadow, server.connect(shadow) as conn:
        files = plan_change(conn, wanted, ledger_schema="dbtool").files
    lost = [hazard for file in files for hazard in file.lost if hazard.id == "no-rollback"]
    assert any(why[0] in hazard.message for hazard in lost), lost
    return files


@contextmanager
def _database(server: Server, name: str, text: str) -> Generator[str]:
    with server.connect("postgres") as admin:
        strategy = "STRATEGY file_copy" if server.major > 14 else ""  # half the time of the other way
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 {strategy}")  # type: ignore[arg-type]
        try:
            with server.connect(name) as conn:
                conn.execute(cast(Any, text))
            yield name
        finally:
            with server.connect(name) as conn:  # which no database can be dropped with
                for (subscription,) in conn.execute(_SUBSCRIPTIONS).fetchall():
                    conn.execute(f"ALTER SUBSCRIPTION {subscription} SET (slot_name = NONE)")  # type: ignore[arg-type]
                    conn.execute(f"DROP SUBSCRIPTION {subscription}")  # type: ignore[arg-type]
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def _read(conn: psycopg.Connection[Any]) -> Schema:
    return read_schema(conn, ledger_schema="dbtool")


def _run(conn: psycopg.Connection[Any], script: Script) -> None:
    """Run the text as a file of it would be; outside a transaction one statement at a time. Writes."""
    if script.transactional:
        with conn.transaction():
            conn.execute(cast(Any, script.text()))
        return
    for statement in script.statements:
        conn.execute(cast(Any, statement.sql))
    conn.execute("RESET check_function_bodies")


def _ask(conn: psycopg.Connection[Any], queries: list[str]) -> list[list[Any]]:
    return [conn.execute(cast(Any, sql)).fetchall() for sql in queries]


def _text(scripts: "Iterator[Script] | list[Script]") -> str:
    return "\n".join(script.text() for script in scripts)
