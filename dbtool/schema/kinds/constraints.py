"""Constraints of tables: how each is made, altered in place where PostgreSQL can, and dropped. Pure.

What a check, a NOT NULL or a foreign key has by inheritance alone comes and goes with that of its parent. The keys of
partitions do not: they are made by themselves, and attached (see indexes.py).
"""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.family import inherited_from
from dbtool.schema.kinds.constraint_heritage import (
    beside_parents,
    comes_with_inherit,
    is_ahead,
    is_own_too,
    models_of,
    parent_gives_it_up,
)
from dbtool.schema.kinds.constraint_words import (
    KEYS,
    add,
    clause,
    comes_with_parent,
    drop,
    is_attached,
    is_of_partition,
    not_null_column,
    validate,
)
from dbtool.schema.kinds.internal_triggers import set_states
from dbtool.schema.kinds.kind import Kind, named_on
from dbtool.schema.names import quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if comes_with_parent(record):
        made = statements(validate(record)) if is_ahead(record, wanted) else []
    else:
        made = [Statement(add(record, wanted))]
    return made + set_states(record, {}, _states(record))


def _drop(record: Record, current: Schema) -> list[Statement]:
    if comes_with_parent(record):
        # a foreign key of a partition is told for its triggers alone
        return set_states(record, _states(record), {}) if record.is_["type"] == "foreign key" else []
    if is_attached(record, current):
        return []
    return statements(*_identity_goes_first(record, current), drop(record))


def _identity_goes_first(record: Record, current: Schema) -> list[str]:
    """Return what takes the identity from a column whose NOT NULL goes: there is none without (18)."""
    if record.is_["type"] != "not null":
        return []
    name = not_null_column(record)
    column = current.parts.get(("column", record.schema, record.parent, unquoted(name)[0]))
    identity = column is not None and "identity options" in column.is_
    return [f"ALTER TABLE {record.parent} ALTER COLUMN {name} DROP IDENTITY"] if identity else []


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    triggers = set_states(new, _states(old), _states(new))
    if comes_with_parent(new) and comes_with_parent(old):
        if not _model_is_altered(new, current, wanted):
            return None
        sooner = _differ(old, new, "not valid") and is_ahead(new, wanted)
        return [*(statements(validate(new)) if sooner else []), *triggers]
    if is_own_too(old) and _is_inherited(new) and (comes_with_parent(new) or _alter_definition(old, new) is None):
        if goes_with_parents(old, current, wanted):
            return None
        return [*beside_parents(old, new, current, wanted), *triggers]
    made = _alter_definition(old, new)
    inheritance = _alter_inheritance(old, new, current, wanted)
    if made is None or inheritance is None:
        return None
    return [*made, *inheritance, *triggers]


def _is_inherited(record: Record) -> bool:
    return bool(record.is_.get("inherited")) and record.is_["type"] not in KEYS


def _model_is_altered(new: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether the constraint that *new* comes with stays, so that *new* is altered with it."""
    key = inherited_from(new, wanted)
    if key is None or key not in current.parts or current.parts[key].is_ == wanted.parts[key].is_:
        return True
    return _alter(current.parts[key], wanted.parts[key], current, wanted) is not None


def _alter_definition(old: Record, new: Record) -> list[Statement] | None:
    change = f"ALTER TABLE {new.parent} ALTER CONSTRAINT {quoted(new.name)}"
    made: list[Statement] = []
    if _differ(old, new, "type"):
        return None
    if _differ(old, new, "definition"):
        if new.is_["type"] != "not null" or not_null_column(old) != not_null_column(new):
            return None
        inherit = "NO INHERIT" if new.is_["definition"].endswith(" NO INHERIT") else "INHERIT"
        made += statements(f"{change} {inherit}")
    if _differ(old, new, "deferrable", "initially deferred"):
        if new.is_["type"] != "foreign key":
            return None
        made += statements(f"{change} {_deferrability(new)}")
    enforcement = _alter_enforcement(old, new, change)
    return None if enforcement is None else made + enforcement


def _deferrability(record: Record) -> str:
    if not record.is_.get("deferrable"):
        return "NOT DEFERRABLE"
    return f"DEFERRABLE INITIALLY {'DEFERRED' if record.is_.get('initially deferred') else 'IMMEDIATE'}"


def _alter_enforcement(old: Record, new: Record, change: str) -> list[Statement] | None:
    """Return what makes a constraint enforced, or valid; None where only making it anew does."""
    if _differ(old, new, "not enforced"):
        # ENFORCED validates: https://www.postgresql.org/docs/18/sql-altertable.html
        if new.is_["type"] != "foreign key" or new.is_.get("not valid"):
            return None
        return statements(f"{change} {'NOT ENFORCED' if new.is_.get('not enforced') else 'ENFORCED'}")
    if _differ(old, new, "not valid"):
        return None if new.is_.get("not valid") else statements(validate(new))
    return []


def _alter_inheritance(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return what makes a constraint a table's own as well; inheriting it comes with the table's INHERIT or ATTACH."""
    if not _differ(old, new, "inherited", "local") or new.is_["type"] in KEYS:
        return []
    if comes_with_parent(old):
        if new.is_.get("inherited"):  # defining it again makes it local too
            return statements(f"ALTER TABLE {new.parent} ADD {clause(new)}")
        # who leaves a parent keeps it, but it goes when the parent's goes
        return None if parent_gives_it_up(old, current, wanted) else []
    if comes_with_parent(new):
        return [] if is_of_partition(new, wanted) or comes_with_inherit(new, current, wanted) else None
    return []


def goes_with_parents(old: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether those that it is inherited from go, so that it is a table's own for that moment."""
    models = [*models_of(old, current)]
    going = [m for m in models if m.key not in wanted.parts or _is_replaced(m, current, wanted)]
    if going and len(going) < len(models):
        raise Unmanageable(f"{old} cannot change while {going[0]} does, and another parent's stays: dbtool new")
    return bool(going)


def _is_replaced(record: Record, current: Schema, wanted: Schema) -> bool:
    new = wanted.parts[record.key]
    return record.is_ != new.is_ and _alter(record, new, current, wanted) is None


def _differ(old: Record, new: Record, *attributes: str) -> bool:
    return any(old.is_.get(name) != new.is_.get(name) for name in attributes)


def _states(record: Record) -> Mapping[str, str]:
    return record.is_.get("triggers", {})


KINDS: Mapping[str, Kind] = {
    "constraint": Kind(word="CONSTRAINT", create=_create, alter=_alter, drop=_drop, name=named_on),
}
