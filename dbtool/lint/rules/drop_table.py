"""A table is dropped, and its data with it."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name
from dbtool.parser import enum_word


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("drop_stmt"):
        if enum_word(node, "remove_type") not in ("OBJECT_TABLE", "OBJECT_FOREIGN_TABLE"):
            continue
        names = [listed_name(item.list.items) for item in node.objects]
        for name in names:
            if source.is_new(name, statement):
                continue
            known = context.before(source.path)
            table = known.table(name)
            others = {str(c.references) for c in table.constraints if c.references} if table else set[str]()
            others |= {str(t.name) for t, _ in known.foreign_keys_to(name)}
            others.discard(str(name))
            yield at(
                statement,
                f"drops {name} with all its rows, and breaks each running client that still uses it"
                + (
                    f"; ACCESS EXCLUSIVE is also taken on {', '.join(sorted(others))}, for the foreign keys"
                    if others
                    else ""
                ),
                "stop using it, release that, then drop it in a later migration: which says so: -- dbtool: allow "
                "drop-table because <since when nobody uses it>",
            )


RULE = Rule(
    id="drop-table",
    title="A table is dropped, and its data with it",
    severity=Severity.ERROR,
    why="The rows are gone at once, and no rollback brings them back. Clients that were released before still use it. "
    "A foreign key on either side makes the other table be locked as well.",
    help="first release clients that do not use it, then drop it and say why it is safe",
    page="sql-droptable.html",
    check=_check,
    nodes=nodes("drop_stmt"),
    roles=FORWARD,
)
