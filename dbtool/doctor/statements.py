"""What each kind of statement needs: one small function a kind, after its page in the manual. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from dbtool.doctor.need import DROP, GRANT, MEMBER, OWN, Need, Scope, parts, strings, symbol

_RELATIONS = {"TABLE", "VIEW", "MATVIEW", "SEQUENCE", "INDEX", "FOREIGN_TABLE"}
_OF_RELATIONS = {"COLUMN", "TABCONSTRAINT", "TRIGGER", "POLICY", "RULE"}
_FUNCTIONS = {"FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"}
_TYPES = {"TYPE", "DOMAIN"}
_NAMED = {"SCHEMA": "schema", "DATABASE": "database", "EXTENSION": "extension", "PUBLICATION": "publication"}


def _superuser(node: Any, scope: Scope) -> Iterator[Need]:
    yield Need(right="SUPERUSER", kind="cluster", role=scope.role)


def _createrole(node: Any, scope: Scope) -> Iterator[Need]:
    yield Need(right="CREATEROLE", kind="cluster", role=scope.role)


def _member(node: Any, scope: Scope) -> Iterator[Need]:
    """Yield the need to be a member of the role in a RoleSpec (CURRENT_USER and its kin need nothing)."""
    if node.rolename and node.rolename != (scope.role or scope.user) and not scope.is_created("role", node.rolename):
        yield Need(right=MEMBER, kind="role", name=node.rolename, role=scope.role)


def _in_database(scope: Scope) -> Iterator[Need]:
    yield Need(right="CREATE", kind="database", role=scope.role)


def _object(objtype: str, node: Any, scope: Scope, right: str = OWN) -> Iterator[Need]:
    """Yield the need of the owner's rights on an object of one of OBJECT_...'s types; nothing for the rarer ones."""
    kind = objtype.removeprefix("OBJECT_")
    names = parts(node)
    if kind in _RELATIONS:
        yield from scope.need(right, "relation", names)
    elif kind in _OF_RELATIONS:
        yield from scope.need(OWN, "relation", names[:-1])  # the last part is the column, the trigger, ...
    elif kind in _TYPES:
        yield from scope.need(right, "type", names)
    elif kind in _FUNCTIONS:
        yield from scope.need(right, "function", names)
    elif kind in _NAMED:
        yield from scope.need(OWN, _NAMED[kind], names)
    elif kind == "EVENT_TRIGGER":
        yield from _superuser(node, scope)
    elif kind == "ROLE":
        yield from _createrole(node, scope)


# ---- tables and what hangs on them


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
    yield from _object(symbol(node, "objtype"), node.relation, scope)
    for command in (element.alter_table_cmd for element in node.cmds):
        argument = getattr(command, "def")
        kind = argument.WhichOneof("node")
        yield from _references(argument, scope)
        if symbol(command, "subtype") == "AT_ChangeOwner":
            yield from _member(command.newowner, scope)
        elif kind == "partition_cmd" and symbol(command, "subtype") == "AT_AttachPartition":
            yield from scope.need(OWN, "relation", parts(argument.partition_cmd.name))
        elif kind == "range_var" and symbol(command, "subtype") == "AT_AddInherit":
            yield from scope.need(OWN, "relation", parts(argument))


def _rename(node: Any, scope: Scope) -> Iterator[Need]:
    kind = symbol(node, "rename_type").removeprefix("OBJECT_")
    if kind in _RELATIONS:
        yield from scope.need(OWN, "relation", parts(node.relation))
        yield from scope.need("CREATE", "schema of", parts(node.relation))
        scope.create("relation", node.newname, (*parts(node.relation)[:-1], scope.creation_schema())[0])
    elif kind in _OF_RELATIONS or kind == "DOMCONSTRAINT":
        yield from scope.need(OWN, "relation", parts(node.relation))
    elif kind == "SCHEMA":
        yield from scope.need(OWN, "schema", (node.subname,))
        yield from _in_database(scope)
        scope.create("schema", node.newname)
    elif kind == "DATABASE":
        yield from scope.need(OWN, "database", (node.subname,))
    elif kind == "ROLE":
        yield from _createrole(node, scope)
    else:
        yield from _object(kind, node.object, scope)


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


def _rows(right: str) -> Callable[[Any, Scope], Iterator[Need]]:
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


# ---- types, functions, schemas


def _in_schema(field: str, kind: str) -> Callable[[Any, Scope], Iterator[Need]]:
    def reader(node: Any, scope: Scope) -> Iterator[Need]:
        value = getattr(node, field)
        names = parts(value) if hasattr(value, "DESCRIPTOR") else strings(value)
        yield from scope.create_in(kind, names)

    return reader


def _owns_type(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need(OWN, "type", strings(node.type_name))


def _define(node: Any, scope: Scope) -> Iterator[Need]:
    kind = symbol(node, "kind").removeprefix("OBJECT_")
    if kind in ("TYPE", "TSPARSER", "TSTEMPLATE"):
        yield from _superuser(node, scope)
    else:
        yield from scope.create_in("function" if kind in _FUNCTIONS else kind.lower(), strings(node.defnames))


def _create_function(node: Any, scope: Scope) -> Iterator[Need]:
    names = strings(node.funcname)
    if node.replace:
        yield from scope.need(OWN, "function", names)
    yield from scope.create_in("function", names, surely=not node.replace)
    options = {option.def_elem.defname: option.def_elem.arg for option in node.options}
    if "language" in options:
        yield from scope.need("USAGE", "language", (options["language"].string.sval.lower(),))


def _alter_function(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need(OWN, "function", parts(node.func))


def _create_schema(node: Any, scope: Scope) -> Iterator[Need]:
    # the right is asked for even where IF NOT EXISTS then finds the schema: CreateSchemaCommand()
    yield from _in_database(scope)
    yield from _member(node.authrole, scope)
    name = node.schemaname or node.authrole.rolename
    if not node.if_not_exists:
        scope.create("schema", name)


def _drop(node: Any, scope: Scope) -> Iterator[Need]:
    for dropped in node.objects:
        yield from _object(symbol(node, "remove_type"), dropped, scope, DROP)


def _comment(node: Any, scope: Scope) -> Iterator[Need]:
    yield from _object(symbol(node, "objtype"), node.object, scope)


def _alter_owner(node: Any, scope: Scope) -> Iterator[Need]:
    yield from _object(symbol(node, "object_type"), node.object, scope)
    yield from _member(node.newowner, scope)


def _alter_schema(node: Any, scope: Scope) -> Iterator[Need]:
    kind = symbol(node, "object_type")
    thing = node.relation if node.HasField("relation") else node.object
    yield from _object(kind, thing, scope)
    if kind != "OBJECT_EXTENSION":
        yield from scope.need("CREATE", "schema", (node.newschema,))
    if node.HasField("relation"):
        scope.create("relation", node.relation.relname, node.newschema)


# ---- what is the database's or the cluster's


def _create_extension(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need("CREATE", "extension", (node.extname,))
    scope.create("extension", node.extname)


def _alter_extension(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need(OWN, "extension", (node.extname,))


def _publication(node: Any, scope: Scope) -> Iterator[Need]:
    if node.DESCRIPTOR.name == "CreatePublicationStmt":
        yield from _in_database(scope)
        scope.create("publication", node.pubname)
    else:
        yield from scope.need(OWN, "publication", (node.pubname,))
    specs = [spec.publication_obj_spec for spec in node.pubobjects]
    if node.for_all_tables or any("SCHEMA" in symbol(spec, "pubobjtype") for spec in specs):
        yield from _superuser(node, scope)
    for spec in specs:
        if spec.HasField("pubtable"):
            yield from scope.need(OWN, "relation", parts(spec.pubtable.relation))


def _subscription(node: Any, scope: Scope) -> Iterator[Need]:
    # from PostgreSQL 16 on a member may; before, the role is not there and a superuser is needed
    yield Need(right=MEMBER, kind="role", name="pg_create_subscription", role=scope.role)
    yield from _in_database(scope)


def _grant(node: Any, scope: Scope) -> Iterator[Need]:
    if symbol(node, "targtype") != "ACL_TARGET_OBJECT":
        return
    kind = symbol(node, "objtype")
    if kind in ("OBJECT_TABLE", "OBJECT_SEQUENCE"):
        for granted in node.objects:
            yield from scope.need(GRANT, "relation", parts(granted))


def _create_role(node: Any, scope: Scope) -> Iterator[Need]:
    options = {option.def_elem.defname: option.def_elem.arg for option in node.options}
    superuser = "superuser" in options and options["superuser"].boolean.boolval
    yield from (_superuser if superuser else _createrole)(node, scope)
    scope.create("role", node.role)


def _alter_role(node: Any, scope: Scope) -> Iterator[Need]:
    if node.role.rolename and node.role.rolename != (scope.role or scope.user):
        yield from _createrole(node, scope)


def _create_database(node: Any, scope: Scope) -> Iterator[Need]:
    yield Need(right="CREATEDB", kind="cluster", role=scope.role)
    scope.create("database", node.dbname)


def _owns_database(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need(OWN, "database", (node.dbname,))


def _owned_by(node: Any, scope: Scope) -> Iterator[Need]:
    for role in node.roles:
        yield from _member(role.role_spec, scope)


def _foreign_server(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need("USAGE", "foreign data wrapper", (node.fdwname,))


def _foreign_table(node: Any, scope: Scope) -> Iterator[Need]:
    yield from _create_table(node.base_stmt, scope)


READERS: dict[str, Callable[[Any, Scope], Iterator[Need]]] = {
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
    "create_enum_stmt": _in_schema("type_name", "type"),
    "create_range_stmt": _in_schema("type_name", "type"),
    "create_domain_stmt": _in_schema("domainname", "type"),
    "composite_type_stmt": _in_schema("typevar", "type"),
    "alter_enum_stmt": _owns_type,
    "alter_domain_stmt": _owns_type,
    "alter_type_stmt": _owns_type,
    "define_stmt": _define,
    "create_function_stmt": _create_function,
    "alter_function_stmt": _alter_function,
    "create_schema_stmt": _create_schema,
    "drop_stmt": _drop,
    "comment_stmt": _comment,
    "alter_owner_stmt": _alter_owner,
    "alter_object_schema_stmt": _alter_schema,
    "create_extension_stmt": _create_extension,
    "alter_extension_stmt": _alter_extension,
    "create_publication_stmt": _publication,
    "alter_publication_stmt": _publication,
    "create_subscription_stmt": _subscription,
    "grant_stmt": _grant,
    "create_role_stmt": _create_role,
    "alter_role_stmt": _alter_role,
    "alter_role_set_stmt": _alter_role,
    "drop_role_stmt": _createrole,
    "createdb_stmt": _create_database,
    "dropdb_stmt": _owns_database,
    "alter_database_stmt": _owns_database,
    "alter_database_set_stmt": _owns_database,
    "reassign_owned_stmt": _owned_by,
    "drop_owned_stmt": _owned_by,
    "create_foreign_server_stmt": _foreign_server,
    "create_event_trig_stmt": _superuser,
    "alter_system_stmt": _superuser,
    "create_table_space_stmt": _superuser,
    "create_fdw_stmt": _superuser,
    "create_am_stmt": _superuser,
    "create_op_class_stmt": _superuser,
    "create_op_family_stmt": _superuser,
}
