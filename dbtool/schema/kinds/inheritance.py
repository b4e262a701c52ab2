"""INHERITS of tables that are there: left, and taken up with the columns that come by it alone. Pure.

ALTER TABLE ... INHERIT takes columns that the table has, and leaves them its own. Those that shall be there by
inheritance alone come through a table that is made for that, inherited from while it gets them, and dropped.
"""

from collections.abc import Iterator

from dbtool.schema.catalog import Key, Record
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.column_words import column_line, not_null_of
from dbtool.schema.kinds.constraint_words import clause, comes_with_parent, fits_create_table
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.kinds.relatives import default_of, free_name, is_only_inherited, parent_columns, parents_of, table_of
from dbtool.schema.names import qualified, quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def alter_inheritance(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what takes a table from its parents to others. Nothing for a partition."""
    had, has = old.is_.get("inherits", ()), new.is_.get("inherits", ())
    left, taken = [p for p in had if p not in has], [p for p in has if p not in had]
    if not left and not taken:
        return []
    _refuse_other_types(new, left + taken, current, wanted)
    alter = f"ALTER {new.kind.upper()} {named(new)}"
    leave = statements(*(f"{alter} NO INHERIT {parent}" for parent in left))
    leave += [
        Statement(f"{alter} DROP COLUMN {quoted(column.name)}", (rows.drop_column(column),))
        for column in _children(old, current, "column")
        if _stays_behind(column, left, current, wanted)
    ]
    leave += statements(*(
        f"{alter} DROP CONSTRAINT {quoted(check.name)}"
        for check in _children(old, current, "constraint")
        if _check_stays_behind(check, left, current, wanted)
    ))  # fmt: skip
    held = [c for c in _children(old, current, "column") if _is_held(c, left, current, wanted)]
    checks = [c for c in _children(old, current, "constraint") if _check_is_held(c, left, current, wanted)]
    coming, through = _through_another(new, left, taken, held, current, wanted)
    inherit = statements(*(f"{alter} INHERIT {parent}" for parent in taken))
    if not (held or checks or coming):
        return leave + inherit
    carrier = qualified(new.schema, free_name(f"{new.name}_inherits", new.schema, current, wanted))
    return [
        *_holding(carrier, held, checks, old, current),
        *statements(f"{alter} INHERIT {carrier}"),
        *leave,
        *statements(*(f"{alter} DROP CONSTRAINT {quoted(c.name)}" for c in through if _is_own(c, current))),
        *statements(*(f"ALTER TABLE {carrier} ADD {words}" for words in coming)),
        *inherit,
        *statements(f"{alter} NO INHERIT {carrier}", f"DROP TABLE {carrier}"),
    ]


def _is_own(check: Record, current: Schema) -> bool:
    before = current.parts.get(check.key)  # what came by a parent that is left was dropped with that
    return before is not None and not comes_with_parent(before)


def _holding(
    carrier: str, columns: list[Record], checks: list[Record], table: Record, current: Schema
) -> list[Statement]:
    """Return what makes the table that is inherited from meanwhile, with what the other one keeps by inheritance."""
    needed = {key for check in checks for key in current.needs.get(check.key, ())}
    others = [c for c in _children(table, current, "column") if c.key in needed and c not in columns]
    not_nulls = {c.name: found for c in columns + others if (found := not_null_of(c, checks))}
    lines = [column_line(c, current, default=None, not_null=not_nulls.get(c.name)) for c in columns + others]
    further = [c for c in checks if c not in not_nulls.values()]
    lines += [clause(c) for c in further if fits_create_table(c)]
    return statements(
        f"CREATE TABLE {carrier} {listed(lines) if lines else '()'}",
        *(f"ALTER TABLE {carrier} ADD {clause(c)}" for c in further if not fits_create_table(c)),
    )


def _is_held(column: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a column would become the table's own, by leaving all that it has it from, and shall not."""
    new = wanted.parts.get(column.key)
    models = list(parent_columns(column, current))
    stays = new is not None and is_only_inherited(new) and is_only_inherited(column)
    return stays and all(model.parent in left for model in models)


def _children(table: Record, schema: Schema, kind: str) -> Iterator[Record]:
    return (record for record in schema.children.get(named(table), ()) if record.kind == kind)


def _stays_behind(column: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a column that came by parents that are left is not wanted, and nothing else drops it."""
    models = list(parent_columns(column, current))
    if not is_only_inherited(column) or column.key in wanted.parts or not all(m.parent in left for m in models):
        return False
    return any(model.key in wanted.parts or not _has_table(model.parent, wanted) for model in models)


def _check_stays_behind(check: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return whether a check that came by parents that are left is not wanted as it is, and nothing else drops it."""
    if not comes_with_parent(check) or check.is_["type"] not in ("check", "not null"):
        return False
    new = wanted.parts.get(check.key)
    models = [*_models_of_check(check, current)]
    if not models or not all(model[2] in left for model in models):
        return False
    if new is not None:
        return comes_with_parent(new) and new.is_ != check.is_
    return any(model in wanted.parts or not _has_table(model[2], wanted) for model in models)


def _models_of_check(check: Record, schema: Schema) -> Iterator[Key]:
    for parent in parents_of(table_of(check, schema), schema):
        if (key := ("constraint", unquoted(parent)[0], parent, check.name)) in schema.parts:
            yield key


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


def _check_is_held(check: Record, left: list[str], current: Schema, wanted: Schema) -> bool:
    """Return the same of a check: one that new parents bring as it was."""
    new = wanted.parts.get(check.key)
    if new is None or not comes_with_parent(check) or not comes_with_parent(new):
        return False
    return check.is_ == new.is_ and all(model[2] in left for model in _models_of_check(check, current))


def _through_another(
    table: Record, left: list[str], taken: list[str], held: list[Record], current: Schema, wanted: Schema
) -> tuple[list[str], list[Record]]:
    """Return what a table that is inherited from meanwhile gets, and which of it are checks."""
    columns = [
        c for c in _children(table, wanted, "column") if any(m.parent in taken for m in parent_columns(c, wanted))
    ]
    coming = [column for column in columns if _comes(column, taken, current, wanted)]
    checks = [c for c in _children(table, wanted, "constraint") if _check_comes(c, left, taken, current, wanted)]
    not_nulls = {column.name: found for column in coming if (found := not_null_of(column, checks))}
    others = [c for c in checks if c not in not_nulls.values()]
    known = {column.key for column in (*coming, *held)}
    there = [c for c in columns if c.key not in known and others]
    lines = [column_line(c, wanted, default=None, not_null=None) for c in there]
    lines += [column_line(c, wanted, default=default_of(c, wanted), not_null=not_nulls.get(c.name)) for c in coming]
    return [*(f"COLUMN {line}" for line in lines), *(clause(check) for check in others)], others


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


def _check_comes(check: Record, left: list[str], taken: list[str], current: Schema, wanted: Schema) -> bool:
    before = current.parts.get(check.key)
    if not comes_with_parent(check):
        return False
    if before and comes_with_parent(before) and not _check_stays_behind(before, left, current, wanted):
        return False
    models = [("constraint", unquoted(parent)[0], parent, check.name) for parent in taken]
    return any(m in wanted.parts and (m in current.parts or not _has_table(m[2], current)) for m in models)
