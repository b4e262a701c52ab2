"""Types of all forms. Enums are told here; composites, domains, ranges and base types in modules of their own.

A type that cannot be altered is rebuilt where columns are of it: renamed away, made anew, its columns given the new
one through their text, and the old one dropped.
"""

from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import base_types, composites, domains
from dbtool.schema.kinds.kind import Alter, Create, Kind, named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.names import literal, old_name, quoted
from dbtool.schema.statement import Hazard, Statement, statements
from dbtool.schema.whole import Schema

# -- enums and shells


def _create_enum(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    values = [literal(value) for value in _values(record)]
    return statements(f"CREATE TYPE {named(record)} AS ENUM {listed(values) if values else '()'}")


def _alter_enum(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if not adds_values(old, new):
        return None
    before, after = _values(old), _values(new)
    return statements(*(f"ALTER TYPE {named(new)} ADD VALUE {value}" for value in _added(before, after)))


def adds_values(old: Record, new: Record) -> bool:
    """Return whether *new* is the enum *old* with more values: these cannot be used before they are committed."""
    if not old.is_["form"] == new.is_["form"] == "enum":
        return False
    before, after = _values(old), _values(new)
    return len(before) < len(after) and [v for v in after if v in before] == before


def _values(record: Record) -> list[str]:
    return list(record.is_.get("values", ()))


def _added(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield each value that is added, with its place.

    >>> list(_added(["b"], ["a", "b", "c", "d"]))
    ["'a' BEFORE 'b'", "'c'", "'d'"]
    """
    last = max((place for place, value in enumerate(after) if value in before), default=-1)
    for place, value in enumerate(after):
        if value in before:
            continue
        if place > last:
            yield literal(value)
        elif place > 0:
            yield f"{literal(value)} AFTER {literal(after[place - 1])}"
        else:
            yield f"{literal(value)} BEFORE {literal(next(v for v in after if v in before))}"


def _create_shell(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"CREATE TYPE {named(record)}")


def _goes_with_its_type(record: Record, current: Schema) -> list[Statement]:
    return []


# -- a type as a whole

_CREATE: Mapping[str, Create] = {
    "enum": _create_enum,
    "composite": composites.create,
    "domain": domains.create,
    "range": base_types.create_range,
    "base": base_types.create_base,
    "shell": _create_shell,
}
_ALTER: Mapping[str, Alter] = {
    "enum": _alter_enum,
    "composite": composites.alter,
    "domain": domains.alter,
    "base": base_types.alter_base,
}


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return _CREATE[record.is_["form"]](record, wanted, parts)


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    form = new.is_["form"]
    if old.is_["form"] != form or form not in _ALTER:
        return None
    return _ALTER[form](old, new, current, wanted)


def _drop(record: Record, current: Schema) -> list[Statement]:
    return [_dropped(record, named(record))]


def _dropped(record: Record, name: str) -> Statement:
    if record.is_["form"] == "domain":
        return Statement(f"DROP DOMAIN {name}")
    functions = base_types.own_functions(record)
    if not functions:
        return Statement(f"DROP TYPE {name}")
    # it and its functions depend on each other: neither goes without CASCADE
    hazard = Hazard(
        "drop-type-cascade",
        f"DROP TYPE ... CASCADE of {named(record)} takes along {', '.join(functions)}, and all else that has come to "
        "use it in the database.",
    )
    return Statement(f"DROP TYPE {name} CASCADE", hazards=(hazard,))


# -- rebuilt while columns are of it


def renamed_away(record: Record, new: Record | None = None) -> list[Statement]:
    """Return what makes place for the type that is made anew as *new*; drop_renamed() drops what is left then."""
    renamed = [
        f"ALTER FUNCTION {function} RENAME TO {old_name(function.partition('(')[0])}"
        for function in (*base_types.own_functions(record), *base_types.constructors(record))
    ]
    word = "DOMAIN" if record.is_["form"] == "domain" else "TYPE"
    if "not null" in record.is_ and word == "DOMAIN":  # the name of its constraint is for the new one (17)
        renamed.append(f"ALTER DOMAIN {named(record)} DROP NOT NULL")
    renamed.append(f"ALTER {word} {named(record)} RENAME TO {old_name(named(record))}")
    if "multirange type" in record.is_:  # keeps its name otherwise
        multirange = record.is_["multirange type"]
        renamed.append(f"ALTER TYPE {multirange} RENAME TO {old_name(multirange)}")
    first, *rest = renamed
    return [Statement(first, hazards=_lost(record, new) if new else ()), *statements(*rest)]


def drop_renamed(record: Record) -> list[Statement]:
    """Return what drops the type that was renamed away."""
    return [_dropped(record, f"{quoted(record.schema)}.{old_name(named(record))}")]


def _lost(old: Record, new: Record) -> tuple[Hazard, ...]:
    name = named(old)
    if not old.is_["form"] == new.is_["form"] == "enum":
        message = f"The type {name} is made anew, and what is stored of it is read again from its text."
        return (Hazard("rebuild-type", message),)
    gone = [literal(value) for value in _values(old) if value not in _values(new)]
    if not gone:
        return (Hazard("rebuild-type", f"The enum {name} is made anew with its values in another order."),)
    values = "value" if len(gone) == 1 else "values"
    message = f"The enum {name} loses the {values} {', '.join(gone)}: where a row holds one, this fails."
    return (Hazard("drop-enum-value", message),)


KINDS: Mapping[str, Kind] = {
    "type": Kind(
        word="TYPE",  # which is right for domains too in COMMENT ON, GRANT ON and ALTER ... OWNER TO
        create=_create,
        alter=_alter,
        drop=_drop,
        grant_word="TYPE",
        holds=frozenset({"domain constraint"}),
        rebuilds=True,
    ),
    "shell type": Kind(word="TYPE", create=_create_shell, drop=_goes_with_its_type),
}
