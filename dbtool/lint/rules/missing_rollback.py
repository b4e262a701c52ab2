"""A migration without a file that undoes it, or with an empty one."""

import re
from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import FORWARD, Rule, Seen
from dbtool.lint.source import Source

# Comments, white space, lone semicolons
_nothing = re.compile(rb"(?:\xef\xbb\xbf|--[^\n]*|/\*.*?\*/|[\s;]+)*", re.DOTALL)


def _check(source: Source, context: Context) -> Iterator[Seen]:
    name = f"{source.path.stem}.rollback.sql"
    if source.rollback is None:
        message = f"there is no {name}: nothing undoes this migration"
    elif source.rollback.is_file() and _nothing.fullmatch(source.rollback.read_bytes()):
        message = f"{source.rollback.name} has no statement: nothing undoes this migration"
    else:
        return
    first = source.statements[0]
    yield Seen(
        first.start,
        first.end,
        message,
        f"write what undoes it in {name}; where nothing can, say so in the migration: -- dbtool: allow "
        "missing-rollback because <what is lost>",
    )


RULE = Rule(
    id="missing-rollback",
    title="Nothing undoes this migration",
    severity=Severity.WARNING,
    why="`dbtool rollback` runs the file of the same name that ends in .rollback.sql. Without one a release that fails "
    "leaves no way back but a backup.",
    help="write <migration>.rollback.sql",
    page="backup.html",
    check=_check,
    nodes=None,
    roles=FORWARD,
)
