"""Changes that write every row of a table anew, while nobody can use it."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.commands import Command, column_constraints
from dbtool.lint.context import Context, before_of
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.time_zone import is_utc
from dbtool.lint.tree import SERIAL, Type, is_null, type_of
from dbtool.lint.type_changes import Change, cast_type, change_of, computes
from dbtool.lint.volatility import volatile_call
from dbtool.parser import enum_word
from dbtool.schema.names import quoted

_ADD = "add the column nullable and without a default, set the default for new rows, fill the old ones in batches"


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered():
        if command.kind == "AddColumn":
            yield from _new_column(source, context, command)
        elif command.kind == "AlterColumnType":
            yield from _type(source, context, command)
        elif command.kind in _WHOLE:
            yield at(
                command, f"{_WHOLE[command.kind]} writes all of {command.table} anew, while nobody can use it", _MOVE
            )
        elif command.kind == "SetExpression" and not _is_virtual(source, context, command):
            yield at(
                command,
                f"a new expression for a stored generated column computes all rows of {command.table} anew, while "
                "nobody can use it",
                "add a new column, fill it in batches, and let readers change over to it",
            )
        elif command.kind == "AddIdentity":
            continue  # a sequence beside the column: no row is written
    for statement, node in source.each("alter_table_move_all_stmt"):
        yield at(
            statement, f"all tables of tablespace {quoted(node.orig_tablespacename)} are copied, locked one by one"
        )


_WHOLE = {
    "SetLogged": "SET LOGGED",
    "SetUnLogged": "SET UNLOGGED",
    "SetAccessMethod": "SET ACCESS METHOD",
    "SetTableSpace": "SET TABLESPACE",
}
_MOVE = "do it in a window, or move the rows in batches into a new table of that kind, then swap the names"


def _new_column(source: Source, context: Context, command: Command) -> Iterator[Seen]:
    column = command.definition
    name = quoted(column.colname)
    type_ = type_of(column.type_name)
    constraints = dict(column_constraints(column))
    rewritten = f"all rows of {command.table} are written anew, while nobody can use it"
    if type_.name in SERIAL:
        yield at(command, f"{name} is {type_.name}: each row takes a number, so {rewritten}", _serial_help(name))
    elif "IDENTITY" in constraints:
        yield at(command, f"{name} is an identity column: each row takes a number, so {rewritten}", _serial_help(name))
    elif "GENERATED" in constraints and not _virtual(constraints["GENERATED"]):
        yield at(
            command,
            f"{name} is generated and stored, so {rewritten}",
            (
                "GENERATED ALWAYS AS (...) VIRTUAL computes it when it is read (18 and newer), and rewrites nothing; "
                "or "
                if context.version >= 18
                else ""
            )
            + "add a plain column, let a trigger fill it for new rows, and fill the old ones in batches",
        )
    elif "DEFAULT" in constraints and not is_null(constraints["DEFAULT"].raw_expr):
        called = volatile_call(
            constraints["DEFAULT"].raw_expr, source.known, context.before(source.path), context.wanted
        )
        if called:
            yield at(command, f"the default of {name} calls {called}(), which is volatile: {rewritten}", _ADD)
        elif (domain := _constrained_domain(source, context, type_)) != "":
            yield at(
                command,
                f"{name} is of domain {domain}, which has constraints, and has a default: {rewritten}",
                "use the domain's own type with a CHECK added NOT VALID, then validated",
            )


def _constrained_domain(source: Source, context: Context, type_: Type) -> str:
    # ATExecAddColumn(): a domain with constraints takes the slow road
    for known in (source.known, context.before(source.path)):
        domain = known.domains.get(type_.name)
        if domain is not None and any(enum_word(c.constraint, "contype") == "CONSTR_CHECK" for c in domain.constraints):
            return type_.name
    return ""


def _serial_help(name: str) -> str:
    return (
        f"add {name} bigint nullable; CREATE SEQUENCE ... OWNED BY it; ALTER COLUMN {name} SET DEFAULT nextval('...'); "
        "fill the old rows in batches; then SET NOT NULL through a validated CHECK"
    )


def _virtual(constraint: Any) -> bool:
    return bool(constraint.generated_kind == "v")


def _is_virtual(source: Source, context: Context, command: Command) -> bool:
    table = before_of(source, context, command.table)
    column = table.columns.get(command.name) if table else None
    return column is not None and column.generated_kind == "v"


def _type(source: Source, context: Context, command: Command) -> Iterator[Seen]:
    column = command.definition
    new = type_of(column.type_name)
    using = column.raw_default if column.HasField("raw_default") else None
    table = before_of(source, context, command.table)
    old = table.columns.get(command.name) if table else None
    change = change_of(old.type if old else None, new, utc=is_utc(source, command.parsed))
    if using is not None and (computes(using, command.name) or (cast_type(using) or new).name != new.name):
        change = Change.REWRITE
    name = quoted(command.name)
    was = f" from {old.type}" if old and old.type != new else ""
    if change is Change.REWRITE:
        yield at(
            command,
            f"{name} changes{was} to {new}: all rows of {command.table} and their indexes are written anew, while "
            "nobody can use it",
            f"add a column of type {new}, keep it in step with a trigger, fill it in batches, then change over",
        )
    elif change is Change.UNCERTAIN and not column.HasField("coll_clause"):  # that is a rule of its own
        yield at(
            command,
            f"{name} changes to {new}, and no file says from which type: where it is not a mere widening, all rows of "
            f"{command.table} are written anew, while nobody can use it",
            f"look at the column's type: {_FREE.get(new.name, 'a type of the same bytes')} is free; for any other add "
            "a column, keep it in step with a trigger, fill it in batches",
            Severity.WARNING,
        )


_FREE = {
    "text": "varchar to text",
    "varchar": "a shorter varchar, or text where no length is given,",
    "numeric": "a numeric of the same scale",
}

RULE = Rule(
    id="rewrite-table",
    title="All rows of the table are written anew, while nobody can use it",
    severity=Severity.ERROR,
    why="A column that needs a value of its own in each row (serial, identity, generated and stored, a volatile "
    "default), most changes of a column's type, and a table's move to another place or persistence write the whole "
    "table and all its indexes anew under ACCESS EXCLUSIVE: on a large table, minutes to hours in which nobody reads. "
    "What is free is not told: a constant default, varchar that grows, varchar to text, numeric of the same scale that "
    "grows, timestamp to timestamptz where the session's time zone is UTC.",
    help="add a new column, fill it in batches, then change over to it",
    page="sql-altertable.html",
    check=_check,
    nodes=nodes("alter_table_stmt", "alter_table_move_all_stmt"),
)
