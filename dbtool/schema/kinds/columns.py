"""Columns and their defaults: how they are made, altered where they stand, and dropped. Pure.

What a column has from its table's parents alone comes, changes and goes with theirs. Of a view's column there is only
what is said about it. On 18 each NOT NULL is a constraint of its own; only an identity has to have its at once.
"""

from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.column_types import alter_values, differ, is_replaced
from dbtool.schema.kinds.column_words import VIEWS, alter_words, column_line, is_on, not_null_of, settings, settings_of
from dbtool.schema.kinds.constraint_words import clause
from dbtool.schema.kinds.heritage import hand_over, make_own_too
from dbtool.schema.kinds.identity import add_identity, alter_identity, has_own_identity
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.kinds.relatives import (
    default_of,
    heirs_of,
    is_only_inherited,
    is_partition,
    parent_columns,
    parents_of,
    same_column,
    table_of,
)
from dbtool.schema.names import quoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    table = table_of(record, wanted)
    alter = alter_words(record, wanted)
    if table is not None and table.kind in VIEWS:
        return settings({}, record.is_, alter, wanted)
    if is_only_inherited(record):
        return inherited_settings(record, wanted, () if wanted.version < 160000 else ("storage",))
    default = next((part.is_["default"] for part in parts if part.kind == "default"), None)
    constraint = not_null_of(record, parts if not has_own_identity(record.is_) else _constraints(record, wanted))
    if table is not None and "of type" in table.is_:  # which brought it
        return [*_typed(record, default, wanted), *settings_of(record, alter, wanted)]
    line = column_line(record, wanted, default=default, not_null=constraint)
    word = "FOREIGN TABLE" if table is not None and table.kind == "foreign table" else "TABLE"
    return [
        Statement(f"ALTER {word} {record.parent} ADD COLUMN {line}", tuple(_hazards_of_new(record, default, line))),
        *settings_of(record, alter, wanted),
    ]


def _constraints(record: Record, schema: Schema) -> Sequence[Record]:
    return schema.children.get(record.parent, ())


def _typed(record: Record, default: str | None, wanted: Schema) -> list[Statement]:
    alter = alter_words(record, wanted)
    made = [] if default is None else statements(f"{alter} SET DEFAULT {default}")
    if record.is_.get("not null") and wanted.version < 180000:
        made += statements(f"{alter} SET NOT NULL")
    return made


def _hazards_of_new(record: Record, default: str | None, line: str) -> Iterator[Hazard]:
    is_ = record.is_
    what = f"{record.parent}.{quoted(record.name)}"
    if has_own_identity(is_):
        yield rows.rewrite_table(record.parent, f"gives each row a number in {what}")
    elif is_.get("generated as") == "stored":
        yield rows.rewrite_table(record.parent, f"computes {what} for each row")
    elif default is not None and rows.is_volatile(default):
        yield rows.rewrite_table(record.parent, f"computes the default of {what} for each row")
    elif default is None and "NOT NULL" in line and "generated as" not in is_ and is_.get("not null"):
        yield rows.new_not_null(record)


def inherited_settings(record: Record, wanted: Schema, copied: Sequence[str]) -> list[Statement]:
    """Return what a column that came from its table's parents has of its own; *copied*: what came along."""
    alter = alter_words(record, wanted)
    parents = list(parent_columns(record, wanted))
    model = parents[0].is_ if parents else record.is_
    same = {name: record.is_[name] for name in ("type", "collation") if name in record.is_}
    given = {**same, **{name: model[name] for name in ("compression", *copied) if name in model}}
    default = default_of(record, wanted)
    made: list[Statement] = []
    if default not in {default_of(parent, wanted) for parent in parents}:
        made += statements(f"{alter} {'DROP DEFAULT' if default is None else f'SET DEFAULT {default}'}")
    if record.is_.get("not null") and wanted.version < 180000 and not any(p.is_.get("not null") for p in parents):
        made += statements(f"{alter} SET NOT NULL")
    return made + settings_of(record, alter, wanted, given=given)


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    alter = alter_words(new, current, wanted)
    table = table_of(new, wanted)
    if table is not None and table.kind in VIEWS:
        return settings(old.is_, new.is_, alter, wanted)
    if is_replaced(old, new, current, wanted):
        return None
    done: list[Statement] = []
    if has_own_identity(old.is_) and "identity" not in new.is_:
        done += statements(f"{alter_words(new, wanted, alone=False)} DROP IDENTITY{_if_exists(old, wanted)}")
    return [
        *done,
        *alter_values(old, new, current, wanted),
        *_alter_not_null(old, new, current, wanted),
        *_alter_identity(old, new, wanted),
        *settings(old.is_, new.is_, alter, wanted),
        *_alter_heritage(old, new, current, wanted),
    ]


def _alter_heritage(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    if is_partition(table_of(new, wanted), wanted) or is_partition(table_of(old, current), current):
        return []  # where ATTACH and DETACH say so
    if new.is_.get("inherited") and not old.is_.get("inherited") and differ(old, new, "type", "collation"):
        raise Unmanageable(f"{new} gets another type, and comes to be inherited: do one after the other")
    if is_only_inherited(new) and not is_only_inherited(old):
        return hand_over(old, new, current, wanted)
    if is_only_inherited(old) and new.is_.get("inherited") and new.is_.get("local"):
        kept = parents_of(table_of(new, wanted), wanted)
        if not any(parent.parent in kept for parent in parent_columns(old, current)):
            return []  # leaving those that it came from makes it the table's own
        return make_own_too(new, current, wanted)
    return []


def _if_exists(old: Record, wanted: Schema) -> str:
    # on 18 the NOT NULL cannot be dropped before the identity: who drops the constraint first drops that as well
    return " IF EXISTS" if wanted.version >= 180000 else ""


def _alter_not_null(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    if not differ(old, new, "not null") or wanted.version >= 180000 or _parent_sets_it(new, current, wanted):
        return []
    table = table_of(new, wanted)
    partitioned = table is not None and "partition by" in table.is_
    alter = alter_words(new, current, wanted, alone=not partitioned)
    if new.is_.get("not null"):
        return [Statement(f"{alter} SET NOT NULL", (rows.not_null(new),))]
    kept = _kept_by_partitions(new, wanted) if partitioned else ()
    return [*statements(f"{alter} DROP NOT NULL"), *(Statement(f"{each} SET NOT NULL") for each in kept)]


def _parent_sets_it(new: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether the change is a partitioned table's, which takes its partitions along."""
    if not is_partition(table_of(new, current), current):
        return False
    for parent in parent_columns(new, wanted):
        before = current.parts.get(parent.key)
        if before and differ(before, parent, "not null") and not differ(parent, new, "not null"):
            return True
    return False


def _kept_by_partitions(column: Record, wanted: Schema) -> Iterator[str]:
    """Yield the ALTER TABLE of each partition that has its own NOT NULL, which went with the parent's."""
    for key in heirs_of(table_of(column, wanted), wanted):
        found = same_column(column, key[2], wanted)
        if found and found.is_.get("not null"):
            yield alter_words(found, wanted, alone=False)
        elif found:
            yield from _kept_by_partitions(found, wanted)


def _alter_identity(old: Record, new: Record, wanted: Schema) -> list[Statement]:
    if not has_own_identity(new.is_) or not differ(old, new, "identity", "identity options", "type"):
        return []
    alter = alter_words(new, wanted, alone=False)
    if has_own_identity(old.is_):
        return alter_identity(old, new, alter, wanted)
    return [*_not_null_first(old, new, wanted), *add_identity(new, alter, wanted)]


def _not_null_first(old: Record, new: Record, wanted: Schema) -> list[Statement]:
    """An identity has to be NOT NULL, on 18 by a constraint that would come later: adding that again does nothing."""
    if wanted.version < 180000 or old.is_.get("not null"):
        return []
    found = (r for r in _constraints(new, wanted) if r.kind == "constraint" and r.is_["type"] == "not null")
    hazards = (rows.not_null(new),)
    return [Statement(f"ALTER TABLE {new.parent} ADD {clause(r)}", hazards) for r in found if is_on(r, new)]


def _drop(record: Record, current: Schema) -> list[Statement]:
    table = table_of(record, current)
    if table is not None and table.kind in VIEWS:
        return settings(record.is_, {}, alter_words(record, current), current)
    if is_only_inherited(record) or (table is not None and "of type" in table.is_):
        return []
    word = table.kind.upper() if table else "TABLE"
    lost = (rows.drop_column(record),) if "generated as" not in record.is_ and word == "TABLE" else ()
    return [Statement(f"ALTER {word} {record.parent} DROP COLUMN {quoted(record.name)}", lost)]


def _set_default(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"{alter_words(record, wanted)} SET DEFAULT {record.is_['default']}")


def _set_other_default(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return statements(f"{alter_words(new, current, wanted)} SET DEFAULT {new.is_['default']}")


def _drop_default(record: Record, current: Schema) -> list[Statement]:
    return statements(f"{alter_words(record, current)} DROP DEFAULT")


def _name(record: Record) -> str:
    return f"{record.parent}.{quoted(record.name)}"


KINDS: Mapping[str, Kind] = {
    "column": Kind(
        word="COLUMN", create=_create, alter=_alter, drop=_drop, name=_name, grant_word="TABLE",
        holds=frozenset({"default", "constraint"}),
    ),
    "default": Kind(word="DEFAULT", create=_set_default, alter=_set_other_default, drop=_drop_default, name=_name),
}  # fmt: skip
