"""sql/triggers/*.sql -> Family: what is made once, what is made for each table, and which tables those are.

    -- Sets updated_at.                         the first comment lines: what it does, in words
    -- dbtool: category domain                  each table of the category has it
    -- dbtool: table public.tenants             so has this one
    -- dbtool: except public.node_types         and this one has it not
    -- dbtool: column updated_at                a table needs this column
    -- dbtool: set client                       the migrations that it goes into: client, or server (the default)

Then plain SQL. A statement that names ``this_table`` is made for each table, the others once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.parser import replace_name
from dbtool.schema.catalog import Key
from dbtool.schema.files.definitions import Definition, definition_of, made_by
from dbtool.schema.names import qualified, quoted, unquoted
from dbtool.script import Script, read_script
from dbtool.spelling import close_words
from dbtool.tags import CATEGORIES, Tags

THIS = "this_table"
SETS = ("server", "client")
CASES = ".test.sql"  # beside a family: what `dbtool triggers test` runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that may have families: its tags, and the columns that it has."""

    schema: str
    name: str
    tags: Tags
    columns: frozenset[str]

    def __str__(self) -> str:
        return qualified(self.schema, self.name)

    @property
    def key(self) -> Key:
        """Its key in a catalog."""
        return "table", self.schema, "", self.name

    @property
    def sets(self) -> tuple[str, ...]:
        """The migration sets that it is in, as far as its tags tell."""
        if self.tags.client_only:
            return ("client",)
        return SETS if self.tags.category == "domain" and not self.tags.server_only else ("server",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One file of sql/triggers/. Tables are named as PostgreSQL quotes them, with their schema."""

    name: str
    script: Script
    description: str = ""
    categories: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    sets: tuple[str, ...] = ("server",)
    shared: tuple[Definition, ...] = ()  # what is made once
    each: tuple[Definition, ...] = ()  # what is made for each table, as the file has it

    @property
    def path(self) -> Path:
        """The file."""
        return self.script.path

    @property
    def cases(self) -> Path:
        """The file with what `dbtool triggers test` runs; it need not be there."""
        return self.path.with_name(self.name + CASES)

    def wants(self, table: Table, of: str = "server") -> bool:
        """Return whether *table* is to have it, in that migration set. Pure."""
        if of not in self.sets or of not in table.sets or str(table) in self.excepted:
            return False
        return str(table) in self.tables or table.tags.category in self.categories

    def lacking(self, table: Table) -> tuple[str, ...]:
        """Return the columns that it needs and *table* has not. Pure."""
        return tuple(column for column in self.columns if column not in table.columns)

    def definitions_for(self, table: str) -> Iterator[Definition]:
        """Yield what is made for the table of that quoted name. Pure."""
        for definition in self.each:
            sql = replace_name(definition.sql, THIS, table.encode())
            yield replace(definition, sql=sql, made=made_by(sql))


def read_families(folder: Path) -> tuple[Family, ...]:
    """Return the families below *folder*, by name; none where it is not there. Raises BadFile with every mistake."""
    families: list[Family] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.sql")):
        if path.name.endswith(CASES):
            continue
        try:
            families.append(_family(read_script(path), findings))
        except BadFile as bad:
            findings += bad.findings
    if findings:
        raise BadFile(*findings)
    return tuple(families)


def _family(script: Script, findings: list[Finding]) -> Family:
    head = bytes(script.source[: script.statements[0].start]).decode(errors="replace").removeprefix("\ufeff")
    said: dict[str, list[str]] = {word: [] for word in _WORDS}
    for number, line in enumerate(head.splitlines(), start=1):
        if (found := HEADER.match(line)) and (word := _told(found, Place(path=script.path, line=number), findings)):
            said[word].append(_value(word, found[2]))
    definitions = [definition_of(script, statement) for statement in script.statements]
    each = tuple(d for d in definitions if replace_name(d.sql, THIS, b"") != d.sql)
    family = Family(
        name=script.path.stem,
        script=script,
        description=_description(head),
        categories=tuple(said["category"]),
        tables=tuple(said["table"]),
        excepted=tuple(said["except"]),
        columns=tuple(said["column"]),
        sets=tuple(said["set"]) or ("server",),
        shared=tuple(d for d in definitions if d not in each),
        each=each,
    )
    if not family.each:
        findings.append(_nothing_for_a_table(script))
    return family


_WORDS = {
    "category": re.compile(r"[\w-]+"),
    "table": re.compile(r'(?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?'),
    "except": re.compile(r'(?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?'),
    "column": re.compile(r'"(?:[^"]|"")+"|[\w$]+'),
    "set": re.compile(r"[\w-]+"),
}
HEADER = re.compile(r"--\s*dbtool:\s*(\S+)[ \t]*(.*?)[ \t]*$")


def _told(found: re.Match[str], place: Place, findings: list[Finding]) -> str:
    """Return the word of a header line; "" where it is none of ours, or what follows it cannot be, which is told."""
    word, value = found[1], found[2]
    if word == "allow":  # of lint
        return ""
    known = {"category": tuple(CATEGORIES), "set": SETS}
    if word not in _WORDS:
        close = close_words(word, _WORDS)
        help = f"did you mean {close[0]}?" if close else "a family's header knows " + ", ".join(_WORDS)
        message = f"-- dbtool: {word} means nothing here"
    elif not _WORDS[word].fullmatch(value):
        message, help = f"-- dbtool: {word} needs a name, found {value!r}", "one name on each line"
    elif word in known and value not in known[word]:
        message, help = f"-- dbtool: {word} {value} is none", f"there are {', '.join(known[word])}"
    else:
        return word
    findings.append(Finding(id="family-header", message=message, help=help, place=place))
    return ""


def _value(word: str, value: str) -> str:
    """Return a table as PostgreSQL quotes it, with its schema, and a column as it is."""
    if word in ("table", "except"):
        return ".".join(quoted(name) for name in ["public", *_folded(value)][-2:])
    return _folded(value)[0] if word == "column" else value


def _folded(value: str) -> Sequence[str]:
    parts: list[str] = re.findall(r'"(?:[^"]|"")+"|[^".]+', value)
    return [unquoted(part)[0] if part.startswith('"') else part.lower() for part in parts]


def _description(head: str) -> str:
    """Return the first comment lines, up to one that is empty or of dbtool."""
    found: list[str] = []
    for line in head.splitlines():
        text = re.match(r"--[ \t]?(?!\s*dbtool:)(.*)", line)
        if text is None or not text[1].strip():
            if found:
                break
            continue
        found.append(text[1].strip())
    return " ".join(found)


def _nothing_for_a_table(script: Script) -> Finding:
    return Finding(
        id="family-without-table",
        message=f"no statement names {THIS}, so this family makes nothing for a table",
        help=f"CREATE TRIGGER ... ON {THIS} ...; what belongs to no table stands in sql/schema",
        place=Place(path=script.path),
    )
