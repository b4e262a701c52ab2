"""Constraints of tables: how each is made, altered in place where PostgreSQL can, and dropped. Pure.

What a check, a NOT NULL or a foreign key has by inheritance alone comes and goes with that of its parent. The keys of
partitions do not: they are made by themselves, and attached (see indexes.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import inherited_from, parent_of
from dbtool.schema.kinds.internal_triggers import set_states
from dbtool.schema.kinds.kind import Kind, named_on
from dbtool.schema.names import literal, made_name, quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema

KEYS = ("primary key", "unique", "exclude")  # those that an index keeps


def clause(record: Record) -> str:
    """Return a constraint as it stands in CREATE TABLE and after ADD.

    CONSTRAINT t_check CHECK ((a > 0)) NOT VALID; see ``fits_create_table``.
    """
    words = [f"CONSTRAINT {quoted(record.name)} {record.is_['definition']}"]
    flags = ("deferrable", "initially deferred", "not valid", "not enforced")
    return " ".join([*words, *(flag.upper() for flag in flags if record.is_.get(flag))])


def fits_create_table(record: Record) -> bool:
    """Say whether CREATE TABLE makes it as it is: NOT VALID is taken there, and forgotten."""
    return not record.is_.get("not valid") and "triggers" not in record.is_


def not_null_column(record: Record) -> str:
    """Return the quoted column that a 'not null' constraint is on (18)."""
    return record.is_["definition"].removeprefix("NOT NULL ").removesuffix(" NO INHERIT")


def comes_with_parent(record: Record) -> bool:
    """Say whether a constraint is there only because the table that its table inherits from has it."""
    inherited = bool(record.is_.get("inherited")) and not record.is_.get("local")
    return inherited and record.is_["type"] not in KEYS


def precedes_attachment(record: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether a table that is to become a partition has to be given it first: ATTACH asks for what the parent has.

    One that is a partition already gets it from the parent, and a new one has it from CREATE TABLE.
    """
    if not comes_with_parent(record) or record.is_["type"] == "foreign key":
        return False
    table = parent_of(record, current)
    return table is not None and not _is_partition(record, current) and _is_partition(record, wanted)


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if comes_with_parent(record):
        made = statements(validate(record)) if _is_ahead(record, wanted) else []
    else:
        made = [Statement(add(record, wanted))]
    return made + set_states(record, {}, _states(record))


def add(record: Record, wanted: Schema) -> str:
    """Return the statement that adds it to a table that is there."""
    if is_plain_not_null(record):
        return f"{_alter_column(record)} SET NOT NULL"
    # to a partitioned table the keys are added alone: those of its partitions are attached; the rest spreads by itself
    only = "ONLY " if record.is_["type"] in KEYS and is_partitioned(record, wanted) else ""
    return f"ALTER TABLE {only}{record.parent} ADD {clause(record)}"


def is_plain_not_null(record: Record) -> bool:
    """Say whether SET NOT NULL makes it, under the name that it has: what every version of PostgreSQL can do."""
    if (
        record.is_["type"] != "not null"
        or record.is_["definition"].endswith(" NO INHERIT")
        or "not valid" in record.is_
    ):
        return False
    column = unquoted(not_null_column(record))[0]
    return record.name == made_name(unquoted(record.parent)[-1], column, "not_null")


def _alter_column(record: Record) -> str:
    return f"ALTER TABLE {record.parent} ALTER COLUMN {not_null_column(record)}"


def is_partitioned(record: Record, schema: Schema) -> bool:
    """Say whether the table that *record* is on is partitioned."""
    table = parent_of(record, schema)
    return table is not None and "partition by" in schema.parts[table].is_


def _drop(record: Record, current: Schema) -> list[Statement]:
    if comes_with_parent(record):
        # a foreign key of a partition is told for its triggers alone
        return set_states(record, _states(record), {}) if record.is_["type"] == "foreign key" else []
    if is_attached(record, current):
        return []
    return statements(*_identity_goes_first(record, current), drop(record))


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


def drop(record: Record) -> str:
    """Return the statement that takes it from a table that has it for its own."""
    if is_plain_not_null(record):
        return f"{_alter_column(record)} DROP NOT NULL"
    return f"ALTER TABLE {record.parent} DROP CONSTRAINT {quoted(record.name)}"


def _identity_goes_first(record: Record, current: Schema) -> list[str]:
    """Return what takes the identity from a column whose NOT NULL goes: there is none without (18)."""
    if record.is_["type"] != "not null":
        return []
    name = not_null_column(record)
    column = current.parts.get(("column", record.schema, record.parent, unquoted(name)[0]))
    identity = column is not None and "identity options" in column.is_
    return [f"ALTER TABLE {record.parent} ALTER COLUMN {name} DROP IDENTITY"] if identity else []


def is_attached(record: Record, schema: Schema) -> bool:
    """Say whether an index, or a key, is a partition's of another: then it goes with that one, and only so."""
    return attachment_of(record) in schema.parts


def attachment_of(record: Record) -> Key:
    """Return the key of what says that an index, or a constraint's, is attached."""
    return "index attachment", record.schema, record.parent, record.name


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    triggers = set_states(new, _states(old), _states(new))
    if comes_with_parent(new) and comes_with_parent(old):
        if not _model_is_altered(new, current, wanted):
            return None
        sooner = _differ(old, new, "not valid") and _is_ahead(new, wanted)
        return [*(statements(validate(new)) if sooner else []), *triggers]
    made = _alter_definition(old, new)
    inheritance = _alter_inheritance(old, new, current, wanted)
    if made is None or inheritance is None:
        return None
    return [*made, *inheritance, *triggers]


def _is_ahead(record: Record, wanted: Schema) -> bool:
    """Say whether the rows of this table were looked at, and not yet those of all that its parent has."""
    model = inherited_from(record, wanted)
    return model is not None and bool(wanted.parts[model].is_.get("not valid")) and not record.is_.get("not valid")


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


def validate(record: Record) -> str:
    """Return the statement that looks at the rows that were there before a NOT VALID constraint."""
    return f"ALTER TABLE {record.parent} VALIDATE CONSTRAINT {quoted(record.name)}"


def _alter_inheritance(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return what makes a constraint a table's own as well; inheriting it comes with the table's INHERIT or ATTACH."""
    if not _differ(old, new, "inherited", "local") or new.is_["type"] in KEYS:
        return []
    if comes_with_parent(old):
        if new.is_.get("inherited"):  # defining it again makes it local too
            return statements(f"ALTER TABLE {new.parent} ADD {clause(new)}")
        # who leaves a parent keeps it, but it goes when the parent's goes
        return None if _parent_gives_it_up(old, current, wanted) else []
    if comes_with_parent(new):
        if old.is_.get("inherited"):
            return _leave_to_parent(new, current, wanted)
        return [] if _is_partition(new, wanted) or _comes_with_inherit(new, current, wanted) else None
    return []


def _comes_with_inherit(new: Record, current: Schema, wanted: Schema) -> bool:
    """Say whether the table's INHERIT brings it in the place of its own: see kinds/inheritance.py."""
    table, model = parent_of(new, wanted), inherited_from(new, wanted)
    if table is None or model is None or table not in current.parts:
        return False
    if current.parts[table].is_.get("inherits") == wanted.parts[table].is_.get("inherits"):
        return False
    return model in current.parts or parent_of(wanted.parts[model], current) is None


def _leave_to_parent(new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    """Return what makes a constraint only inherited: no statement does, but dropping and adding it on the parent."""
    key = inherited_from(new, wanted)
    if key is None or key not in current.parts or current.parts[key].is_ != wanted.parts[key].is_:
        raise Unmanageable(f"{new} cannot become only inherited while the parent's changes: do one after the other")
    model, name = wanted.parts[key], quoted(new.name)
    same = [r for r in wanted.parts.values() if r.kind == new.kind and r.name == new.name and r.comment is not None]
    gone = (r for r in same if r.key == key or inherited_from(r, wanted) == key)
    return statements(
        f"ALTER TABLE {model.parent} DROP CONSTRAINT {name}",
        f"ALTER TABLE {new.parent} DROP CONSTRAINT {name}",
        add(model, wanted),
        *(f"COMMENT ON CONSTRAINT {named_on(r)} IS {literal(str(r.comment))}" for r in gone),
    )


def _parent_gives_it_up(old: Record, current: Schema, wanted: Schema) -> bool:
    model = inherited_from(old, current)
    return model is not None and model not in wanted.parts and parent_of(current.parts[model], wanted) is not None


def _is_partition(record: Record, schema: Schema) -> bool:
    table = parent_of(record, schema)
    return table is not None and ("attachment", table[1], record.parent, table[3]) in schema.parts


def _differ(old: Record, new: Record, *attributes: str) -> bool:
    return any(old.is_.get(name) != new.is_.get(name) for name in attributes)


def _states(record: Record) -> Mapping[str, str]:
    return record.is_.get("triggers", {})


def by_index(record: Record, made: Sequence[Statement]) -> list[Statement]:
    """Return *made*, which adds a primary key or a unique constraint, with its index built before, concurrently.

    As it is for those that no plain index can keep: WITHOUT OVERLAPS (18).
    """
    kind = "PRIMARY KEY" if record.is_["type"] == "primary key" else "UNIQUE"
    columns = str(record.is_["definition"]).removeprefix(f"{kind} ")
    distinct = columns.removeprefix("NULLS NOT DISTINCT ")
    if " WITHOUT OVERLAPS)" in columns or not made:
        return list(made)
    index = f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(record.name)} ON {record.parent} {distinct}"
    if distinct != columns:
        index += " NULLS NOT DISTINCT"
    words = clause(replace(record, is_={**record.is_, "definition": f"{kind} USING INDEX {quoted(record.name)}"}))
    adopted = replace(made[0], sql=f"ALTER TABLE {record.parent} ADD {words}")
    return [Statement(index, alone=True), *(replace(each, alone=True) for each in (adopted, *made[1:]))]


def renamed(record: Record, name: str) -> Statement:
    """Return the statement that gives it another name."""
    return Statement(f"ALTER TABLE {record.parent} RENAME CONSTRAINT {quoted(record.name)} TO {quoted(name)}")


KINDS: Mapping[str, Kind] = {
    "constraint": Kind(word="CONSTRAINT", create=_create, alter=_alter, drop=_drop, name=named_on),
}
