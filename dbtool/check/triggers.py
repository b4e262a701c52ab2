"""The section of `check` on trigger families: whether the migrations give each table the families of its category."""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.check.section import Section
from dbtool.families.family import Family
from dbtool.families.members import members, tables_of
from dbtool.families.standing import Standing, State, standings
from dbtool.families.told import findings_of, summary_of
from dbtool.schema.whole import Schema


def triggers(families: Sequence[Family], wanted: Schema, replayed: Schema) -> tuple[Section, Schema]:
    """Return the section, and what the migrations make but for what it tells: other sections need not tell it again."""
    wrong, seen = out_of_step(families, wanted, replayed)
    if not wrong:
        return Section(name="triggers", said=summary_of(seen, wrong)), replayed
    section = Section(
        name="triggers",
        said=f"{summary_of(seen, wrong)}, in what the migrations make",
        findings=list(findings_of(wrong)),
        exit_code=4,
        next=("dbtool triggers sync",),
    )
    return section, _but_for(replayed, wanted, wrong)


def out_of_step(
    families: Sequence[Family], wanted: Schema, found: Schema
) -> tuple[list[Standing], tuple[Standing, ...]]:
    """Return what is out of step, and how everything stands. A table that is not there yet is no matter of triggers."""
    seen = standings(families, members(families, tables_of(wanted)), wanted, found)
    return [s for s in seen if s.state not in (State.PRESENT, State.NO_TABLE)], seen


def mend(families: Sequence[Family], wanted: Schema, live: Schema, flags: str) -> tuple[str, ...]:
    """Return the commands that mend what somebody did to the families in a database."""
    wrong, _ = out_of_step(families, wanted, live)
    return tuple(f"dbtool triggers install {name} --apply{flags}" for name in sorted({s.family for s in wrong}))


def _but_for(replayed: Schema, wanted: Schema, wrong: Sequence[Standing]) -> Schema:
    keys = {key for standing in wrong for key in standing.keys}
    parts = {key: record for key, record in replayed.parts.items() if key not in keys}
    return replace(replayed, parts=parts | {key: wanted.parts[key] for key in keys if key in wanted.parts})
