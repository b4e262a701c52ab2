"""apply_schema(conn, folder): sql/schema/**.sql becomes a database, in whatever order its files are.

All statements are sent ahead, each in a transaction of its own. Those that fail for something that is not there yet
are sent again, as long as that moves anything. The trigger families follow: what a table has of them, its comment says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.errors import BadFile
from dbtool.families.family import Family
from dbtool.families.members import members, read_tables, refuse_unfit
from dbtool.finding import Finding
from dbtool.parser import byte_offset
from dbtool.schema.files.by_need import by_need
from dbtool.schema.files.definitions import Definition, defined_twice, read_definitions
from dbtool.schema.files.each import run_each
from dbtool.shadow.extensions import lacking_extension, missing_extension
from dbtool.shadow.roles import make_roles, missing_role

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from dbtool.db import Conn

# manual, appendix A: undefined table, object, function, column, schema
_UNDEFINED = ("42P01", "42704", "42883", "42703", "3F000")
# What may go away with the rest as well: no such key yet for a foreign key, a label that is added later, a wrong
# kind of object, an object that is not ready.
_MAY_PASS = (*_UNDEFINED, "42830", "22P02", "42809", "55000", "42P16", "42P17", "42804", "42846", "42P10")
_DUPLICATE = ("42P07", "42710", "42723", "42P06", "42701")


@dataclass(frozen=True, slots=True)
class _Failed:
    definition: Definition
    diag: "Diagnostic"


def apply_schema(conn: "Conn", folder: Path, families: Sequence[Family] = (), *, of: str = "server") -> None:
    """Run what the .sql files below *folder* define on a shadow, in an order that works; then the families. Writes.

    A folder that is not there defines nothing. *of*: the migration set whose families are meant. Raises BadFile with
    the place of everything that cannot be; and DatabaseRefused for an extension that the shadow's server lacks, or a
    role that cannot be made there.
    """
    of_schema = read_definitions(folder)
    used = _in_use(families, of_schema, conn)
    # sql/schema may use a function of any family, such as in a policy: for clients, what nothing needs goes later
    shared = (d for family in used if of == "client" or of in family.sets for d in family.shared)
    definitions = (*of_schema, *shared)
    families = [family for family in used if of in family.sets]
    if not definitions:
        return
    conn.execute("SET check_function_bodies = off")
    for turn in range(3):
        _apply(conn, by_need([d for d in definitions if d.turn == turn]), definitions)
    if families:
        apply_families(conn, families, of=of, beside=definitions)
    conn.execute("RESET check_function_bodies")


_comment = re.compile(rb"comment\s+on\s+table\b", re.IGNORECASE)
_category = re.compile(rb"@category\s+(\w+)", re.IGNORECASE)


def _in_use(families: Sequence[Family], definitions: Iterable[Definition], conn: "Conn") -> list[Family]:
    """Return the families that a table may have: of the others nothing is made, not even what they make once."""
    if not families:
        return []
    categories = {table.tags.category for table in read_tables(conn)}  # of migrations, where there is no sql/schema
    for definition in definitions:
        if _comment.match(definition.sql):
            categories |= {word.decode() for word in _category.findall(definition.sql)}
    return [family for family in families if family.tables or not categories.isdisjoint(family.categories)]


def apply_families(conn: "Conn", families: Sequence[Family], *, of: str, beside: Sequence[Definition] = ()) -> None:
    """Run what the families make for the tables that are there, each for those that it is meant for. Writes.

    *beside*: what else was defined, for what is defined twice. Raises as apply_schema().
    """
    tables = read_tables(conn)
    refuse_unfit(families, tables, of)
    definitions = [d for member in members(families, tables, of) for d in member.definitions()]
    _apply(conn, definitions, (*beside, *definitions))


def _apply(conn: "Conn", waiting: Sequence[Definition], all_of_them: Sequence[Definition]) -> None:
    places = {id(definition): number for number, definition in enumerate(all_of_them)}
    made: set[str] = set()
    while waiting:
        failed = sorted(_run(conn, waiting), key=lambda one: places[id(one.definition)])
        roles = {role for f in failed if (role := missing_role(f.diag))} - made
        if roles:
            make_roles(conn, roles)
            made |= roles
        _refuse_at_once(conn, failed, all_of_them)
        if len(failed) == len(waiting) and not roles:
            raise BadFile(*_what_remains(failed))
        waiting = by_need([f.definition for f in failed])


def _run(conn: "Conn", definitions: Sequence[Definition]) -> Iterator[_Failed]:
    from psycopg.errors import Diagnostic
    from psycopg.pq import ExecStatus

    results = run_each(conn, [d.sql for d in definitions])
    for definition, result in zip(definitions, results, strict=True):
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            yield _Failed(definition, Diagnostic(result, "utf-8"))


def _refuse_at_once(conn: "Conn", failed: Iterable[_Failed], all_of_them: Sequence[Definition]) -> None:
    findings: list[Finding] = []
    for one in failed:
        if extension := lacking_extension(one.definition.sql, one.diag):
            raise missing_extension(extension, conn, one.definition.place)
        if one.diag.sqlstate in _DUPLICATE:
            findings.append(_duplicate(one, all_of_them))
        elif one.diag.sqlstate not in _MAY_PASS and not missing_role(one.diag):
            findings.append(_refused(one))
    if findings:
        raise BadFile(*dict.fromkeys(findings))


def _refused(one: _Failed) -> Finding:
    """Return what PostgreSQL said, at its place."""
    diag, definition = one.diag, one.definition
    position = int(diag.statement_position or 0)
    start = definition.statement.start
    offset = start + byte_offset(definition.sql, position - 1) if position > 0 else start
    lines = [f"{diag.message_primary} (SQLSTATE {diag.sqlstate})", definition.script.excerpt(offset)]
    lines += [
        f"  {label}: {said}" for label, said in (("detail", diag.message_detail), ("where", diag.context)) if said
    ]
    return Finding(
        id="schema-refused", message="\n".join(lines), help=diag.message_hint or "",
        place=definition.script.place(min(offset, definition.statement.end)),
    )  # fmt: skip


def _duplicate(one: _Failed, all_of_them: Sequence[Definition]) -> Finding:
    """Return the finding with both places, where the other one is found."""
    mine = one.definition.made
    names = [name.encode() for name in re.findall(r'"([^"]+)"', one.diag.message_primary or "")]
    others = [d for d in all_of_them if d is not one.definition]
    alike = [d for d in others if mine and d.made and (d.made.name, d.made.on) == (mine.name, mine.on)]
    naming = [d for d in others if names and all(re.search(rb"\b%s\b" % re.escape(name), d.sql) for name in names)]
    for first in (*alike, *naming):
        return defined_twice((one.diag.message_primary or "").replace(" already exists", ""), one.definition, first)
    return _refused(one)


# ---- what never came to be

_quoted = re.compile(r'"([^"]+)"|(?:function|procedure) ([^\s(]+)\(')


def _what_remains(failed: Sequence[_Failed]) -> tuple[Finding, ...]:
    """Return the findings for what nothing moved any more: causes, not what follows from them."""
    wants = {id(f.definition): _wanted(f) for f in failed}
    makers = {f.definition.made.name: f for f in failed if f.definition.made}
    causes = [f for f in failed if not (f.diag.sqlstate in _UNDEFINED and wants[id(f.definition)] in makers)]
    if causes:
        return tuple(dict.fromkeys(_refused(f) for f in causes))  # one for all tables of a family
    walk = [failed[0]]
    while True:
        following = makers[wants[id(walk[-1].definition)]]
        if following in walk:
            return (_cycle(walk[walk.index(following) :], wants),)
        walk.append(following)


def _wanted(one: _Failed) -> str:
    found = _quoted.search(one.diag.message_primary or "")
    return (found[1] or found[2]).rpartition(".")[2] if found else ""


def _cycle(cycle: Sequence[_Failed], wants: Mapping[int, str]) -> Finding:
    steps = [f"{f.definition.place}: {f.definition.made} needs {wants[id(f.definition)]}" for f in cycle]
    first = cycle[0].definition
    return Finding(
        id="schema-cycle",
        message="these need each other, so none can be first:\n  " + "\n  ".join(steps),
        help="write what closes the circle as a statement of its own: ALTER TABLE ... ADD CONSTRAINT for a foreign "
        "key, ALTER TABLE ... ALTER COLUMN ... SET DEFAULT for a default",
        place=first.place,
    )
