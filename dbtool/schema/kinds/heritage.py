"""Columns that become a table's own besides being inherited, or are that no more. Pure.

No ALTER TABLE says so. A table that leaves a parent keeps what it had from there as its own; what a parent gets later
is not the table's own. So the table leaves its parents and comes back, and in between another table, made for that,
holds what shall stay inherited.
"""

from collections.abc import Iterator, Sequence

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import inherited_from
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.column_words import column_line, is_on, not_null_of, settings_of
from dbtool.schema.kinds.constraint_words import clause, comes_with_parent, drop, fits_create_table
from dbtool.schema.kinds.inheritance import came_by_inherit
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.kinds.relatives import (
    default_of,
    free_name,
    heirs_with,
    is_only_inherited,
    parent_columns,
    table_of,
)
from dbtool.schema.names import literal, qualified, quoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def make_own_too(column: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what makes an inherited column the table's own as well."""
    return _among_others(column, [], current, wanted)


def drop_alone(column: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what drops a column, and leaves it to the heirs that shall have it for their own; [] where none shall.

    ONLY makes it the own one of each heir (ALTER TABLE, DROP COLUMN), so those that shall not have it drop it then.
    """
    heirs = [heir for heir in heirs_with(column, current) if is_only_inherited(heir)]
    stay = [h for h in heirs if h.key in wanted.parts and not wanted.parts[h.key].is_.get("inherited")]
    below = {heir.key: drop_alone(heir, current, wanted) for heir in heirs if heir not in stay}
    if not stay and not any(below.values()):
        return []
    constraints = (r for r in current.children.get(column.parent, ()) if r.kind == "constraint")
    own = (r for r in constraints if r.is_["type"] == "not null" and not comes_with_parent(r))
    made = statements(*(drop(r) for r in own if is_on(r, column)))
    made.append(_dropped(f"ALTER TABLE ONLY {column.parent}", column))
    for heir in heirs:
        if heir not in stay:
            made += below[heir.key] or [_dropped(f"ALTER TABLE {heir.parent}", heir)]
    return made


def _dropped(alter: str, column: Record) -> Statement:
    return Statement(f"{alter} DROP COLUMN {quoted(column.name)}", (rows.drop_column(column),))


def hand_over(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what makes a column that is the table's own its parents' alone; its values stay. Raises Unmanageable."""
    if used := sorted(_uses(old, current, wanted)):
        raise Unmanageable(
            f"{new} is the table's own, and shall be its parents' alone: it has to be made anew for that, and "
            f"{current.parts[used[0]]} is in the way. Drop that first, or define the column for the table as well"
        )
    table, kept = new.parent, quoted(_kept_name(new, current, wanted))
    name, alter = quoted(new.name), f"ALTER TABLE {new.parent}"
    before = statements(f"{alter} RENAME COLUMN {name} TO {kept}")
    hazard = rows.rewrite_table(table, f"copies {table}.{name}, for which triggers on UPDATE fire")
    after = [] if "generated as" in new.is_ else [Statement(f"UPDATE ONLY {table} SET {name} = {kept}", (hazard,))]
    after += statements(f"{alter} DROP COLUMN {kept}")
    if (default := default_of(new, wanted)) is not None:
        after += statements(f"{alter} ALTER COLUMN {name} SET DEFAULT {default}")
    if new.is_.get("not null") and wanted.version < 180000:
        after += statements(f"{alter} ALTER COLUMN {name} SET NOT NULL")
    after += settings_of(new, f"{alter} ALTER COLUMN {name}", wanted)
    if new.comment is not None:
        after += statements(f"COMMENT ON COLUMN {table}.{name} IS {literal(new.comment)}")
    return _among_others(new, before, current, wanted, after)


def _uses(column: Record, current: Schema, wanted: Schema) -> Iterator[Key]:
    """Yield what would not go over to the new column, and stays."""
    if column.grants:
        yield column.key
    for key in current.dependents.get(column.key, ()):
        record = current.parts[key]
        passes = record.kind == "default" or (record.kind == "column" and is_only_inherited(record))
        if record.kind == "constraint":
            passes = record.is_["type"] == "not null" or comes_with_parent(wanted.parts.get(key, record))
        if key in wanted.parts and not passes:
            yield key


def _kept_name(column: Record, *schemas: Schema) -> str:
    taken = {r.name for schema in schemas for r in schema.children.get(column.parent, ()) if r.kind == "column"}
    name = column.name.encode()[:58].decode(errors="ignore")
    return next(n for n in (f"{name}_own", *(f"{name}_{i}" for i in range(1, 10000))) if n not in taken)


def _is_there(check: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether the table's parents have it already; one that they get later comes with theirs."""
    return inherited_from(check, wanted) in current.parts


def _among_others(
    column: Record, before: Sequence[Statement], current: Schema, wanted: Schema, after: Sequence[Statement] = ()
) -> list[Statement]:
    """Return the way out of the parents' and back, with what is done to the column outside."""
    table = table_of(column, wanted)
    assert table
    word = f"ALTER TABLE {named(table)}"
    carrier = qualified(table.schema, free_name(f"{table.name}_inherits", table.schema, current, wanted))
    parents = [parent.parent for parent in parent_columns(column, wanted)]
    children = wanted.children.get(column.parent, ())
    checks = [r for r in children if r.kind == "constraint" and comes_with_parent(r)]
    on_it = [check for check in checks if column.key in wanted.needs.get(check.key, ())]
    others = [r for r in children if r.kind == "column" and r.is_.get("inherited") and r.name != column.name]
    columns = [r for r in others if r.key in current.parts or came_by_inherit(r, table, current, wanted)]
    lines = [column_line(r, wanted, default=None, not_null=not_null_of(r, checks)) for r in columns]
    further = [c for c in checks if c not in on_it and c.is_["type"] != "not null"]
    lines += [clause(c) for c in further if fits_create_table(c)]
    return [
        *statements(f"CREATE TABLE {carrier} {listed(lines) if lines else '()'}"),
        *statements(*(f"ALTER TABLE {carrier} ADD {clause(c)}" for c in further if not fits_create_table(c))),
        *statements(f"{word} INHERIT {carrier}"),
        *statements(*(f"{word} NO INHERIT {parent}" for parent in parents)),
        *statements(*(f"{word} DROP CONSTRAINT IF EXISTS {quoted(check.name)}" for check in on_it)),
        *before,
        *statements(f"ALTER TABLE {carrier} ADD COLUMN {column_line(column, wanted, default=None, not_null=None)}"),
        *after,
        *statements(
            *(f"ALTER TABLE {carrier} ADD {clause(check)}" for check in on_it if _is_there(check, current, wanted))
        ),
        *statements(*(f"{word} INHERIT {parent}" for parent in parents)),
        *statements(f"{word} NO INHERIT {carrier}", f"DROP TABLE {carrier}"),
    ]
