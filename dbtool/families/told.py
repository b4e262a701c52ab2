"""How tables stand with their families, in words. Pure."""

from collections.abc import Iterator, Sequence

from dbtool.families.standing import Standing, State
from dbtool.finding import Finding
from dbtool.report import counted


def findings_of(wrong: Sequence[Standing]) -> Iterator[Finding]:
    """Yield what is out of step: by table what somebody did by hand, together what is just not there."""
    together: dict[tuple[str, State], list[str]] = {}
    for one in wrong:
        if one.state in (State.MISSING, State.NO_TABLE) and one.table:
            together.setdefault((one.family, one.state), []).append(one.table)
            continue
        of = f"{one.table}: " if one.table else ""
        parts = f": {'; '.join(part.removeprefix(f'{one.state}: ') for part in one.parts)}" if one.parts else ""
        yield Finding(id=_id(one.state), message=f"{of}the family {one.family} is {one.state.value}{parts}")
    for (family, state), tables in together.items():
        listed = ", ".join(tables[:5]) + (f" and {len(tables) - 5:,} more" if len(tables) > 5 else "")
        if state is State.MISSING:
            yield Finding(id=_id(state), message=f"the family {family} is missing, wholly or in part, on {listed}")
        else:
            yield Finding(id=_id(state), message=f"not there yet, to have the family {family}: {listed}")


def _id(state: State) -> str:
    return f"family-{state.value.replace(' ', '-')}"


def summary_of(seen: Sequence[Standing], wrong: Sequence[Standing]) -> str:
    """Return in a line how many tables are out of step."""
    tables = {s.table for s in seen if s.table}
    if not tables and not wrong:
        return "no table is to have a family"
    if not wrong:
        return f"{counted(len(tables), 'table')}: all have their families"
    off = {s.table for s in wrong if s.table}
    shared = [s.family for s in wrong if not s.table]
    told = [f"{len(off)} of {counted(len(tables), 'table')}"] if off else []
    return " and ".join([*told, *(f"what {name} makes once" for name in shared)]) + " out of step"
