"""Constraints that a table has besides its parents, or from them alone, and how one becomes the other. Pure.

PostgreSQL drops, renames and redefines no constraint that a table above has too, and merges one that comes from there
with the table's own.
"""

from collections.abc import Iterator, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.kinds.constraint_words import (
    add,
    comes_with_parent,
    drop,
    is_of_partition,
    not_null_column,
    validate,
)
from dbtool.schema.kinds.kind import named_on
from dbtool.schema.kinds.relatives import heirs_of, is_only_inherited, parents_of, table_of
from dbtool.schema.names import literal, qualified
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def not_valid_again(record: Record, wanted: Schema) -> list[Statement]:
    """Return what makes an inherited check of a new table NOT VALID, as its parent's is: it comes as a valid one."""
    key = inherited_from(record, wanted)
    if key is None or not record.is_.get("not valid") or not wanted.parts[key].is_.get("not valid"):
        return []
    model = wanted.parts[key]
    heirs = [r for r in wanted.parts.values() if r.kind == "constraint" and inherited_from(r, wanted) == key]
    return statements(
        drop(model),
        add(model, wanted),
        *(validate(r) for r in heirs if not r.is_.get("not valid")),
        *(f"COMMENT ON CONSTRAINT {named_on(r)} IS {literal(r.comment)}" for r in (model, *heirs) if r.comment),
    )


def is_own_too(record: Record) -> bool:
    """Say whether it would stay if the parents' went."""
    return bool(record.is_.get("inherited")) and bool(record.is_.get("local"))


def is_ahead(record: Record, wanted: Schema) -> bool:
    """Say whether the rows of this table were looked at, and not yet those of all that its parent has."""
    model = inherited_from(record, wanted)
    return model is not None and bool(wanted.parts[model].is_.get("not valid")) and not record.is_.get("not valid")


def comes_with_inherit(new: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether the table's INHERIT brings it in the place of its own: see kinds/inheritance.py."""
    table, model = parent_of(new, wanted), inherited_from(new, wanted)
    if table is None or model is None or table not in current.parts:
        return False
    if current.parts[table].is_.get("inherits") == wanted.parts[table].is_.get("inherits"):
        return False
    return model in current.parts or parent_of(wanted.parts[model], current) is None


def beside_parents(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what makes *new* of a constraint that is inherited, and was or becomes a table's own as well.

    No statement drops, renames or redefines such a one, but where its parents have none for a moment. Those have
    changed before. Raises Unmanageable.
    """
    if _comes_anew_with_column(new, current, wanted):
        return []
    models = [*models_of(new, wanted)]
    if late := [model for model in models if model.key not in current.parts]:
        raise Unmanageable(f"{new} cannot change while {late[0]} comes: do one after the other")
    if used := sorted({key for model in models for key in current.dependents.get(model.key, ())}):
        raise Unmanageable(f"{new} cannot change: {current.parts[used[0]]} needs that of the parent: dbtool new")
    said = [r for r in _with_heirs([new, *models], wanted) if r.comment is not None]
    lowest_first = list(reversed(models))
    again = sorted(lowest_first, key=lambda model: model.name != new.name)  # the first gives it its name
    return statements(
        *(drop(model) for model in models),
        *([] if comes_with_parent(old) else [drop(old)]),
        *([] if comes_with_parent(new) else [add(new, wanted)]),
        *(add(model, wanted) for model in again),
        *(f"COMMENT ON CONSTRAINT {named_on(r)} IS {literal(str(r.comment))}" for r in said),
    )


def _comes_anew_with_column(new: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether the column that it is on becomes its table's parents' alone, for which that is made anew."""
    columns = [key for key in wanted.needs.get(new.key, ()) if key[0] == "column" and key in current.parts]
    made = any(is_only_inherited(wanted.parts[k]) and is_own_too(current.parts[k]) for k in columns)
    return made and comes_with_parent(new) and not is_of_partition(new, wanted)


def is_renamed_below(record: Record, schema: Schema) -> bool:
    """Say whether a NOT NULL can be renamed: PostgreSQL renames those of the heirs too, if they are called alike."""
    for key in heirs_of(table_of(record, schema), schema):
        children = schema.children.get(schema.parts[key].parent or qualified(key[1], key[3]), ())
        heirs = [other for other in children if other.kind == "constraint" and _is_same(record, other)]
        if any(heir.name != record.name or not is_renamed_below(heir, schema) for heir in heirs):
            return False
    return True


def models_of(record: Record, schema: Schema) -> Iterator[Record]:
    """Yield the constraints that *record* is inherited from, the topmost first."""
    for parent in parents_of(table_of(record, schema), schema):
        for other in schema.children.get(parent, ()):
            if other.kind == "constraint" and _is_same(record, other):
                yield from models_of(other, schema)
                if not comes_with_parent(other):
                    yield other


def _is_same(record: Record, other: Record) -> bool:
    """Say whether a table below, which has *record*, inherits *other* as that."""
    if record.is_["type"] != other.is_["type"] or other.is_["definition"].endswith(" NO INHERIT"):
        return False
    if record.is_["type"] == "not null":  # one of any name will do
        return not_null_column(record) == not_null_column(other)
    return record.name == other.name


def _with_heirs(models: Sequence[Record], schema: Schema) -> Iterator[Record]:
    keys = {model.key for model in models}
    for record in schema.parts.values():
        if record.kind == "constraint" and (record.key in keys or inherited_from(record, schema) in keys):
            yield record


def parent_gives_it_up(old: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether the table above stays without it."""
    model = inherited_from(old, current)
    return model is not None and model not in wanted.parts and parent_of(current.parts[model], wanted) is not None
