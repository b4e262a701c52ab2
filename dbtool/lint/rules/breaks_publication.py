"""A change that a publication's row filter or column list does not survive."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, known_of
from dbtool.lint.known import Known
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, columns_in, listed_name, relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    if not context.speaks_of(b"publication", source):
        return
    known = tuple(known_of(source, context))
    for command in source.altered("DropColumn", "AlterColumnType"):
        for publication, where in _uses(known, command.table, command.name):
            yield at(
                command,
                f"{quoted(command.name)} is in {where} of publication {quoted(publication)}: the statement fails",
                f"ALTER PUBLICATION {quoted(publication)} SET TABLE ... without it, before this",
            )
    for command in source.altered("DropConstraint", "AddColumn"):
        for publication, columns in _lists(known, command.table):
            if command.kind == "AddColumn" and command.definition.colname not in columns:
                yield at(
                    command,
                    f"publication {quoted(publication)} lists the columns of {command.table}: the new one is not "
                    "replicated",
                    f"ALTER PUBLICATION {quoted(publication)} SET TABLE {command.table} (..., "
                    f"{quoted(command.definition.colname)}); and the column on the subscriber first",
                    Severity.WARNING,
                )
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") == "OBJECT_TABLE":
            for item in node.objects:
                name = listed_name(item.list.items)
                if not source.is_new(name, statement) and (publication := _publishes(known, name)):
                    yield at(
                        statement,
                        f"{name} is in publication {quoted(publication)}: it leaves it without a word, and subscribers "
                        "keep their copy",
                        f"ALTER PUBLICATION {quoted(publication)} DROP TABLE {name}; before this, then the table on "
                        "the subscriber",
                        Severity.WARNING,
                    )
    for statement, node in source.each("rename_stmt"):
        if enum_word(node, "rename_type") in ("OBJECT_TABLE", "OBJECT_COLUMN"):
            name = relation_name(node.relation)
            if not source.is_new(name, statement) and (publication := _publishes(known, name)):
                yield at(
                    statement,
                    f"{name} is in publication {quoted(publication)}: a subscriber knows it by its old name, and "
                    "replication stops",
                    "rename on the subscriber in the same moment, with the subscription disabled",
                    Severity.WARNING,
                )


def _uses(known: tuple[Known, ...], table: Name, column: str) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for one in known:
        for publication in one.publications.values():
            for name, columns, where in publication.tables:
                if not table.same(name):
                    continue
                if column in columns:
                    seen.add((publication.name, "the column list"))
                if where is not None and column in columns_in(where):
                    seen.add((publication.name, "the row filter"))
    yield from sorted(seen)


def _lists(known: tuple[Known, ...], table: Name) -> Iterator[tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in known:
        for publication in one.publications.values():
            for name, columns, _ in publication.tables:
                if table.same(name) and columns:
                    found[publication.name] = columns
    yield from found.items()


def _publishes(known: tuple[Known, ...], table: Name) -> str:
    return next(
        (p.name for k in known for p in k.publications.values() if any(table.same(n) for n, _, _ in p.tables)), ""
    )


RULE = Rule(
    id="breaks-publication",
    title="A change that a publication does not survive",
    severity=Severity.ERROR,
    why="A column that a publication's row filter or column list uses cannot be dropped or change its type. "
    "Replication goes by the names of tables and columns, and does not replicate DDL: a rename or a new column on one "
    "side only stops it, or is missing.",
    help="change the publication first",
    page="logical-replication-restrictions.html",
    check=_check,
    nodes=nodes("alter_table_stmt", "drop_stmt", "rename_stmt"),
    roles=FORWARD,
)
