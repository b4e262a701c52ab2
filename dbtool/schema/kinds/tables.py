"""Tables and foreign tables: how they are made with all that can stand in CREATE TABLE, altered, dropped. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds import partitions, rows
from dbtool.schema.kinds.column_words import (
    column_line,
    foreign_option_changes,
    foreign_options,
    not_null_of,
    settings_of,
)
from dbtool.schema.kinds.columns import inherited_settings
from dbtool.schema.kinds.constraint_heritage import not_valid_again
from dbtool.schema.kinds.constraint_words import clause, comes_with_parent, fits_create_table
from dbtool.schema.kinds.definitions import option_changes, option_words
from dbtool.schema.kinds.inheritance import alter_inheritance
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.kinds.persistence import alter_persistence
from dbtool.schema.kinds.relatives import is_only_inherited, is_partition
from dbtool.schema.names import quoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    partition = is_partition(record, wanted)
    columns = sorted((p for p in parts if p.kind == "column"), key=_place)
    own = [column for column in columns if partition or not is_only_inherited(column)]
    constraints = sorted((p for p in parts if p.kind == "constraint"), key=_rank)
    coming = [] if partition else [c for c in constraints if comes_with_parent(c)]
    constraints = [c for c in constraints if c not in coming]
    lines = _lines(record, own, constraints, {p.name: p.is_["default"] for p in parts if p.kind == "default"}, wanted)
    made = [Statement(_text(record, lines))]
    made += statements(*(f"{_alter_words(record)} ADD {clause(c)}" for c in constraints if not fits_create_table(c)))
    for column in columns:
        if column in own:
            made += settings_of(column, f"{_alter_words(record)} ALTER COLUMN {quoted(column.name)}", wanted)
        else:
            made += inherited_settings(column, wanted, ("storage",))
    made += [statement for c in coming for statement in not_valid_again(c, wanted)]
    return made + _alter_security({}, record)


def _place(column: Record) -> tuple[int, str]:
    """Return where a column stands, so that a table is made as it was written."""
    return column.address[2] if column.address else 0, column.name


_RANKS = ("primary key", "unique", "exclude", "check", "not null", "foreign key")


def _rank(constraint: Record) -> tuple[int, str]:
    type = constraint.is_["type"]
    return _RANKS.index(type) if type in _RANKS else len(_RANKS), constraint.name


def _lines(
    record: Record,
    columns: Sequence[Record],
    constraints: Sequence[Record],
    defaults: Mapping[str, str],
    wanted: Schema,
) -> list[str]:
    not_nulls = {column.name: found for column in columns if (found := not_null_of(column, constraints))}
    typed = "of type" in record.is_
    lines: list[str] = []
    for column in columns:
        name = column.name
        lines.append(
            column_line(column, wanted, default=defaults.get(name), not_null=not_nulls.get(name), typed=typed)
        )  # fmt: skip
    said = {constraint.key for constraint in not_nulls.values()}
    lines += [clause(c) for c in constraints if fits_create_table(c) and c.key not in said]
    return [line for line in lines if line]


def _text(record: Record, lines: Sequence[str]) -> str:
    is_ = record.is_
    unlogged = "UNLOGGED " if is_.get("persistence") == "unlogged" else ""
    typed = f" OF {is_['of type']}" if "of type" in is_ else ""
    listing = f" {listed(lines)}" if lines else "" if typed else " ()"
    return f"CREATE {unlogged}{record.kind.upper()} {named(record)}{typed}{listing}" + "".join(
        f"\n{words}" for words in _further(is_)
    )


def _further(is_: Mapping[str, Any]) -> Iterator[str]:
    if "inherits" in is_:
        yield f"INHERITS ({', '.join(is_['inherits'])})"
    if "partition by" in is_:
        yield f"PARTITION BY {is_['partition by']}"
    if "access method" in is_:
        yield f"USING {quoted(is_['access method'])}"
    if options := [*option_words(is_.get("options", {})), *option_words(is_.get("toast options", {}), "toast.")]:
        yield f"WITH ({', '.join(options)})"
    if "tablespace" in is_:
        yield f"TABLESPACE {quoted(is_['tablespace'])}"
    if "server" in is_:
        yield f"SERVER {quoted(is_['server'])}"
    if "foreign options" in is_:
        yield foreign_options(is_["foreign options"])


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if any(old.is_.get(name) != new.is_.get(name) for name in ("partition by", "server")):
        return None
    if old.is_.get("access method") != new.is_.get("access method") and wanted.version < 150000:
        return None
    return [
        *alter_inheritance(old, new, current, wanted),
        *_alter_type(old, new),
        *alter_persistence(old, new, current, wanted),
        *_alter_storage(old, new),
        *_alter_options(old, new),
        *_alter_security(old.is_, new),
    ]


def _alter_words(record: Record) -> str:
    return f"ALTER {record.kind.upper()} {named(record)}"


def _alter_type(old: Record, new: Record) -> list[Statement]:
    if old.is_.get("of type") == new.is_.get("of type"):
        return []
    return statements(f"{_alter_words(new)} {'OF ' + new.is_['of type'] if 'of type' in new.is_ else 'NOT OF'}")


def _alter_storage(old: Record, new: Record) -> list[Statement]:
    """Return what moves the rows elsewhere."""
    is_ = new.is_
    method = quoted(is_.get("access method", "heap"))
    if "partition by" in is_ and "access method" not in is_:
        method = "DEFAULT"  # its own partitions are not touched (17)
    words = {
        "access method": f"SET ACCESS METHOD {method}",
        "tablespace": f"SET TABLESPACE {quoted(is_.get('tablespace', 'pg_default'))}",
    }
    hazards = () if "partition by" in is_ else (rows.rewrite_table(named(new), "moves all its rows"),)
    return [
        Statement(f"{_alter_words(new)} {words[name]}", hazards) for name in words if old.is_.get(name) != is_.get(name)
    ]  # fmt: skip


def _alter_options(old: Record, new: Record) -> list[Statement]:
    changed, gone = option_changes(old.is_.get("options", {}), new.is_.get("options", {}))
    more, fewer = option_changes(old.is_.get("toast options", {}), new.is_.get("toast options", {}), "toast.")
    done: list[str] = []
    if gone or fewer:
        done.append(f"RESET ({', '.join([*gone, *fewer])})")
    if changed or more:
        done.append(f"SET ({', '.join([*changed, *more])})")
    if old.is_.get("foreign options") != new.is_.get("foreign options"):
        done.append(foreign_option_changes(old.is_.get("foreign options", {}), new.is_.get("foreign options", {})))
    return statements(*(f"{_alter_words(new)} {words}" for words in done))


_SECURITY = {
    "row security": ("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
    "force row security": ("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
}


def _alter_security(old: Mapping[str, Any], new: Record) -> list[Statement]:
    return statements(*(
        f"{_alter_words(new)} {on if new.is_.get(name) else off}"
        for name, (on, off) in _SECURITY.items()
        if bool(old.get(name)) != bool(new.is_.get(name))
    ))  # fmt: skip


def _drop(record: Record, current: Schema) -> list[Statement]:
    # a foreign table has no rows, they are elsewhere
    lost = (rows.drop_table(record),) if record.kind == "table" else ()
    return [Statement(f"DROP {record.kind.upper()} {named(record)}", lost)]


_PARTS = frozenset({"column", "default", "constraint"})

KINDS: Mapping[str, Kind] = {
    "table": Kind(word="TABLE", create=_create, alter=_alter, drop=_drop, grant_word="TABLE", holds=_PARTS),
    "foreign table": Kind(
        word="FOREIGN TABLE", create=_create, alter=_alter, drop=_drop, grant_word="TABLE", holds=_PARTS
    ),
    **partitions.KINDS,
}  # fmt: skip
