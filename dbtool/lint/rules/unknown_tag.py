"""A tag in a comment that dbtool does not know, or whose value is none."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, nodes
from dbtool.lint.source import Source
from dbtool.parser import enum_word
from dbtool.tags import read_tags


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("comment_stmt"):
        tags = read_tags(node.comment)
        mistakes = list(tags.mistakes)
        if tags.category and enum_word(node, "objtype") == "OBJECT_COLUMN":
            mistakes.append("@category stands on a table, not on a column")
        for mistake in mistakes:
            word = mistake.partition(" ")[0].rstrip(",:").encode()
            found = statement.sql.find(word)
            start = statement.start + max(found, 0)
            yield Seen(start, start + len(word) if found >= 0 else statement.end, *_in_two(mistake))


def _in_two(mistake: str) -> tuple[str, str]:
    """Return what is so, and what to write instead."""
    so, _, instead = mistake.partition("; ")
    return so, instead


RULE = Rule(
    id="unknown-tag",
    title="A tag in a comment that means nothing",
    severity=Severity.WARNING,
    why="Tags in comments say what a table is for: its triggers, the client's migrations and the types follow from "
    "them. One that is misspelled is taken for text: a table stays without its triggers, a column that was to stay on "
    "the server goes to the clients.",
    help="write a tag that there is: @category domain|system|utility, @server-only, @client-only, @renamed-from NAME, "
    "@type TYPE, @partitions-unmanaged",
    page="sql-comment.html",
    check=_check,
    nodes=nodes("comment_stmt"),
    roles=CODE,
)
