"""A published table without a replica identity: its UPDATE and DELETE fail."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context, known_of
from dbtool.lint.known import Known
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.table import Table
from dbtool.lint.tree import Name, relation_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    if not context.speaks_of(b"publication", source) and not context.speaks_of(b"replica", source):
        return
    known = tuple(known_of(source, context))
    for statement, node in source.each("create_stmt"):
        name = relation_name(node.relation)
        publication = next((p for k in known if (p := _publishing(k, name))), "")
        if publication and node.relation.relpersistence == "p" and not node.HasField("partbound"):
            yield from (at(statement, *told) for told in _told(known, name, publication))
    for statement, node in source.each("create_publication_stmt", "alter_publication_stmt"):
        if statement.name == "alter_publication_stmt" and enum_word(node, "action") == "AP_DropObjects":
            continue
        for holder in node.pubobjects:
            if holder.publication_obj_spec.HasField("pubtable"):
                name = relation_name(holder.publication_obj_spec.pubtable.relation)
                yield from (at(statement, *told) for told in _told(known, name, node.pubname))
    for command in source.altered("ReplicaIdentity"):
        publication = next((p for k in known if (p := _publishing(k, command.table))), "")
        if command.definition.identity_type == "n":
            yield at(
                command,
                f"REPLICA IDENTITY NOTHING: UPDATE and DELETE of {command.table} fail while it is in a publication "
                "that has them" + (f", such as {publication}" if publication else ""),
                f"ALTER TABLE {command.table} REPLICA IDENTITY DEFAULT;",
            )


def _publishing(known: Known, name: Name) -> str:
    for publication in known.publications.values():
        listed = any(name.same(table) for table, _, _ in publication.tables)
        if publication.all_tables or listed or (name.schema or "public") in publication.schemas:
            return publication.name
    return ""


def _told(known: tuple[Known, ...], name: Name, publication: str) -> Iterator[tuple[str, str]]:
    tables = [table for k in known if (table := k.table(name)) is not None]
    whole = [table for table in tables if not table.of_others]
    if whole and not any(_identified(table) for table in tables):
        yield (
            f"{name} is in publication {publication} and has no replica identity: its UPDATE and DELETE fail",
            f"a primary key; or ALTER TABLE {name} REPLICA IDENTITY USING INDEX <unique index on NOT NULL columns>;",
        )


def _identified(table: Table) -> bool:
    return table.primary_key is not None or table.replica_identity in ("f", "i")


RULE = Rule(
    id="replica-identity-missing",
    title="A published table whose rows have no identity",
    severity=Severity.ERROR,
    why="A publication that has UPDATE and DELETE, which is the default, needs to name the row that changes: by the "
    "primary key, by another unique index, or by all columns. Without, the statement fails on the publisher: 'does not "
    "have a replica identity'.",
    help="add a primary key, or set REPLICA IDENTITY",
    page="logical-replication-publication.html",
    check=_check,
    nodes=nodes("create_stmt", "create_publication_stmt", "alter_publication_stmt", "alter_table_stmt"),
    roles=CODE,
)
