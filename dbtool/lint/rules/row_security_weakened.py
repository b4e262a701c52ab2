"""Row-level security is switched off, or lets more through."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, is_true, listed_name, member_name, relation_name
from dbtool.parser import enum_word
from dbtool.schema.names import quoted


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for command in source.altered("DisableRowSecurity", "NoForceRowSecurity"):
        off = command.kind == "DisableRowSecurity"
        yield at(
            command,
            f"every role that may read {command.table} sees all its rows from now on"
            if off
            else f"the owner of {command.table} passes its policies by from now on",
            "keep it on; a role that must see all rows has BYPASSRLS",
            None if off else Severity.WARNING,
        )
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") != "OBJECT_POLICY":
            continue
        for item in node.objects:
            table, policy = member_name(item.list.items)
            if source.is_new(table, statement) or _is_dropped(source, table):
                continue
            if not _made_again(source, table, policy):
                yield at(
                    statement,
                    f"policy {quoted(policy)} of {table} is dropped: a restrictive one no longer holds rows back, and "
                    "where it was the last one that allows, nobody but the owner sees a row",
                    "make its successor in the same transaction",
                )
    for statement, node in source.each("create_policy_stmt", "alter_policy_stmt"):
        permissive = node.permissive if statement.name == "create_policy_stmt" else True
        reads = node.HasField("qual") and is_true(node.qual)
        writes = node.HasField("with_check") and is_true(node.with_check)
        only_reads = statement.name == "create_policy_stmt" and node.cmd_name == "select"
        if permissive and (writes or (reads and not only_reads)):
            yield at(
                statement,
                f"policy {quoted(node.policy_name)} lets every row of {relation_name(node.table)} through",
                "say which rows: USING (tenant_id = current_tenant_id()); policies are joined by OR, so one that is "
                "true makes the others useless",
                Severity.WARNING,
            )


def _is_dropped(source: Source, table: Name) -> bool:
    return any(
        table.same(listed_name(item.list.items))
        for _, node in source.each("drop_stmt")
        if enum_word(node, "remove_type") == "OBJECT_TABLE"
        for item in node.objects
    )


def _made_again(source: Source, table: Name, policy: str) -> bool:
    return any(
        node.policy_name == policy and table.same(relation_name(node.table))
        for _, node in source.each("create_policy_stmt")
    ) or any(
        table.same(relation_name(node.table)) and statement in source.in_transaction
        for statement, node in source.each("create_policy_stmt")
    )


RULE = Rule(
    id="row-security-weakened",
    title="Row-level security is switched off, or lets more through",
    severity=Severity.ERROR,
    why="With row security disabled, policies stay in the catalog and hold nobody back. Permissive policies are joined "
    "by OR: USING (true) opens the table whatever the others say.",
    help="keep it on, and let each policy say which rows",
    page="ddl-rowsecurity.html",
    check=_check,
    nodes=nodes("alter_table_stmt", "drop_stmt", "create_policy_stmt", "alter_policy_stmt"),
    roles=CODE,
)
