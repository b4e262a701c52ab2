"""Domains and what they check."""

from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.composites import users_of
from dbtool.schema.kinds.kind import Kind, named, replace_always
from dbtool.schema.names import literal, quoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

_FIXED = ("type", "collation")


def create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    """Return what makes the domain *record*, with those of its constraints that are among *parts*."""
    is_ = record.is_
    collation = f" COLLATE {is_['collation']}" if "collation" in is_ else ""
    clauses = [f"CREATE DOMAIN {named(record)} AS {is_['type']}{collation}"]
    if "default" in is_:
        clauses.append(f"DEFAULT {is_['default']}")
    if "not null" in is_:
        clauses.append(_not_null(record))
    clauses += [_clause(part) for part in parts if "not valid" not in part.is_]
    made = statements("\n    ".join(clauses), *_not_null_comment({}, record))
    for part in parts:
        if "not valid" in part.is_:  # cannot be said of a domain that is made
            made += _create_constraint(part, wanted, ())
    return made


def alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return what changes default and NOT NULL, None where it is a domain over something else."""
    if any(old.is_.get(name) != new.is_.get(name) for name in _FIXED):
        return None
    if "not null" not in old.is_ and "not null" in new.is_ and _is_inside_others(old, current):
        return None
    return statements(*_default(old, new), *_nullable(old, new), *_not_null_comment(old.is_, new))


def _is_inside_others(record: Record, current: Schema) -> bool:
    """Whether columns are of an array or a composite of the domain: these ALTER DOMAIN does not look into."""
    columns = (current.parts[key] for key in users_of(record.key, current) if key[0] == "column")
    return any(column.is_.get("type") != named(record) for column in columns)


def _default(old: Record, new: Record) -> Iterator[str]:
    default = new.is_.get("default")
    if default != old.is_.get("default"):
        yield f"ALTER DOMAIN {named(new)} " + ("DROP DEFAULT" if default is None else f"SET DEFAULT {default}")


def _nullable(old: Record, new: Record) -> Iterator[str]:
    domain = f"ALTER DOMAIN {named(new)}"
    match "not null" in old.is_, "not null" in new.is_:
        case False, True if "not null constraint" in new.is_:
            yield f"{domain} ADD {_not_null(new)}"
        case False, True:
            yield f"{domain} SET NOT NULL"
        case True, False:
            yield f"{domain} DROP NOT NULL"
        case True, True if _not_null_name(old) != _not_null_name(new):
            yield f"{domain} RENAME CONSTRAINT {quoted(_not_null_name(old))} TO {quoted(_not_null_name(new))}"
        case _:
            pass


def _not_null(record: Record) -> str:
    name = record.is_.get("not null constraint")
    return f"CONSTRAINT {quoted(name)} NOT NULL" if name else "NOT NULL"


def _not_null_name(record: Record) -> str:
    return record.is_.get("not null constraint") or f"{record.name}_not_null"


def _not_null_comment(old: Mapping[str, str], new: Record) -> Iterator[str]:
    comment = new.is_.get("not null comment")
    if comment != old.get("not null comment") and "not null" in new.is_:
        text = "NULL" if comment is None else literal(comment)
        yield f"COMMENT ON CONSTRAINT {quoted(_not_null_name(new))} ON DOMAIN {named(new)} IS {text}"


# -- constraints


def _clause(record: Record) -> str:
    return f"CONSTRAINT {quoted(record.name)} {record.is_['definition']}"


def _create_constraint(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    state = " NOT VALID" if "not valid" in record.is_ else ""
    return statements(f"ALTER DOMAIN {record.parent} ADD {_clause(record)}{state}")


def _alter_constraint(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_["definition"] != new.is_["definition"] or "not valid" in new.is_:
        return replace_always(old, new, current, wanted)
    return statements(f"ALTER DOMAIN {new.parent} VALIDATE CONSTRAINT {quoted(new.name)}")


def _drop_constraint(record: Record, current: Schema) -> list[Statement]:
    return statements(f"ALTER DOMAIN {record.parent} DROP CONSTRAINT {quoted(record.name)}")


def _constraint_name(record: Record) -> str:
    return f"{quoted(record.name)} ON DOMAIN {record.parent}"


KINDS: Mapping[str, Kind] = {
    "domain constraint": Kind(
        word="CONSTRAINT",
        create=_create_constraint,
        alter=_alter_constraint,
        drop=_drop_constraint,
        name=_constraint_name,
    ),
}
