"""<family>.test.sql -> Cases: what is promised of a family, in plain SQL.

-- dbtool: as application                   run as a role that owns nothing, so that policies apply to it
INSERT INTO this_table DEFAULT VALUES;      what stands before the first case is run before each

-- case: an UPDATE that does not set client_id resets it
UPDATE this_table SET client_id = DEFAULT;
SELECT client_id IS NULL FROM this_table;   a claim: rows there must be, and every value in them true
-- fails: 23514
UPDATE this_table SET client_id = '';       must fail, with that SQLSTATE
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbtool.errors import BadFile
from dbtool.families.family import CASES
from dbtool.finding import Finding, Place
from dbtool.parser import node_name, syntax_tree
from dbtool.script import Script, Statement, examine_script


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One statement of a case, as the file has it."""

    sql: bytes
    place: Place
    claims: bool = False  # a SELECT: its rows must be true
    fails: str = ""  # the SQLSTATE that it must fail with


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One promise: its name, and the statements that try it."""

    name: str
    place: Place
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One file of cases. ``before`` is run before each of them."""

    path: Path
    cases: tuple[Case, ...]
    before: tuple[Act, ...] = ()
    as_application: bool = False

    @property
    def family(self) -> str:
        """The family that they are about."""
        return self.path.name.removesuffix(CASES)


def read_cases(path: Path) -> Cases:
    """Return the cases in *path*. Reads the file, and nothing else. Raises BadFile with every mistake."""
    script = _read(path)
    findings: list[Finding] = []
    before: list[Act] = []
    cases: list[tuple[str, Place, list[Act]]] = []
    as_application = False
    end, fails = 0, ""
    for statement in script.statements:
        for word, value, place in _said(script, end, statement.start):
            if word == "case":
                _refuse_expectation(fails, place, findings)
                cases.append((value, place, []))
                fails = ""
            elif word == "fails":
                _refuse_expectation(fails, place, findings)
                fails = value
            elif word == "dbtool" and value == "as application" and not (cases or before):
                as_application = True
            else:
                findings.append(_meaningless(word, value, place))
        act, refused = _act(script, statement, fails)
        (cases[-1][2] if cases else before).append(act)
        findings += refused
        end, fails = statement.end, ""
    for word, value, place in _said(script, end, len(script.source)):
        if word == "case":
            cases.append((value, place, []))
        else:
            findings.append(_meaningless(word, value, place))
    found = Cases(
        path=path,
        cases=tuple(Case(name=name, place=place, acts=tuple(acts)) for name, place, acts in cases),
        before=tuple(before),
        as_application=as_application,
    )
    findings += _mistakes(found)
    if findings:
        raise BadFile(*findings)
    return found


_line = re.compile(rb"^[ \t]*--[ \t]*(case|fails|dbtool):[ \t]*([^\r\n]*?)[ \t]*\r?$", re.MULTILINE)


def _read(path: Path) -> Script:
    script, refused = examine_script(path)
    if others := [finding for finding in refused if finding.id != "transaction-control"]:
        raise BadFile(*others)
    return script


def _said(script: Script, start: int, end: int) -> Iterator[tuple[str, str, Place]]:
    """Yield the comment lines between two statements that mean something."""
    for found in _line.finditer(script.source[start:end]):
        place = script.place(start + found.start(1))
        yield found[1].decode(), found[2].decode(errors="replace"), Place(path=place.path, line=place.line)


def _act(script: Script, statement: Statement, fails: str) -> tuple[Act, list[Finding]]:
    text = script.text(statement)
    place = script.place(statement.start)
    tree: Any = syntax_tree(text)
    refused: list[Finding] = []
    if node_name(tree) == "transaction_stmt":
        finding = Finding(
            id="transaction-control",
            message=f"no transaction begins or ends within a case\n{script.excerpt(statement.start)}",
            help="all cases are rolled back, each by itself; a savepoint is DO $$ BEGIN ... EXCEPTION ... END $$",
            place=place,
        )
        refused.append(finding)
    claims = node_name(tree) == "select_stmt" and not tree.select_stmt.HasField("into_clause") and not fails
    return Act(sql=text, place=place, claims=claims, fails=fails), refused


def _mistakes(cases: Cases) -> Iterator[Finding]:
    if not cases.cases:
        yield Finding(
            id="cases-none",
            message="the file has no case",
            help="a comment line begins one: -- case: an UPDATE keeps the value",
            place=Place(path=cases.path),
        )
    seen: dict[str, Place] = {}
    for case in cases.cases:
        if not case.name:
            yield Finding(id="case-name", message="the case has no name", help=_NAME, place=case.place)
        elif case.name in seen:
            message = f'the case "{case.name}" stands twice, first on line {seen[case.name].line}'
            yield Finding(id="case-name", message=message, help=_NAME, place=case.place)
        seen.setdefault(case.name, case.place)
        if not any(act.claims or act.fails for act in case.acts):
            yield Finding(
                id="case-claims-nothing",
                message=f'the case "{case.name}" claims nothing',
                help='a SELECT that must be true, or "-- fails: <SQLSTATE>" before a statement that must fail',
                place=case.place,
            )
    for act in (*cases.before, *(act for case in cases.cases for act in case.acts)):
        if act.fails and not re.fullmatch(r"[0-9A-Z]{5}", act.fails):
            yield Finding(
                id="case-sqlstate",
                message=f"{act.fails!r} is no SQLSTATE",
                help="five digits and capitals, such as 42501: manual, appendix A",
                place=act.place,
            )


_NAME = "say what is promised, once: -- case: an UPDATE keeps the value"


def _refuse_expectation(fails: str, place: Place, findings: list[Finding]) -> None:
    if fails:
        message = f'no statement follows "-- fails: {fails}"'
        findings.append(Finding(id="case-sqlstate", message=message, place=place))


def _meaningless(word: str, value: str, place: Place) -> Finding:
    return Finding(
        id="case-header",
        message=f'"-- {word}: {value}" means nothing here',
        help='"-- dbtool: as application" stands at the top, "-- case:" before the statements of a case, '
        '"-- fails:" before a statement',
        place=place,
    )
