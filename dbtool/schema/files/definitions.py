"""sql/schema/**.sql -> Definition: each statement with its place and what it makes. Refuses what is no schema. Pure.

Files are read here, and nothing is asked of a server.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.script import Script, Statement, read_script
from dbtool.shadow.tamed import tame


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a statement makes, as far as its first words tell."""

    family: str  # relation, type, function, ...: what may not have the same name
    schema: str
    name: str
    on: str = ""  # the table of a trigger, a policy or a rule

    def __str__(self) -> str:
        return self.name + (f" on {self.on}" if self.on else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One statement of the schema: what is run of it on a shadow, where it stands, what it makes."""

    script: Script
    statement: Statement
    sql: bytes
    made: Made | None

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.script.place(self.statement.start)

    @property
    def turn(self) -> int:
        """When it has its turn: 0; 1 for grants, which may be meant for all that is there; 2 for event triggers."""
        return 2 if _event_trigger.match(self.sql) else 1 if _grant.match(self.sql) else 0


_grant = re.compile(rb"(grant|revoke)\b", re.IGNORECASE)
_event_trigger = re.compile(rb"(create|alter|comment\s+on)\s+event\b", re.IGNORECASE)

_MAY_STAND = "what may stand there: CREATE, ALTER, COMMENT ON, GRANT and REVOKE ON, SECURITY LABEL"
_schema = re.compile(rb"(create|alter|comment|grant|revoke|security)\b", re.IGNORECASE)
_first_words = re.compile(rb"\w+(?:\s+(?:transaction|index|database|role)\b)?", re.IGNORECASE)
_hints = {
    "drop": "take out what is no longer wanted: the difference drops it",
    "insert": "rows go into sql/seeds/, or into a migration",
    "copy": "rows go into sql/seeds/, or into a migration",
    "update": "changes of rows go into a migration",
    "delete": "changes of rows go into a migration",
    "set": "take it out: every name is found by the search_path of the database, and no setting changes a schema",
    "select": "take it out; pg_dump's set_config('search_path', ...) as well: it qualifies every name",
    "do": "write the statements out that it runs",
}


def files_of(folder: Path) -> list[Path]:
    """Return the .sql files below *folder*, by path, or the one file that it is. Reads folders."""
    return [folder] if folder.is_file() else sorted(folder.rglob("*.sql"))


def read_definitions(folder: Path) -> tuple[Definition, ...]:
    """Return the statements of all .sql files below *folder*, by path, or of the one file that it is.

    Raises BadFile with everything that cannot be parsed, is no schema, or is defined twice.
    """
    findings: list[Finding] = []
    found: list[Definition] = []
    for path in files_of(folder):
        try:
            script = read_script(path)
        except BadFile as bad:
            findings += [_retold(f) for f in bad.findings if f.id != "empty-file"]
            continue
        for statement in script.statements:
            try:
                found.append(definition_of(script, statement))
            except BadFile as bad:
                findings += bad.findings
    findings += _twice(found)
    if findings:
        raise BadFile(*findings)
    return tuple(found)


def definition_of(script: Script, statement: Statement) -> Definition:
    """Return what one statement defines. Pure. Raises BadFile where it is no schema."""
    text = script.text(statement)
    if not _schema.match(text):
        raise BadFile(_no_schema(script, statement, text))
    tamed = tame(text)
    if tamed.passed_over:
        finding = _told(
            script,
            statement,
            "this is about the server, and no part of a database's schema",
            "roles, databases and tablespaces are made where the server is set up; roles that the schema names need "
            "not be there for dbtool to compare it",
        )
        raise BadFile(finding)
    return Definition(script=script, statement=statement, sql=tamed.run[0], made=made_by(text))


def _no_schema(script: Script, statement: Statement, text: bytes) -> Finding:
    words = _first_words.match(text)
    said = words[0].decode() if words else "this"
    hint = _hints.get(said.split()[0].lower(), "")
    return _told(script, statement, f"{said.upper()} is no schema", f"{hint}; {_MAY_STAND}" if hint else _MAY_STAND)


def _told(script: Script, statement: Statement, message: str, help: str) -> Finding:
    shown = f"{message}\n{script.excerpt(statement.start)}"
    return Finding(id="not-schema", message=shown, help=help, place=script.place(statement.start))


# What read_script() says of migrations.
_RETOLD = ("transaction-control", "copy-without-data", "copy-to-stdout")


def _retold(finding: Finding) -> Finding:
    if finding.id not in _RETOLD:
        return finding
    _, _, shown = finding.message.partition("\n")
    what = "COPY" if finding.id.startswith("copy") else "transaction control"
    return replace(finding, id="not-schema", message=f"{what} is no schema\n{shown}", help=_MAY_STAND)


# ---- what a statement makes

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_QUALIFIED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_FAMILIES = {
    "table": "relation", "view": "relation", "sequence": "relation", "index": "relation", "type": "type",
    "domain": "type", "procedure": "function", "aggregate": "function",
}  # fmt: skip
_header = re.compile(
    rf"""create\s+(?:or\s+replace\s+)?
    (?:(?:global|local|temp|temporary|unlogged|recursive|constraint|unique|foreign|materialized|event|trusted
        |procedural|default)\s+)*
    (?P<kind>table|view|sequence|index|type|domain|function|procedure|aggregate|trigger|policy|rule|schema|extension
        |collation|server|publication|subscription|statistics|language|conversion)\s+
    (?:concurrently\s+)?(?P<lenient>if\s+not\s+exists\s+)?(?P<name>{_QUALIFIED})(?P<rest>.*)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_on = re.compile(rf"\bon\s+(?:only\s+)?({_QUALIFIED})", re.IGNORECASE)
_rule_on = re.compile(rf"\bto\s+({_QUALIFIED})", re.IGNORECASE)
_HEAD = 2_000  # bytes: a name stands at the front


def made_by(sql: bytes) -> Made | None:
    """Return what a statement makes; None where it makes nothing, or gives no name.

    >>> str(made_by(b"create trigger t before update of a on public.users for each row execute function f()"))
    't on public.users'
    >>> made_by(b'create unlogged table if not exists app."User" ()')
    Made(family='relation', schema='app', name='User', on='')
    """
    head = _header.match(sql[:_HEAD].decode(errors="replace"))
    if head is None or head["name"].lower() == "on":
        return None
    kind, rest = head["kind"].lower(), head["rest"]
    names = _folded(head["name"])
    place = (
        (_rule_on if kind == "rule" else _on).search(rest) if kind in ("trigger", "policy", "rule", "index") else None
    )
    table = _folded(place[1]) if place else []
    schema = "" if kind in _UNSCHEMED else (table if kind == "index" else names)[:-1]
    return Made(
        family=_FAMILIES.get(kind, kind),
        schema=schema if isinstance(schema, str) else schema[-1] if schema else "public",
        name=names[-1],
        on="" if kind == "index" or not table else ".".join(["public", *table][-2:]),
    )


_ON_TABLES = ("trigger", "policy", "rule", "index")
_UNSCHEMED = ("trigger", "policy", "rule", "schema", "extension", "server", "publication", "subscription", "language")


def _folded(name: str) -> list[str]:
    parts: list[str] = re.findall(_NAME, name)
    return [p[1:-1].replace('""', '"') if p.startswith('"') else p.lower() for p in parts]


# ---- what is made twice

_OVERLOADED = ("function",)
_lenient = re.compile(rb"create\s+(?:schema|extension)\s+if\s+not\s+exists\b", re.IGNORECASE)
_shell = re.compile(rb"create\s+type\s+[^\s(]+\s*$", re.IGNORECASE)


def _twice(definitions: Iterable[Definition]) -> Iterator[Finding]:
    found: defaultdict[Made, list[Definition]] = defaultdict(list)
    for definition in definitions:
        lenient = _lenient.match(definition.sql) or _shell.match(definition.sql)
        if definition.made and definition.made.family not in _OVERLOADED and not lenient:
            found[definition.made].append(definition)
    for made, places in found.items():
        for again in places[1:]:
            yield defined_twice(str(made), again, places[0])


def defined_twice(what: str, again: Definition, first: Definition) -> Finding:
    """Return the finding for what two statements define."""
    return Finding(
        id="defined-twice",
        message=f"{what} is defined twice: here, and at {first.place}\n{again.script.excerpt(again.statement.start)}",
        help="take one of them out",
        place=again.place,
    )
