"""Columns that get another type, or are computed in another way: in place, with their values. Pure.

What is inherited changes with the parents' column.
"""

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import rows
from dbtool.schema.kinds.column_words import alter_words, settings
from dbtool.schema.kinds.composites import by_attributes
from dbtool.schema.kinds.definitions import in_parentheses
from dbtool.schema.kinds.relatives import (
    parent_columns,
    parents_beside,
    table_of,
)
from dbtool.schema.kinds.retyping import narrows, rewrites, through_text, using
from dbtool.schema.names import quoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def differ(old: Record, new: Record, *names: str) -> bool:
    """Return whether one of these attributes is another one."""
    return any(old.is_.get(name) != new.is_.get(name) for name in names)


def needs_dependents_gone(old: Record, new: Record) -> bool:
    """Return whether what uses the column, views above all, must be dropped while it changes."""
    return differ(old, new, "type", "collation", "generated", "generated as")


def is_replaced(old: Record, new: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether nothing of ALTER TABLE leads to the new one: what is generated can be generated anew."""
    if not differ(old, new, "generated as", "generated"):
        return "generated as" in new.is_ and differ(old, new, "type", "collation")
    if "generated as" not in new.is_:
        return old.is_["generated as"] == "virtual"
    if differ(old, new, "generated as", "type", "collation") or wanted.version < 170000:
        return True
    return new.is_["generated as"] == "virtual" and _has_checks(new, current, wanted)


def _has_checks(column: Record, *schemas: Schema) -> bool:
    # SET EXPRESSION does not look at them for a virtual column, and refuses (18)
    children = (r for schema in schemas for r in schema.children.get(column.parent, ()))
    return any(r.kind == "constraint" and r.is_["type"] in ("check", "not null") for r in children)


def alter_values(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what changes the type, or what is computed; for what is inherited the parents' ALTER does it."""
    if new.is_.get("inherited") and old.is_.get("inherited") and _goes_along(old, new, current, wanted):
        return []
    alter = alter_words(new, current, wanted, alone=False)
    done: list[Statement] = []
    if "generated as" in old.is_ and "generated as" not in new.is_:
        done += statements(f"{alter} DROP EXPRESSION")
    if differ(old, new, "type", "collation") and not _is_typed(new, current, wanted):
        _refuse_two_trees(old, current)
        done.append(_typed_anew(old, new, alter, wanted))
    if "generated as" in new.is_ and differ(old, new, "generated"):
        why = f"computes {new.parent}.{quoted(new.name)} for each row"
        hazards = (rows.rewrite_table(new.parent, why),) if new.is_["generated as"] == "stored" else ()
        only_here = alter_words(new, current, wanted, alone=bool(new.is_.get("inherited")))
        done.append(Statement(f"{only_here} SET EXPRESSION AS {in_parentheses(new.is_['generated'])}", hazards))
    return done


def _goes_along(old: Record, new: Record, current: Schema, wanted: Schema) -> bool:
    """Return whether a parent's column changes in the same way."""
    names = ("type", "collation", "generated", "generated as")
    models = {parent.key: parent for parent in parent_columns(old, current)}
    for parent in parent_columns(new, wanted):
        before = models.get(parent.key)
        if before is not None and differ(before, parent, *names) and not differ(parent, new, *names):
            return True
    return not differ(old, new, *names)


def _is_typed(column: Record, *schemas: Schema) -> bool:
    # the columns of a table OF a type are altered with the type
    tables = [table_of(column, schema) for schema in schemas]
    return all(table is not None and "of type" in table.is_ for table in tables)


def _typed_anew(old: Record, new: Record, alter: str, wanted: Schema) -> Statement:
    before, after = old.is_["type"], new.is_["type"]
    collation = f" COLLATE {new.is_['collation']}" if "collation" in new.is_ else ""
    if alter.startswith("ALTER FOREIGN"):  # where there are no rows to convert
        return Statement(f"{alter} TYPE {after}{collation}")
    way = "" if before == after else using(before, after, quoted(new.name), wanted)
    hazards: list[Hazard] = []
    if before != after and narrows(before, after, wanted):
        hazards.append(rows.narrow_column(old, new))
    if before != after and rewrites(before, after, wanted):
        hazards.append(rows.rewrite_table(new.parent, f"converts {new.parent}.{quoted(new.name)}"))
    return Statement(f"{alter} TYPE {after}{collation}{way}", tuple(hazards))


def _refuse_two_trees(column: Record, schema: Schema) -> None:
    if beside := parents_beside(column, schema):
        raise Unmanageable(
            f"{column} gets another type, and a table inherits it from {', '.join(beside)} as well: PostgreSQL alters "
            "neither of them. Take one away by NO INHERIT, alter each, and bring it back: dbtool new"
        )


def retype(record: Record, wanted: Schema, current: Schema) -> list[Statement]:
    """Return what gives a column the type that was made anew under the name of its own.

    Through the text of values, or attribute by attribute where the text would mistake one for another.
    """
    settled = {name: value for name, value in record.is_.items() if name not in ("storage", "compression")}
    further = settings(settled, record.is_, alter_words(record, wanted), wanted)
    if record.is_.get("inherited"):
        return further
    _refuse_two_trees(record, wanted)
    alter = alter_words(record, wanted, alone=False)
    type, collation = record.is_["type"], record.is_.get("collation")
    words = f"{alter} TYPE {type}" + (f" COLLATE {collation}" if collation else "")
    if alter.startswith("ALTER FOREIGN"):
        return [*statements(words), *further]
    hazard = rows.rewrite_table(record.parent, f"converts {record.parent}.{quoted(record.name)}")
    column = quoted(record.name)
    using = by_attributes(column, type, current, wanted) or through_text(column, type, type)
    return [Statement(words + using, (hazard,)), *further]
