"""What is said of a table's constraint in SQL: its clause, what adds, drops, renames or validates it. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.names import made_name, quoted, unquoted
from dbtool.schema.statement import Statement
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


def drop(record: Record) -> str:
    """Return the statement that takes it from a table that has it for its own."""
    if is_plain_not_null(record):
        return f"{_alter_column(record)} DROP NOT NULL"
    return f"ALTER TABLE {record.parent} DROP CONSTRAINT {quoted(record.name)}"


def is_attached(record: Record, schema: Schema) -> bool:
    """Say whether an index, or a key, is a partition's of another: then it goes with that one, and only so."""
    return attachment_of(record) in schema.parts


def attachment_of(record: Record) -> Key:
    """Return the key of what says that an index, or a constraint's, is attached."""
    return "index attachment", record.schema, record.parent, record.name


def validate(record: Record) -> str:
    """Return the statement that looks at the rows that were there before a NOT VALID constraint."""
    return f"ALTER TABLE {record.parent} VALIDATE CONSTRAINT {quoted(record.name)}"


def is_of_partition(record: Record, schema: Schema) -> bool:
    """Return whether the constraint is on a partition."""
    table = parent_of(record, schema)
    return table is not None and ("attachment", table[1], record.parent, table[3]) in schema.parts


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
