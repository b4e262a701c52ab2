"""What statements on tables, what hangs on them, and their rows need, after their pages in the manual. Pure."""

from collections.abc import Iterator
from typing import Any

from dbtool.doctor.need import MEMBER, OWN, Need, Scope, parts, symbol
from dbtool.doctor.rights import OF_RELATIONS, RELATIONS, Reader, createrole, in_database, member, of_object


def _create_table(node: Any, scope: Scope) -> Iterator[Need]:
    if node.relation.relpersistence == "t":
        scope.create("relation", node.relation.relname, scope.creation_schema())  # it hides one of that name
        return
    yield from scope.create_in("relation", parts(node.relation), surely=not node.if_not_exists)
    for parent in node.inh_relations:
        yield from scope.need(OWN, "relation", parts(parent))
    for element in node.table_elts:
        yield from _references(element, scope)
    for constraint in node.constraints:
        yield from _references(constraint, scope)


def _references(node: Any, scope: Scope) -> Iterator[Need]:
    """Yield the need of REFERENCES on the table of a foreign key, in a constraint or in a column's."""
    kind = node.WhichOneof("node")
    if kind == "column_def":
        for constraint in node.column_def.constraints:
            yield from _references(constraint, scope)
    elif kind == "constraint" and node.constraint.HasField("pktable"):
        yield from scope.need("REFERENCES", "relation", parts(node.constraint.pktable))


def _create_as(node: Any, scope: Scope) -> Iterator[Need]:
    if node.into.rel.relpersistence == "t":
        scope.create("relation", node.into.rel.relname, scope.creation_schema())
    else:
        yield from scope.create_in("relation", parts(node.into.rel), surely=not node.if_not_exists)


def _select(node: Any, scope: Scope) -> Iterator[Need]:
    if node.HasField("into_clause") and node.into_clause.rel.relpersistence != "t":
        yield from scope.create_in("relation", parts(node.into_clause.rel))


def _create_view(node: Any, scope: Scope) -> Iterator[Need]:
    if node.view.relpersistence == "t":
        return
    if node.replace:
        yield from scope.need(OWN, "relation", parts(node.view))
    yield from scope.create_in("relation", parts(node.view), surely=not node.replace)


def _create_sequence(node: Any, scope: Scope) -> Iterator[Need]:
    if node.sequence.relpersistence != "t":
        yield from scope.create_in("relation", parts(node.sequence), surely=not node.if_not_exists)


def _create_index(node: Any, scope: Scope) -> Iterator[Need]:
    # DefineIndex() asks for both
    yield from scope.need(OWN, "relation", parts(node.relation))
    yield from scope.need("CREATE", "schema of", parts(node.relation))


def _alter_table(node: Any, scope: Scope) -> Iterator[Need]:
    yield from of_object(symbol(node, "objtype"), node.relation, scope)
    for command in (element.alter_table_cmd for element in node.cmds):
        argument = getattr(command, "def")
        kind = argument.WhichOneof("node")
        yield from _references(argument, scope)
        if symbol(command, "subtype") == "AT_ChangeOwner":
            yield from member(command.newowner, scope)
        elif kind == "partition_cmd" and symbol(command, "subtype") == "AT_AttachPartition":
            yield from scope.need(OWN, "relation", parts(argument.partition_cmd.name))
        elif kind == "range_var" and symbol(command, "subtype") == "AT_AddInherit":
            yield from scope.need(OWN, "relation", parts(argument))


def _rename(node: Any, scope: Scope) -> Iterator[Need]:
    kind = symbol(node, "rename_type").removeprefix("OBJECT_")
    if kind in RELATIONS:
        yield from scope.need(OWN, "relation", parts(node.relation))
        yield from scope.need("CREATE", "schema of", parts(node.relation))
        scope.create("relation", node.newname, (*parts(node.relation)[:-1], scope.creation_schema())[0])
    elif kind in OF_RELATIONS:
        yield from scope.need(OWN, "relation", parts(node.relation))
    elif kind == "SCHEMA":
        yield from scope.need(OWN, "schema", (node.subname,))
        yield from in_database(scope)
        scope.create("schema", node.newname)
    elif kind == "DATABASE":
        yield from scope.need(OWN, "database", (node.subname,))
    elif kind == "ROLE":
        yield from createrole(node, scope)
    else:
        yield from of_object(kind, node.object, scope)


def _owns_relation(node: Any, scope: Scope) -> Iterator[Need]:
    relation = node.table if node.DESCRIPTOR.fields_by_name.get("table") else node.relation
    yield from scope.need(OWN, "relation", parts(relation))


def _statistics(node: Any, scope: Scope) -> Iterator[Need]:
    for relation in node.relations:
        yield from scope.need(OWN, "relation", parts(relation))


def _trigger(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need("TRIGGER", "relation", parts(node.relation))


def _maintain(node: Any, scope: Scope) -> Iterator[Need]:
    if node.HasField("relation"):
        yield from scope.need("MAINTAIN", "relation", parts(node.relation))


# ---- rows


def _rows(right: str) -> Reader:
    def reader(node: Any, scope: Scope) -> Iterator[Need]:
        yield from scope.need(right, "relation", parts(node.relation))

    return reader


def _merge(node: Any, scope: Scope) -> Iterator[Need]:
    commands = {symbol(clause.merge_when_clause, "command_type") for clause in node.merge_when_clauses}
    for right in ("INSERT", "UPDATE", "DELETE"):
        if f"CMD_{right}" in commands:
            yield from scope.need(right, "relation", parts(node.relation))


def _truncate(node: Any, scope: Scope) -> Iterator[Need]:
    for relation in node.relations:
        yield from scope.need("TRUNCATE", "relation", parts(relation))


def _copy(node: Any, scope: Scope) -> Iterator[Need]:
    if node.HasField("relation"):
        yield from scope.need("INSERT" if node.is_from else "SELECT", "relation", parts(node.relation))
    if node.is_program:
        yield Need(right=MEMBER, kind="role", name="pg_execute_server_program", role=scope.role)
    elif node.filename:
        name = "pg_read_server_files" if node.is_from else "pg_write_server_files"
        yield Need(right=MEMBER, kind="role", name=name, role=scope.role)


def _foreign_table(node: Any, scope: Scope) -> Iterator[Need]:
    yield from _create_table(node.base_stmt, scope)


READERS: dict[str, Reader] = {
    "create_stmt": _create_table,
    "create_foreign_table_stmt": _foreign_table,
    "create_table_as_stmt": _create_as,
    "select_stmt": _select,
    "view_stmt": _create_view,
    "create_seq_stmt": _create_sequence,
    "alter_seq_stmt": lambda node, scope: scope.need(OWN, "relation", parts(node.sequence)),
    "index_stmt": _create_index,
    "alter_table_stmt": _alter_table,
    "rename_stmt": _rename,
    "rule_stmt": _owns_relation,
    "create_policy_stmt": _owns_relation,
    "alter_policy_stmt": _owns_relation,
    "create_trig_stmt": _trigger,
    "create_stats_stmt": _statistics,
    "refresh_mat_view_stmt": _maintain,
    "reindex_stmt": _maintain,
    "cluster_stmt": _maintain,
    "insert_stmt": _rows("INSERT"),
    "update_stmt": _rows("UPDATE"),
    "delete_stmt": _rows("DELETE"),
    "merge_stmt": _merge,
    "truncate_stmt": _truncate,
    "copy_stmt": _copy,
}
