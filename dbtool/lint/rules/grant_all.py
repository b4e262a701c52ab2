"""GRANT ALL: more than what an application needs."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.parser import enum_word

_OF = ("OBJECT_TABLE", "OBJECT_SCHEMA", "OBJECT_DATABASE")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("grant_stmt"):
        public = any(enum_word(g.role_spec, "roletype") == "ROLESPEC_PUBLIC" for g in node.grantees)
        if node.is_grant and not node.privileges and not public and enum_word(node, "objtype") in _OF:
            yield at(
                statement,
                "ALL includes TRUNCATE, REFERENCES and TRIGGER on a table, CREATE in a schema, and what later versions "
                "add",
                "name the privileges: GRANT SELECT, INSERT, UPDATE, DELETE ON ...",
            )


RULE = Rule(
    id="grant-all",
    title="ALL privileges, where a few are meant",
    severity=Severity.NOTE,
    why="TRUNCATE passes triggers and policies by, TRIGGER lets a role run its code as whoever writes to the table; 17 "
    "added MAINTAIN to what ALL means.",
    help="name the privileges",
    page="ddl-priv.html",
    check=_check,
    nodes=nodes("grant_stmt"),
    roles=CODE,
)
