"""What statements on types, functions, schemas, the database and the cluster need, after the manual. Pure."""

from collections.abc import Iterator
from typing import Any

from dbtool.doctor.need import DROP, GRANT, MEMBER, OWN, Need, Scope, parts, strings, symbol
from dbtool.doctor.rights import FUNCTIONS, Reader, createrole, in_database, member, of_object, superuser


def _in_schema(field: str, kind: str) -> Reader:
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
        yield from superuser(node, scope)
    else:
        yield from scope.create_in("function" if kind in FUNCTIONS else kind.lower(), strings(node.defnames))


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
    yield from in_database(scope)
    yield from member(node.authrole, scope)
    name = node.schemaname or node.authrole.rolename
    if not node.if_not_exists:
        scope.create("schema", name)


def _drop(node: Any, scope: Scope) -> Iterator[Need]:
    for dropped in node.objects:
        yield from of_object(symbol(node, "remove_type"), dropped, scope, DROP)


def _comment(node: Any, scope: Scope) -> Iterator[Need]:
    yield from of_object(symbol(node, "objtype"), node.object, scope)


def _alter_owner(node: Any, scope: Scope) -> Iterator[Need]:
    yield from of_object(symbol(node, "object_type"), node.object, scope)
    yield from member(node.newowner, scope)


def _alter_schema(node: Any, scope: Scope) -> Iterator[Need]:
    kind = symbol(node, "object_type")
    thing = node.relation if node.HasField("relation") else node.object
    yield from of_object(kind, thing, scope)
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
        yield from in_database(scope)
        scope.create("publication", node.pubname)
    else:
        yield from scope.need(OWN, "publication", (node.pubname,))
    specs = [spec.publication_obj_spec for spec in node.pubobjects]
    if node.for_all_tables or any("SCHEMA" in symbol(spec, "pubobjtype") for spec in specs):
        yield from superuser(node, scope)
    for spec in specs:
        if spec.HasField("pubtable"):
            yield from scope.need(OWN, "relation", parts(spec.pubtable.relation))


def _subscription(node: Any, scope: Scope) -> Iterator[Need]:
    # from PostgreSQL 16 on a member may; before, the role is not there and a superuser is needed
    yield Need(right=MEMBER, kind="role", name="pg_create_subscription", role=scope.role)
    yield from in_database(scope)


def _grant(node: Any, scope: Scope) -> Iterator[Need]:
    if symbol(node, "targtype") != "ACL_TARGET_OBJECT":
        return
    kind = symbol(node, "objtype")
    if kind in ("OBJECT_TABLE", "OBJECT_SEQUENCE"):
        for granted in node.objects:
            yield from scope.need(GRANT, "relation", parts(granted))


def _create_role(node: Any, scope: Scope) -> Iterator[Need]:
    options = {option.def_elem.defname: option.def_elem.arg for option in node.options}
    wanted = "superuser" in options and options["superuser"].boolean.boolval
    yield from (superuser if wanted else createrole)(node, scope)
    scope.create("role", node.role)


def _alter_role(node: Any, scope: Scope) -> Iterator[Need]:
    if node.role.rolename and node.role.rolename != (scope.role or scope.user):
        yield from createrole(node, scope)


def _create_database(node: Any, scope: Scope) -> Iterator[Need]:
    yield Need(right="CREATEDB", kind="cluster", role=scope.role)
    scope.create("database", node.dbname)


def _owns_database(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need(OWN, "database", (node.dbname,))


def _owned_by(node: Any, scope: Scope) -> Iterator[Need]:
    for role in node.roles:
        yield from member(role.role_spec, scope)


def _foreign_server(node: Any, scope: Scope) -> Iterator[Need]:
    yield from scope.need("USAGE", "foreign data wrapper", (node.fdwname,))


READERS: dict[str, Reader] = {
    "create_foreign_server_stmt": _foreign_server,
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
    "drop_role_stmt": createrole,
    "createdb_stmt": _create_database,
    "dropdb_stmt": _owns_database,
    "alter_database_stmt": _owns_database,
    "alter_database_set_stmt": _owns_database,
    "reassign_owned_stmt": _owned_by,
    "drop_owned_stmt": _owned_by,
    "create_event_trig_stmt": superuser,
    "alter_system_stmt": superuser,
    "create_table_space_stmt": superuser,
    "create_fdw_stmt": superuser,
    "create_am_stmt": superuser,
    "create_op_class_stmt": superuser,
    "create_op_family_stmt": superuser,
}
