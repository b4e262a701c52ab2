"""What one statement says of tables, and of what mentions them -> Known. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from dbtool.lint.known import Known, Publication, Routine
from dbtool.lint.table import Table, add_column, add_constraint, add_elements, add_index
from dbtool.lint.tree import Name, listed_name, member_name, relation_name, strings_of
from dbtool.parser import enum_word, node_name


def take_in(known: Known, kind: str, node: Any, sql: bytes = b"") -> None:
    """Add what one statement says to *known*."""
    if reader := _READERS.get(kind):
        reader(known, node, sql)


def known_by(statements: Iterable[tuple[str, Any, bytes]], *, forgets: bool = False) -> Known:
    """Return what these statements say; each is its kind, its node and its text."""
    known = Known(forgets=forgets)
    for kind, node, sql in statements:
        take_in(known, kind, node, sql)
    return known


def _new_table(known: Known, name: Name) -> Table:
    table = Table(name=name)
    known.tables.setdefault(name.name, [])[:0] = [table]  # the latest is found first
    return table


def _create(known: Known, node: Any, sql: bytes) -> None:
    if node.if_not_exists and known.table(relation_name(node.relation)):
        return
    table = _new_table(known, relation_name(node.relation))
    table.partitioned = node.HasField("partspec")
    table.of_others = bool(node.inh_relations) or node.HasField("of_typename")
    for holder in node.inh_relations:
        parent = known.table(relation_name(holder.range_var))
        if parent is None:
            continue
        table.later(_inherited(parent))
        if node.partbound.is_default:
            parent.default_partition = table.name
    table.of_others = table.of_others or any(node_name(element) == "table_like_clause" for element in node.table_elts)
    table.later(lambda table: add_elements(table, node.table_elts))


def _inherited(parent: Table) -> Callable[[Table], None]:
    def take(table: Table) -> None:
        table.columns.update(parent.columns)
        table.constraints.extend(parent.constraints)

    return take


def _index(known: Known, node: Any, sql: bytes) -> None:
    name = relation_name(node.relation)
    table = known.table(name) or _told_of(known, name)
    table.later(lambda table: add_index(table, node))


def _told_of(known: Known, name: Name) -> Table:
    """Return a table of which only this name is known."""
    table = _new_table(known, name)
    table.of_others = True
    return table


def _alter(known: Known, node: Any, sql: bytes) -> None:
    if enum_word(node, "objtype") not in ("OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"):
        return
    name = relation_name(node.relation)
    table = known.table(name) or _told_of(known, name)
    for holder in node.cmds:
        command = holder.alter_table_cmd
        word = enum_word(command, "subtype")
        if alter := _ALTERS.get(word):
            table.later(_bound(alter, known, command))
        elif at_once := _AT_ONCE.get(word):
            at_once(known, table, command)


def _bound(alter: "_Alter", known: Known, command: Any) -> Callable[[Table], None]:
    return lambda table: alter(known, table, command)


def _definition(command: Any) -> Any:
    holder = getattr(command, "def")
    return getattr(holder, holder.WhichOneof("node"))


def _column_type(known: Known, table: Table, command: Any) -> None:
    if command.name in table.columns:
        table.columns[command.name].type_name = _definition(command).type_name


def _not_null(known: Known, table: Table, command: Any) -> None:
    if command.name in table.columns:
        table.columns[command.name].not_null = True


def _validate(known: Known, table: Table, command: Any) -> None:
    for constraint in table.constraints:
        if constraint.name == command.name:
            constraint.validated = True


def _attach(known: Known, table: Table, command: Any) -> None:
    table.partitioned = True
    part = _definition(command)
    name = relation_name(part.name)
    if part.bound.is_default:
        table.default_partition = name


def _row_security(known: Known, table: Table, command: Any) -> None:
    table.row_security = True


def _no_row_security(known: Known, table: Table, command: Any) -> None:
    table.row_security = False


def _replica_identity(known: Known, table: Table, command: Any) -> None:
    table.replica_identity = _definition(command).identity_type


def _drop_column(known: Known, table: Table, command: Any) -> None:
    if known.forgets:
        table.columns.pop(command.name, None)
        table.indexes = [i for i in table.indexes if command.name not in i.columns]
        table.constraints = [c for c in table.constraints if command.name not in c.columns]


def _drop_constraint(known: Known, table: Table, command: Any) -> None:
    if known.forgets:
        table.constraints = [c for c in table.constraints if c.name != command.name]


_Alter = Callable[[Known, Table, Any], None]
_ALTERS: dict[str, _Alter] = {
    "AT_AddColumn": lambda known, table, command: add_column(table, _definition(command)),
    "AT_AddConstraint": lambda known, table, command: add_constraint(table, _definition(command)),
    "AT_DropColumn": _drop_column,
    "AT_DropConstraint": _drop_constraint,
    "AT_AlterColumnType": _column_type,
    "AT_SetNotNull": _not_null,
    "AT_ValidateConstraint": _validate,
}
_AT_ONCE: dict[str, _Alter] = {
    "AT_AttachPartition": _attach,
    "AT_EnableRowSecurity": _row_security,
    "AT_DisableRowSecurity": _no_row_security,
    "AT_ReplicaIdentity": _replica_identity,
}


def _comment(known: Known, node: Any, sql: bytes) -> None:
    if enum_word(node, "objtype") == "OBJECT_TABLE" and (table := known.table(listed_name(node.object.list.items))):
        table.comment = node.comment


def _view(known: Known, node: Any, sql: bytes) -> None:
    name = relation_name(node.view)
    known.views[str(name)] = (name, node.query, sql)


def _table_as(known: Known, node: Any, sql: bytes) -> None:
    name = relation_name(node.into.rel)
    if enum_word(node, "objtype") == "OBJECT_MATVIEW":
        known.views[str(name)] = (name, node.query, sql)
    else:
        _told_of(known, name)


def _function(known: Known, node: Any, sql: bytes) -> None:
    name = listed_name(node.funcname)
    others = [r for r in known.routines.get(name.name, ()) if not (known.forgets and name.same(r.name))]
    known.routines[name.name] = [*others, Routine(name=name, node=node, sql=sql)]


def _policy(known: Known, node: Any, sql: bytes) -> None:
    name = relation_name(node.table)
    known.policies.append((node.policy_name, name, node, sql))


def _trigger(known: Known, node: Any, sql: bytes) -> None:
    name = relation_name(node.relation)
    known.triggers_by_table.setdefault(name.name, []).append((node.trigname, name, node))


def _publication(known: Known, node: Any, sql: bytes) -> None:
    publication = known.publications.setdefault(node.pubname, Publication(name=node.pubname))
    publication.all_tables = publication.all_tables or node.for_all_tables
    for holder in node.pubobjects:
        spec = holder.publication_obj_spec
        if spec.HasField("pubtable"):
            table = spec.pubtable
            entry = (relation_name(table.relation), strings_of(table.columns), table.where_clause)
            publication.tables.append(entry)
        else:
            publication.schemas.append(spec.name or "public")


def _enum(known: Known, node: Any, sql: bytes) -> None:
    known.enums[listed_name(node.type_name).name] = strings_of(node.vals)


def _enum_value(known: Known, node: Any, sql: bytes) -> None:
    name = listed_name(node.type_name).name
    if node.new_val and not node.old_val:
        known.enums[name] = (*known.enums.get(name, ()), node.new_val)


def _domain(known: Known, node: Any, sql: bytes) -> None:
    known.domains[listed_name(node.domainname).name] = node


def _drop(known: Known, node: Any, sql: bytes) -> None:
    if not known.forgets:
        return
    kind = enum_word(node, "remove_type")
    for item in node.objects:
        if kind in ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"):
            gone = listed_name(item.object_with_args.objname)
            known.routines[gone.name] = [r for r in known.routines.get(gone.name, ()) if not gone.same(r.name)]
            continue
        parts = item.list.items if node_name(item) == "list" else (item,)
        name, (owner, member) = listed_name(parts), member_name(parts)
        if kind == "OBJECT_TABLE":
            known.tables[name.name] = [t for t in known.tables.get(name.name, ()) if not name.same(t.name)]
        elif kind in ("OBJECT_VIEW", "OBJECT_MATVIEW"):
            known.views = {k: v for k, v in known.views.items() if not name.same(v[0])}
        elif kind == "OBJECT_TRIGGER":
            triggers = known.triggers_by_table.get(owner.name, [])
            known.triggers_by_table[owner.name] = [t for t in triggers if t[0] != member or not owner.same(t[1])]
        elif kind == "OBJECT_POLICY":
            known.policies = [p for p in known.policies if p[0] != member or not owner.same(p[1])]
        elif kind == "OBJECT_INDEX":
            for table in known.all_tables():
                table.indexes = [i for i in table.indexes if i.name != name.name]
        elif kind == "OBJECT_PUBLICATION":
            known.publications.pop(name.name, None)


def _rename(known: Known, node: Any, sql: bytes) -> None:
    if not known.forgets:
        return
    kind, name = enum_word(node, "rename_type"), relation_name(node.relation)
    table = known.table(name)
    if kind == "OBJECT_TABLE" and table is not None:
        known.tables[name.name].remove(table)
        table.name = Name(name.schema, node.newname)
        known.tables.setdefault(node.newname, []).append(table)
    elif kind == "OBJECT_COLUMN" and table is not None and node.subname in table.columns:
        column = table.columns.pop(node.subname)
        column.name = node.newname
        table.columns[node.newname] = column


_READERS: dict[str, Callable[[Known, Any, bytes], None]] = {
    "create_stmt": _create,
    "index_stmt": _index,
    "alter_table_stmt": _alter,
    "comment_stmt": _comment,
    "view_stmt": _view,
    "create_table_as_stmt": _table_as,
    "create_function_stmt": _function,
    "create_policy_stmt": _policy,
    "create_trig_stmt": _trigger,
    "create_publication_stmt": _publication,
    "alter_publication_stmt": _publication,
    "create_enum_stmt": _enum,
    "alter_enum_stmt": _enum_value,
    "create_domain_stmt": _domain,
    "drop_stmt": _drop,
    "rename_stmt": _rename,
}
TELLING = frozenset(_READERS)
