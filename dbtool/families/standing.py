"""How tables stand with their families: what each is to have, beside what is there. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dbtool.families.family import Family, Table
from dbtool.families.members import Member
from dbtool.schema.catalog import Catalog, Key, Record
from dbtool.schema.files.definitions import Definition, Made
from dbtool.schema.planning.comparable import comparable
from dbtool.schema.whole import Schema

# What is read of a database for this: the queries below queries/schema/.
READ = ("tables", "triggers", "policies", "functions", "indexes")


class State(StrEnum):
    """How what a family makes is found, the worst of it."""

    PRESENT = "present"
    MISSING = "missing"
    ALTERED = "altered"  # by hand: it is not what the file says
    DISABLED = "disabled"
    NO_TABLE = "no table"  # the table itself is not there yet
    NOT_WANTED = "not wanted"  # a trigger of the family on a table that is not to have it


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one table stands with one family; ``table`` is "" for what the family makes once, for all of them."""

    family: str
    table: str
    state: State
    parts: tuple[str, ...] = ()  # what is not as it is to be, in words
    keys: tuple[Key, ...] = ()  # and by key

    @property
    def data(self) -> dict[str, object]:
        """What --json says of it."""
        return {"family": self.family, "table": self.table or None, "state": self.state, "parts": self.parts}


def standings(
    families: Sequence[Family], found_members: Sequence[Member], wanted: Schema, found: Schema
) -> tuple[Standing, ...]:
    """Return how *found* stands with each family and each of its tables, beside *wanted*, which has all of it."""
    left, right = comparable(wanted, found).parts, comparable(found, wanted).parts
    return (
        *(one for family in families if (one := _shared(family, left, right))),
        *(_standing(member, left, right) for member in found_members),
        *strays_of(families, found_members, left, right),
    )


def _shared(family: Family, wanted: Catalog, found: Catalog) -> Standing | None:
    keys = [key for d in family.shared if (key := key_of(d.made, wanted))]
    return _judged(family.name, "", keys, wanted, found) if keys else None


def _standing(member: Member, wanted: Catalog, found: Catalog) -> Standing:
    table = member.table
    if table.key not in found:
        return Standing(family=member.family.name, table=str(table), state=State.NO_TABLE)
    keys = keys_of(member, wanted)
    standing = _judged(member.family.name, str(table), keys, wanted, found)
    if standing.state is State.PRESENT and _opened(member, wanted, found):
        return Standing(
            family=member.family.name, table=str(table), state=State.DISABLED, parts=("row-level security is off",),
            keys=(table.key,),
        )  # fmt: skip
    return standing


def keys_of(member: Member, wanted: Catalog) -> list[Key]:
    """Return the keys of the triggers, policies and so on that a family makes for a table."""
    return [key for d in member.definitions() if (key := _on_table(d, member.table, wanted))]


def _on_table(definition: Definition, table: Table, wanted: Catalog) -> Key | None:
    made = definition.made
    if made is None:
        return None
    kind = "index" if made.family == "relation" else made.family  # no other relation can be made for each table
    key = (kind, table.schema, str(table), made.name)
    return key if key in wanted else None


def key_of(made: Made | None, wanted: Catalog) -> Key | None:
    """Return the key of what stands by itself: a function by its name, whatever its arguments are."""
    if made is None or made.on:
        return None
    kinds = {"relation": ("table", "view", "sequence"), "function": ("function", "procedure")}
    for kind in kinds.get(made.family, (made.family,)):
        for key in wanted:
            if key[0] == kind and key[1] == made.schema and not key[2] and key[3].split("(")[0].strip('"') == made.name:
                return key
    return None


def _judged(family: str, table: str, keys: Sequence[Key], wanted: Catalog, found: Catalog) -> Standing:
    wrong = {key: state for key in keys if (state := _state(key, wanted, found))}
    for state in (State.MISSING, State.ALTERED, State.DISABLED):
        if state in wrong.values():
            parts = tuple(f"{_state_word(of)} {wanted[key]}" for key, of in wrong.items())
            return Standing(family=family, table=table, state=state, parts=parts, keys=tuple(wrong))
    return Standing(family=family, table=table, state=State.PRESENT)


def _state(key: Key, wanted: Catalog, found: Catalog) -> State | None:
    """Return what is the matter with one part; None for nothing."""
    there, here = wanted[key], found.get(key)
    if here is None:
        return State.MISSING
    if here == there or (here.is_ == there.is_ and key[0] == "table"):
        return None
    if _off(here) and not _off(there) and _but_for_switch(here) == _but_for_switch(there):
        return State.DISABLED
    return None if here.is_ == there.is_ else State.ALTERED  # comments, owners and grants change nothing that it does


def _off(record: Record) -> bool:
    return record.is_.get("enabled") == "disabled"


def _but_for_switch(record: Record) -> dict[str, object]:
    return {name: value for name, value in record.is_.items() if name != "enabled"}


def _state_word(state: State) -> str:
    return {State.MISSING: "no", State.ALTERED: "altered:", State.DISABLED: "disabled:"}[state]


def _opened(member: Member, wanted: Catalog, found: Catalog) -> bool:
    """Whether the family's policies protect nothing: row-level security is to be on, and is off."""
    key = member.table.key
    return bool(key in wanted and wanted[key].is_.get("row security") and not found[key].is_.get("row security"))


def strays_of(
    families: Sequence[Family], found_members: Sequence[Member], wanted: Catalog, found: Catalog
) -> Iterator[Standing]:
    """Yield the triggers that run a family's function on a table that is not to have it."""
    functions = {
        f"{definition.made.schema}.{definition.made.name}(": family.name
        for family in families
        for definition in family.shared
        if definition.made and definition.made.family == "function"
    }
    pairs = {(member.family.name, str(member.table)) for member in found_members}
    stray: dict[tuple[str, str], list[Key]] = {}
    for key, record in sorted(found.items()):
        if record.kind != "trigger" or key in wanted or "definition" not in record.is_:
            continue
        runs = str(record.is_["definition"]).rpartition(" EXECUTE FUNCTION ")[2]
        for function, family in functions.items():
            if runs.startswith(function) and (family, record.parent) not in pairs:
                stray.setdefault((family, record.parent), []).append(key)
    for (family, table), keys in stray.items():
        words = tuple(str(found[key]) for key in keys)
        yield Standing(family=family, table=table, state=State.NOT_WANTED, parts=words, keys=tuple(keys))
