"""A foreign key whose two sides are of different types."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, table_of
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.table import Column, Table, add_column, add_constraint
from dbtool.lint.tree import relation_name
from dbtool.schema.names import quoted

_SERIALS = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("create_stmt"):
        name = relation_name(node.relation)
        if (table := source.known.table(name)) is not None:
            yield from (at(statement, *told) for told in _differing(source, context, table, table))
    made = [relation_name(node.relation) for _, node in source.each("create_stmt")]
    for command in source.altered("AddConstraint", "AddColumn", new=True):
        table = table_of(source, context, command.table)
        if table is None or any(command.table.same(name) for name in made):
            continue
        added = Table(name=command.table)
        if command.kind == "AddColumn":
            add_column(added, command.definition)
        else:
            add_constraint(added, command.definition)
        yield from (at(command, *told) for told in _differing(source, context, added, table))


def _differing(source: Source, context: Context, told: Table, table: Table) -> Iterator[tuple[str, str]]:
    for constraint in told.constraints:
        if constraint.references is None:
            continue
        other = table_of(source, context, constraint.references)
        if other is None:
            continue
        key = other.primary_key
        there = constraint.there or (key.columns if key else ())
        for here_name, there_name in zip(constraint.columns, there, strict=False):
            here = told.columns.get(here_name) or table.columns.get(here_name)
            far = other.columns.get(there_name)
            if here and far and len(kinds := {_kind(here), _kind(far)}) > 1 and kinds <= _COMPARED:
                yield (
                    f"{quoted(here_name)} of {table.name} is {here.type}, and references {quoted(there_name)} of "
                    f"{other.name}, which is {far.type}",
                    f"give both the same type: {far.type}",
                )


# A domain or an extension's type may well be the other one in another dress.
_COMPARED = {"int2", "int4", "int8", "numeric", "uuid", "text", "date", "timestamp", "timestamptz", "float8", "bool"}


def _kind(column: Column) -> str:
    word = column.type.name
    name = _SERIALS.get(word, word)
    return {"bpchar": "text", "varchar": "text"}.get(name, name)


RULE = Rule(
    id="foreign-key-types-differ",
    title="The two sides of a foreign key are of different types",
    severity=Severity.WARNING,
    why="A foreign key between integer and bigint works until the referenced ids outgrow the smaller type; then "
    "inserts fail, and the way out writes the table anew. Joins between differing types can also miss their index.",
    help="give both columns the same type",
    page="ddl-constraints.html#DDL-CONSTRAINTS-FK",
    check=_check,
    nodes=nodes("create_stmt", "alter_table_stmt"),
    roles=CODE,
)
