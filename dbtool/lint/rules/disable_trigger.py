"""Triggers are switched off."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import EVERYWHERE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import constant_of
from dbtool.schema.names import quoted

_KINDS = {"DisableTrigAll": "ALL", "DisableTrigUser": "USER", "DisableTrig": ""}


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered(*_KINDS):
        which = _KINDS[command.kind] or quoted(command.name)
        all_of_them = command.kind == "DisableTrigAll"
        yield at(
            command,
            f"DISABLE TRIGGER {which} on {command.table}, for every session, not this one alone"
            + (": foreign keys are not kept meanwhile, and what breaks them stays" if all_of_them else ""),
            "let the triggers see the change; or let their functions look at a setting of the transaction (SET LOCAL "
            "app.<name> = 'off'), which other sessions do not have",
            None if all_of_them else Severity.WARNING,
        )
    for statement, node in source.each("variable_set_stmt"):
        if node.name.lower() == "session_replication_role" and node.args and constant_of(node.args[0]) != "origin":
            yield at(
                statement,
                "session_replication_role switches all triggers of the session off, those of foreign keys as well: "
                "what breaks them stays",
                "let the triggers see the change",
            )


RULE = Rule(
    id="disable-trigger",
    title="Triggers are switched off",
    severity=Severity.ERROR,
    why="DISABLE TRIGGER holds for all sessions until it is enabled again, and takes SHARE ROW EXCLUSIVE. ALL includes "
    "those that keep foreign keys: rows that break them are never looked at again. Audit, change feed and updated_at "
    "miss the change.",
    help="let the triggers see the change, or let them look at a setting of the transaction",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt", "variable_set_stmt"),
    roles=EVERYWHERE,
)
