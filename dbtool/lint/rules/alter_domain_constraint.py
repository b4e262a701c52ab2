"""A domain gets a constraint: every table with a column of it is read."""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    for statement, node in source.each("alter_domain_stmt"):
        domain = listed_name(node.type_name)
        if source.is_new(domain, statement):
            continue
        holder = getattr(node, "def")
        if node.subtype == "C" and not holder.constraint.skip_validation:
            yield at(
                statement,
                f"a constraint of domain {domain} is verified in every table that has a column of it, each of them "
                "locked against writes",
                f"ALTER DOMAIN {domain} ADD CONSTRAINT <name> CHECK (...) NOT VALID; and, in a migration of its own, "
                f"ALTER DOMAIN {domain} VALIDATE CONSTRAINT <name>;",
            )
        elif node.subtype == "O":
            yield at(
                statement,
                f"NOT NULL of domain {domain} is verified in every table that has a column of it, each of them locked "
                "against writes",
                f"ALTER DOMAIN {domain} ADD CONSTRAINT <name> CHECK (VALUE IS NOT NULL) NOT VALID; and VALIDATE "
                "CONSTRAINT in a migration of its own; or set NOT NULL on the columns",
            )


RULE = Rule(
    id="alter-domain-constraint",
    title="A constraint of a domain reads every table that uses it",
    severity=Severity.ERROR,
    why="ALTER DOMAIN ... ADD CONSTRAINT and SET NOT NULL lock each table with a column of the domain against writes, "
    "and read them all. NOT VALID only looks at new values, and VALIDATE CONSTRAINT can follow in a transaction of its "
    "own.",
    help="add it NOT VALID, and validate it in a migration of its own",
    page="sql-alterdomain.html",
    check=_check,
    nodes=nodes("alter_domain_stmt"),
)
