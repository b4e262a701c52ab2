"""What two schemas differ in, as findings: object by object, with the SQL that mends it either way. Pure."""

from collections.abc import Iterator, Sequence

from dbtool.finding import Finding
from dbtool.schema.catalog import Difference, Record, compare
from dbtool.schema.migration.told import changes_told
from dbtool.schema.names import quoted
from dbtool.schema.planning.comparable import OWNER, comparable, main_role, owned, without_new_partitions
from dbtool.schema.planning.engine import Step, difference
from dbtool.schema.statement import Unmanageable
from dbtool.schema.whole import Schema


def schema_findings(wanted: Schema, found: Schema, *, id: str, where: str, mends: tuple[str, str]) -> list[Finding]:
    """Return a finding for each thing in which *found* differs from *wanted*.

    *where* is a word for the place of *found*; *mends* says what the SQL towards *wanted*, and that towards *found*,
    is good for.
    """
    found = without_new_partitions(found, wanted)
    left, right = comparable(wanted, found), comparable(found, wanted)
    differences = compare(left.parts, right.parts)
    if not differences:
        return []
    role = main_role(found, wanted)
    there, back = owned(_steps(right, left), role), owned(_steps(left, right))
    return [
        Finding(
            id=id,
            message=f"{d.what} {where}: {d.record}{_more(d)}".replace(quoted(OWNER), quoted(role)).replace(OWNER, role),
            help=_help(d.record, there, back, mends),
        )
        for d in differences
    ]


def _steps(current: Schema, wanted: Schema) -> Sequence[Step]:
    try:
        return difference(current, wanted)
    except Unmanageable:
        return ()


def _more(difference: Difference) -> str:
    if not (difference.wanted and difference.found):
        return ""
    return " (" + "; ".join(changes_told(difference.wanted, difference.found)) + ")"


def _help(record: Record, there: Sequence[Step], back: Sequence[Step], mends: tuple[str, str]) -> str:
    ways = [
        f"{what}:\n{sql}"
        for what, steps in zip(mends, (there, back), strict=True)
        if (sql := "\n".join(_sql(record, steps)))
    ]
    return "\n  ".join(ways)


def _sql(record: Record, steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if record.key == step.record.key or any(part.key == record.key for part in step.parts):
            yield from (f"    {line}" for s in step.statements for line in f"{s.sql};".splitlines())
