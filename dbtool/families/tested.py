"""test_families(conn, ...) -> CaseResult: each family's cases on a stand-in for each of its tables; nothing is left.

One transaction for each table, always rolled back; each case in a savepoint of its own. What a rollback does not take
back: the values that a sequence gave.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, LiteralString, cast

from dbtool.errors import BadFile, DatabaseRefused
from dbtool.families.cases import Act, Case, Cases, read_cases
from dbtool.families.family import THIS, Family
from dbtool.families.members import Member
from dbtool.families.stand_in import CannotTest, Real, bound_by_policies, read_real, stand_in_for
from dbtool.finding import Finding, Place
from dbtool.parser import replace_name

if TYPE_CHECKING:
    import psycopg

    from dbtool.db import Conn

STATEMENT_TIMEOUT, LOCK_TIMEOUT = "10s", "1s"


class Outcome(StrEnum):
    """What came of a case."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of one case on one table. "" as ``case``: none of the family's was tried; as ``table``: none has it."""

    family: str
    table: str
    case: str
    outcome: Outcome
    message: str = ""
    help: str = ""
    place: Place | None = None


def test_families(conn: "Conn", families: Sequence[Family], members: Sequence[Member]) -> Iterator[CaseResult]:
    """Yield what comes of each case on each table that has the family, by table. Writes, and takes all of it back.

    *conn* is in autocommit. Raises DatabaseRefused on a standby, BadFile for a file of cases with a mistake.
    """
    _refuse_standby(conn)
    cases, findings = _all_cases(families)
    if findings:
        raise BadFile(*findings)
    wanted: dict[str, list[Cases]] = {}
    for family in families:
        tables = [str(member.table) for member in members if member.family.name == family.name]
        if family.name not in cases:
            yield _not_tested(
                family.name, "", f"{family.cases.name} is not there", "write what the family promises in it"
            )
        elif not tables:
            yield _not_tested(family.name, "", "no table has it")
        else:
            for table in tables:
                wanted.setdefault(table, []).append(cases[family.name])
    for table, of_table in sorted(wanted.items()):
        yield from _on_table(conn, table, of_table)


def _refuse_standby(conn: "Conn") -> None:
    row = conn.execute("SELECT pg_is_in_recovery()").fetchone()
    if row and row[0]:
        raise DatabaseRefused(
            "this server is a standby: cases write, though all of it is rolled back",
            hint="run them on the primary, or on the shadow",
        )


def _all_cases(families: Sequence[Family]) -> tuple[dict[str, Cases], list[Finding]]:
    found: dict[str, Cases] = {}
    findings: list[Finding] = []
    for family in families:
        if family.cases.exists():
            try:
                found[family.name] = read_cases(family.cases)
            except BadFile as bad:
                findings += bad.findings
    return found, findings


def _not_tested(family: str, table: str, message: str, help: str = "") -> CaseResult:
    return CaseResult(family=family, table=table, case="", outcome=Outcome.NOT_TESTED, message=message, help=help)


def _on_table(conn: "Conn", table: str, wanted: Sequence[Cases]) -> list[CaseResult]:
    """Return what comes of all cases on a table: kept until the transaction is over, so that nobody waits within it."""
    import psycopg

    try:
        with conn.transaction(force_rollback=True):
            _settings(conn)
            real = read_real(conn, table)
            _run(conn, stand_in_for(real))
            return [result for cases in wanted for result in _of_family(conn, cases, real)]
    except CannotTest as error:
        return [_not_tested(cases.family, table, error.message, error.hint) for cases in wanted]
    except psycopg.Error as error:
        if conn.closed:
            raise
        message = f"no stand-in for the table could be made: {_said(error)}"
        return [_not_tested(cases.family, table, message) for cases in wanted]


def _of_family(conn: "Conn", cases: Cases, real: Real) -> list[CaseResult]:
    import psycopg

    with conn.transaction(force_rollback=True):
        if cases.as_application:
            try:
                _run(conn, bound_by_policies(real))
            except CannotTest as error:
                return [_not_tested(cases.family, real.table, error.message, error.hint)]
            except psycopg.Error as error:
                if conn.closed:
                    raise
                message = f"the policies could not be made to bind this role: {_said(error)}"
                return [_not_tested(cases.family, real.table, message)]
        return [_tried(conn, cases, case, real) for case in cases.cases]


def _run(conn: "Conn", statements: Iterable[str]) -> None:
    with conn.pipeline():
        for statement in statements:
            conn.execute(cast(LiteralString, statement))


def _settings(conn: "Conn") -> None:
    conn.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE")
    conn.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
    conn.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    conn.execute("SET LOCAL client_min_messages = warning")


def _tried(conn: "Conn", cases: Cases, case: Case, real: Real) -> CaseResult:
    """Return what came of one case, with everything that it did taken back."""
    wrong: tuple[str, Place] | None = None
    with conn.transaction(force_rollback=True):
        for act in (*cases.before, *case.acts):
            if problem := _problem(conn, act, real):
                wrong = problem, act.place
                break
    return CaseResult(
        family=cases.family,
        table=real.table,
        case=case.name,
        outcome=Outcome.FAILED if wrong else Outcome.PASSED,
        message=wrong[0] if wrong else "",
        place=wrong[1] if wrong else case.place,
    )


def _problem(conn: "Conn", act: Act, real: Real) -> str:
    """Return what is wrong with one statement of a case, in words; "" for nothing."""
    import psycopg

    sql = replace_name(act.sql, THIS, real.stand_in.encode())
    try:
        with conn.transaction():
            cursor = conn.execute(sql)
            if act.claims:
                return _claim(cursor)
    except psycopg.Error as error:
        if conn.closed:
            raise
        if act.fails and error.sqlstate == act.fails:
            return ""
        return _said(error) + (f"; {act.fails} was to come" if act.fails else "")
    return f"it went through, and was to fail with {act.fails}" if act.fails else ""


def _claim(cursor: "psycopg.Cursor[tuple[object, ...]]") -> str:
    rows = cursor.fetchmany(1000)
    if not rows:
        return "no row came, and each claim is about one at least"
    names = [column.name for column in cursor.description or ()]
    for number, row in enumerate(rows, start=1):
        for name, value in zip(names, row, strict=True):
            if value is not True:
                which = f" in row {number}" if len(rows) > 1 else ""
                column = "it" if name == "?column?" else name
                told = {False: "false", None: "null"}.get(value) if value is False or value is None else None
                return f"{column} is {told or f'{value!r}, no boolean'}{which}"
    return ""


def _said(error: "psycopg.Error") -> str:
    return f"{error.diag.message_primary or error} ({error.sqlstate})"
