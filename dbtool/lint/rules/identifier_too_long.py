"""A name of more than 63 bytes, which the server cuts."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen
from dbtool.lint.source import Source

LONGEST = 63  # NAMEDATALEN - 1

# A name longer than that, quoted or not; strings, comments and bodies are passed over.
_lexeme = re.compile(
    rb"""[eE]'(?:[^'\\]|\\.|'')*' | '[^']*' | \$(?P<tag>[A-Za-z_\x80-\xff]?[\w\x80-\xff]*)\$.*?\$(?P=tag)\$
       | --[^\n]* | /\*.*?\*/ | (?P<quoted>"(?:[^"]|"")*") | (?P<plain>[A-Za-z_\x80-\xff][\w$\x80-\xff]*)""",
    re.VERBOSE | re.DOTALL,
)
_candidate = re.compile(rb"""[\w$\x80-\xff]{64}|"[^"]{64}""")


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement in source.statements:
        if statement.name in _OTHERS or not _candidate.search(statement.sql):
            continue
        for found in _lexeme.finditer(statement.sql):
            if found.lastgroup not in ("quoted", "plain"):
                continue
            name = found[0]
            if found.lastgroup == "quoted":
                name = name[1:-1].replace(b'""', b'"')
            if len(name) > LONGEST:
                start = statement.start + found.start()
                cut = name[:LONGEST].decode(errors="ignore")
                yield Seen(
                    start,
                    start + len(found[0]),
                    f"the name has {len(name)} bytes, and the server cuts it to {LONGEST}: {cut}",
                    "choose a shorter one: two long names that start alike become the same",
                )


_OTHERS = ("insert_stmt", "update_stmt", "delete_stmt", "comment_stmt", "select_stmt")

RULE = Rule(
    id="identifier-too-long",
    title="A name that the server cuts",
    severity=Severity.WARNING,
    why="Names have at most 63 bytes. A longer one is cut with a notice: IF NOT EXISTS and DROP then look for another "
    "name than the file says, and two names that start alike collide.",
    help="choose a shorter name",
    page="sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS",
    check=_check,
    nodes=None,
    roles=CODE,
)
