"""The words that lint knows: which hazards there are, who looks for them, and where each is explained."""

from functools import cache

from dbtool.lint.squawk_rules import RULES as SQUAWK
from dbtool.lint.style import is_style
from dbtool.lint.told import Told

# What `generate` and `migrate` call a hazard too: docs/schema-engine.md. An allow of one of them speaks to these.
ENGINE = frozenset((
    "add-not-null-column", "drop-attribute", "drop-column", "drop-enum-value", "drop-extension", "drop-sequence",
    "drop-table", "drop-type-cascade", "empty-materialized-view", "move-index", "narrow-column", "no-rollback",
    "rebuild-type", "refresh-materialized-view", "replication-slot-left", "rewrite-table", "secret-left-out",
    "set-not-null",
))  # fmt: skip
# What the run itself has to say, each with what it means.
OWN = {
    "allow-expired": "what was allowed until a date is past it",
    "allow-without-reason": "something is allowed, and nobody says why",
    "not-analysed": "a part of a file that squawk or sqlfluff cannot read",
    "unknown-hazard": "something is allowed that is no hazard",
    "unused-allow": "an allow that allows nothing",
}
# Why a file cannot be run as it is: dbtool/script.py.
REFUSED = {
    "copy-to-stdout": "COPY ... TO STDOUT has nowhere to go",
    "copy-without-data": "COPY ... FROM STDIN without data after it",
    "copy-without-end": "the data of COPY ... FROM STDIN have no end",
    "empty-file": "a file without a statement",
    "not-utf8": "a file that is not UTF-8",
    "nul-byte": "a file with a NUL byte",
    "psql-meta-command": "a command of psql, which the server does not know",
    "syntax-error": "PostgreSQL's own parser refuses the text",
    "transaction-control": "BEGIN or COMMIT in a file whose transaction is dbtool's",
    "unreadable-file": "a file that cannot be read",
}
OPTIONAL = frozenset(known.id for known in SQUAWK.values() if known.optional)


class Hazards(frozenset[str]):
    """Hazards, and all of style: sqlfluff's are known by their first word, for to list them is to import it."""

    def __contains__(self, id: object) -> bool:
        return super().__contains__(id) or (isinstance(id, str) and is_style(id))


@cache
def known_hazards() -> frozenset[str]:
    """Return every hazard that can be allowed, but for those of style. Loads the rules."""
    from dbtool.lint.rules import RULES

    return frozenset(RULES) | {known.id for known in SQUAWK.values()} | ENGINE | {*OWN, *REFUSED}


def page_of(told: Told) -> str:
    """Return the page that explains a finding."""
    if told.source == "sqlfluff":
        return "https://docs.sqlfluff.com/en/stable/reference/rules.html"
    return "docs/commands/lint.md" if told.id in OWN or told.id in REFUSED else f"docs/rules/{told.id}.md"
