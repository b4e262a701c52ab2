"""VACUUM FULL."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.switch import is_on
from dbtool.lint.tree import options_of, relation_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("vacuum_stmt"):
        full = options_of(node.options).get("full")
        if full is None or not is_on(full):
            continue
        names = [str(relation_name(item.vacuum_relation.relation)) for item in node.rels]
        yield at(
            statement,
            f"VACUUM FULL writes {', '.join(names) or 'every table of the database'} anew, while nobody can use it",
            "VACUUM without FULL lets the space be used again; pg_repack or pg_squeeze give it back without the lock",
        )


RULE = Rule(
    id="vacuum-full",
    title="VACUUM FULL writes tables anew, while nobody can use them",
    severity=Severity.ERROR,
    why="VACUUM FULL copies the table and its indexes under ACCESS EXCLUSIVE, and needs the disk space of the copy "
    "meanwhile.",
    help="VACUUM without FULL; or pg_repack",
    page="sql-vacuum.html",
    check=_check,
    nodes=nodes("vacuum_stmt"),
)
