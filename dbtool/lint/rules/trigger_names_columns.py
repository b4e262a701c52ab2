"""A table's columns change, and a trigger or its function that lists them is left as it is."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.known import Known, Routine
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, listed_name, strings_of
from dbtool.schema.names import quoted

_MANY = 2  # columns of the table that a body names, beside the keys: then it means to name them all


def _check(source: Source, context: Context) -> Iterator[Seen]:
    known = context.wanted if context.schema else context.before(source.path)
    made_again = {listed_name(node.funcname).name for _, node in source.each("create_function_stmt")}
    made_again |= {node.trigname for _, node in source.each("create_trig_stmt")}
    for command in source.altered("AddColumn"):
        column = command.definition.colname
        told = (t for t in _listing(known, command.table, column) if t[1] not in made_again)
        for words, _ in told:
            yield at(
                command,
                f"{words} lists the columns of {command.table}, and not the new {quoted(column)}: it misses changes of "
                "it",
                "make it anew in this migration, and in sql/schema, with the new column; or say there why it is left "
                "out",
            )


def _listing(known: Known, table: Name, column: str) -> Iterator[tuple[str, str]]:
    for node in known.triggers_on(table):
        trigger = node.trigname
        listed = strings_of(node.columns)
        if len(listed) >= _MANY and column not in listed:
            yield f"trigger {quoted(trigger)} (UPDATE OF)", trigger
        function = listed_name(node.funcname)
        routine = known.routine(function)
        if routine is not None and _lists(known, routine, table, column):
            yield f"function {function}(), which trigger {quoted(trigger)} runs,", function.name


_fields = re.compile(rb"\b(?:new|old)\s*\.\s*\"?(\w+)", re.IGNORECASE)


def _lists(known: Known, routine: Routine, table: Name, column: str) -> bool:
    found = known.table(table)
    named = {field.decode().lower() for field in _fields.findall(routine.sql)}
    if found is None or column in named or not any("client_id" in c or "clock" in c for c in found.columns):
        return False
    mine = [c for c in found.columns if c != column and c in named and not c.endswith("_id") and c not in _KEYS]
    return len(mine) >= _MANY


_KEYS = ("id", "created_at", "updated_at", "version", "deleted_at")

RULE = Rule(
    id="trigger-names-columns",
    title="A trigger that lists columns does not know the new one",
    severity=Severity.WARNING,
    why="A trigger with UPDATE OF, or whose function compares OLD.a with NEW.a for each column, as those that merge "
    "the writes of several clients do, goes on as before when a column is added: changes of that column alone are not "
    "seen.",
    help="make the trigger or its function anew with the new column",
    page="sql-createtrigger.html",
    check=_check,
    nodes=nodes("alter_table_stmt"),
    roles=FORWARD,
)
