"""A table of a category that lacks a trigger which all others of the category have."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.known import Known
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.table import Table
from dbtool.lint.tree import Name, listed_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted

_category = re.compile(r"@category\s+([\w-]+)")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("comment_stmt"):
        if enum_word(node, "objtype") != "OBJECT_TABLE" or not (found := _category.search(node.comment)):
            continue
        name = listed_name(node.object.list.items)
        known = (source.known, context.wanted)
        if all(k.table(name) is None for k in known):
            continue
        for function in _family(context.wanted, found[1], name):
            if not any(_runs(k, name, function) for k in known):
                yield at(
                    statement,
                    f"{name} is of category {found[1]}, and lacks the trigger that runs {quoted(function)}(), which "
                    "every other table of this category has",
                    f"CREATE TRIGGER ... ON {name} ... EXECUTE FUNCTION {quoted(function)}();",
                )


def _family(known: Known, category: str, name: Name) -> list[str]:
    """Return the trigger functions that all other tables of *category* run, where there are at least two of them."""
    others = [t for t in known.all_tables() if not name.same(t.name) and _is_of(t, category)]
    if len(others) < 2:
        return []
    functions = sorted({listed_name(node.funcname).name for _, _, node in known.all_triggers()})
    return [f for f in functions if all(_runs(known, t.name, f) for t in others)]


def _is_of(table: Table, category: str) -> bool:
    found = _category.search(table.comment)
    return found is not None and found[1] == category


def _runs(known: Known, name: Name, function: str) -> bool:
    return any(listed_name(node.funcname).name == function for node in known.triggers_on(name))


RULE = Rule(
    id="category-without-triggers",
    title="A table lacks a trigger that its category has",
    severity=Severity.ERROR,
    why="COMMENT ON TABLE ... '@category domain' says what a table is for, and its category's triggers do the work: "
    "the change feed, updated_at, the client's id. A table that lacks one changes without anyone hearing of it.",
    help="make the trigger",
    page="sql-createtrigger.html",
    check=_check,
    nodes=nodes("comment_stmt"),
    roles=CODE,
)
