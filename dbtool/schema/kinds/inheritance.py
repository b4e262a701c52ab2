"""INHERITS of tables that are there: left, and taken up with the columns that come by it alone. Pure.

ALTER TABLE ... INHERIT takes columns that the table has, and leaves them its own. Those that shall be there by
inheritance alone come through a table that is made for that, inherited from while it gets them, and dropped.
"""

from collections.abc import Iterator

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.column_words import column_line, not_null_of
from dbtool.schema.kinds.constraints import clause, comes_with_parent
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.kinds.relatives import default_of, free_name, is_only_inherited, parent_columns, parents_of
from dbtool.schema.names import qualified, quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def alter_inheritance(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what takes a table from its parents to others. Nothing for a partition."""
    had, has = old.is_.get("inherits", ()), new.is_.get("inherits", ())
    left, taken = [p for p in had if p not in has], [p for p in has if p not in had]
    alter = f"ALTER {new.kind.upper()} {named(new)}"
    done = statements(*(f"{alter} NO INHERIT {parent}" for parent in left))
    done += [
        Statement(f"{alter} DROP COLUMN {quoted(column.name)}", (rows.drop_column(column),))
        for column in _children(old, current, "column")
        if _stays_behind(column, left, current, wanted)
    ]
    done += statements(*(
        f"{alter} DROP CONSTRAINT {quoted(check.name)}"
        for check in _children(old, current, "constraint")
        if _check_stays_behind(check, left, current, wanted)
    ))  # fmt: skip
    _refuse_other_types(new, left + taken, current, wanted)
    inherit = statements(*(f"{alter} INHERIT {parent}" for parent in taken))
    return done + _through_another(new, taken, inherit, current, wanted)


def _children(table: Record, schema: Schema, kind: str) -> Iterator[Record]:
    return (record for record in schema.children.get(named(table), ()) if record.kind == kind)


def _stays_behind(column: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a column that came by parents that are left is not wanted, and nothing else drops it."""
    models = list(parent_columns(column, current))
    if not is_only_inherited(column) or column.key in wanted.parts or not all(m.parent in left for m in models):
        return False
    return any(model.key in wanted.parts or not _has_table(model.parent, wanted) for model in models)


def _check_stays_behind(check: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a check that came by parents that are left is not wanted, and nothing else drops it."""
    if not comes_with_parent(check) or check.key in wanted.parts or check.is_["type"] not in ("check", "not null"):
        return False
    parents = parents_of(current.parts[("table", check.schema, "", unquoted(check.parent)[1])], current)
    models = [m for p in parents if (m := ("constraint", unquoted(p)[0], p, check.name)) in current.parts]
    if not models or not all(model[2] in left for model in models):
        return False
    return any(model in wanted.parts or not _has_table(model[2], wanted) for model in models)


def _refuse_other_types(table: Record, parents: list[str], current: Schema, wanted: Schema) -> None:
    """Raise Unmanageable for columns that get another type with other parents: neither can be done first."""
    for column in _children(table, wanted, "column") if parents else ():
        before = current.parts.get(column.key)
        if before is None or not (before.is_.get("inherited") or column.is_.get("inherited")):
            continue
        models = [*parent_columns(before, current), *parent_columns(column, wanted)]
        if before.is_["type"] != column.is_["type"] and any(model.parent in parents for model in models):
            raise Unmanageable(
                f"{column} gets another type ({before.is_['type']}, then {column.is_['type']}), and its table other "
                "parents: do one after the other"
            )


def _has_table(name: str, schema: Schema) -> bool:
    place, table = unquoted(name)
    return any((kind, place, "", table) in schema.parts for kind in ("table", "foreign table"))


def _through_another(
    table: Record, taken: list[str], inherit: list[Statement], current: Schema, wanted: Schema
) -> list[Statement]:
    columns = [
        c for c in _children(table, wanted, "column") if any(m.parent in taken for m in parent_columns(c, wanted))
    ]
    coming = [column for column in columns if _comes(column, taken, current, wanted)]
    checks = [c for c in _children(table, wanted, "constraint") if _check_comes(c, taken, current, wanted)]
    if not taken or not (coming or checks):
        return inherit
    not_nulls = {column.name: found for column in coming if (found := not_null_of(column, checks))}
    others = [c for c in checks if c not in not_nulls.values()]
    there = [column_line(c, wanted, default=None, not_null=None) for c in columns if c not in coming and others]
    carrier = qualified(table.schema, free_name(f"{table.name}_inherits", table.schema, current, wanted))
    word = f"ALTER {table.kind.upper()} {named(table)}"
    lines = [
        column_line(c, wanted, default=default_of(c, wanted), not_null=not_nulls.get(c.name)) for c in coming
    ]  # fmt: skip
    return [
        *statements(f"CREATE TABLE {carrier} {listed(there) if there else '()'}", f"{word} INHERIT {carrier}"),
        *statements(*(f"{word} DROP CONSTRAINT {quoted(c.name)}" for c in others if c.key in current.parts)),
        *statements(*(f"ALTER TABLE {carrier} ADD COLUMN {line}" for line in lines)),
        *statements(*(f"ALTER TABLE {carrier} ADD {clause(check)}" for check in others)),
        *inherit,
        *statements(f"{word} NO INHERIT {carrier}", f"DROP TABLE {carrier}"),
    ]


def _comes(column: Record, taken: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a new parent that has the column brings it; one that gets it later does so by itself."""
    if not is_only_inherited(column) or column.key in current.parts:
        return False
    models = [model for model in parent_columns(column, wanted) if model.parent in taken]
    return any(model.key in current.parts or not _has_table(model.parent, current) for model in models)


def came_by_inherit(column: Record, table: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether a column is there since the table, altered before its columns are, has taken up a new parent."""
    before = current.parts.get(table.key)
    had = before.is_.get("inherits", ()) if before else ()
    return _comes(column, [p for p in table.is_.get("inherits", ()) if p not in had], current, wanted)


def _check_comes(check: Record, taken: list[str], current: Schema, wanted: Schema) -> bool:
    before = current.parts.get(check.key)
    if not comes_with_parent(check) or (before is not None and comes_with_parent(before)):
        return False
    models = [("constraint", unquoted(parent)[0], parent, check.name) for parent in taken]
    return any(m in wanted.parts and (m in current.parts or not _has_table(m[2], current)) for m in models)
