"""online(steps): the same steps in forms that hold no strong lock for long on a table that is there already. Pure.

The manual's way (ALTER TABLE, Notes; CREATE INDEX, Building Indexes Concurrently): a constraint comes NOT VALID and is
validated later, an index is built CONCURRENTLY, a unique constraint takes such an index, NOT NULL comes by a check that
is proved already. What waits for long goes to the end, outside a transaction.
"""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.schema.catalog import Key, Record
from dbtool.schema.family import parent_of
from dbtool.schema.kinds import indexes
from dbtool.schema.kinds.constraint_words import by_index, comes_with_parent, is_plain_not_null, not_null_column
from dbtool.schema.names import quoted, unquoted
from dbtool.schema.planning.actions import Verb
from dbtool.schema.planning.engine import Step
from dbtool.schema.statement import Statement
from dbtool.schema.whole import Schema


def online(steps: Sequence[Step], current: Schema, wanted: Schema) -> list[Step]:
    """Return *steps* with each long lock split off; what only validates stands at the end."""
    made = {step.record.key for step in steps if step.verb is Verb.CREATE}
    gone = {step.record.key for step in steps if step.verb is Verb.DROP}
    now: list[Step] = []
    later: list[Step] = []
    for step in steps:
        table = parent_of(step.record, wanted) or parent_of(step.record, current)
        stays = table in current.parts and table in wanted.parts and not {table} & (made | gone)
        key_comes = any(k[0] == "constraint" and k[2] == step.record.parent and _is_key(k, wanted) for k in made)
        if (
            stays and not step.kept and not (key_comes and _is_not_null(step.record))
        ):  # a primary key asks for a valid one
            first, last = _forms(step, current, wanted)
        else:
            first, last = step.statements, ()
        if first:
            now.append(replace(step, statements=tuple(first)))
        if last:
            later.append(replace(step, statements=tuple(last), parts=()))
    return now + later


def _is_key(key: Key, wanted: Schema) -> bool:
    return wanted.parts[key].is_["type"] == "primary key"


def _is_not_null(record: Record) -> bool:
    return record.kind == "column" or (record.kind == "constraint" and record.is_["type"] == "not null")


def _forms(step: Step, current: Schema, wanted: Schema) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """Return what is done in its place, and what is done at the end."""
    match step.verb, step.record.kind:
        case Verb.CREATE, "index":
            return _built(step, wanted), ()
        case Verb.DROP | Verb.FORGET, "index" if not _partitioned(step.record, current):
            return [indexes.drop_concurrently(s) for s in step.statements], ()
        case Verb.CREATE, "constraint":
            return _constrained(step, wanted)
        case Verb.ALTER, "column":
            return _not_null(step, current, wanted)
        case _:
            return step.statements, ()


def _built(step: Step, wanted: Schema) -> Sequence[Statement]:
    if _partitioned(step.record, wanted) or not step.statements:
        return step.statements
    first, *others = step.statements
    # what is said of the index after that belongs in the same file, after it
    return [indexes.concurrently(first), *(replace(s, alone=True) for s in others)]


def _constrained(step: Step, wanted: Schema) -> tuple[Sequence[Statement], Sequence[Statement]]:
    record = step.record
    if not step.statements or (record.is_.get("inherited") and not record.is_.get("local")):
        return step.statements, ()
    match record.is_["type"]:
        case "foreign key" | "check" if _can_wait(record, wanted):
            first, *others = step.statements
            return [_not_valid(first), *others], [_validate(record)]
        case "not null" if _can_wait(record, wanted) and not is_plain_not_null(record):
            first, *others = step.statements
            return [_not_valid(first), *others], [_validate(record)]
        case "not null" if _can_wait(record, wanted) and not record.is_.get("inherited"):
            return _by_a_check(not_null_column(record), step, wanted)
        case "primary key" | "unique" if not _partitioned(record, wanted) and not _inherits_not_null(record, wanted):
            return by_index(record, step.statements), ()
        case _:
            return step.statements, ()


def _can_wait(record: Record, wanted: Schema) -> bool:
    if record.is_.get("not valid") or record.is_.get("not enforced"):
        return False
    # foreign keys of partitioned tables cannot be NOT VALID before 18
    partitioned = _partitioned(record, wanted) and record.is_["type"] == "foreign key"
    return not partitioned or wanted.version >= 180000


def _inherits_not_null(record: Record, wanted: Schema) -> bool:
    # what USING INDEX says to be NOT NULL becomes the table's own, besides being inherited (18)
    needed = (wanted.parts[key] for key in wanted.needs.get(record.key, ()) if key[0] == "constraint")
    return any(comes_with_parent(r) for r in needed if r.is_["type"] == "not null")


def _not_valid(statement: Statement) -> Statement:
    return replace(statement, sql=f"{statement.sql} NOT VALID")


def _validate(record: Record) -> Statement:
    return Statement(f"ALTER TABLE {record.parent} VALIDATE CONSTRAINT {quoted(record.name)}", alone=True)


def _not_null(step: Step, current: Schema, wanted: Schema) -> tuple[Sequence[Statement], Sequence[Statement]]:
    old, new = current.parts[step.record.key], step.record
    names = {name for name in old.is_.keys() | new.is_.keys() if old.is_.get(name) != new.is_.get(name)}
    if names != {"not null"} or not new.is_.get("not null") or len(step.statements) == 0:
        return step.statements, ()
    return _by_a_check(quoted(new.name), step, wanted)


def _by_a_check(column: str, step: Step, wanted: Schema) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """Return SET NOT NULL after a check that proves it: then it looks at no row (ALTER TABLE, SET NOT NULL)."""
    parent = step.record.parent
    check = quoted(_free_name(f"{unquoted(column)[0]}_is_not_null", parent, wanted))
    alter = f"ALTER TABLE {parent}"
    return (
        [Statement(f"{alter} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID")],
        [
            Statement(f"{alter} VALIDATE CONSTRAINT {check}", alone=True),
            *(replace(s, alone=True) for s in step.statements),
            Statement(f"{alter} DROP CONSTRAINT {check}", alone=True),
        ],
    )


def _free_name(name: str, table: str, wanted: Schema) -> str:
    taken = {r.name for r in wanted.children.get(table, ()) if r.kind == "constraint"}
    name = name.encode()[:60].decode(errors="ignore")
    return next(n for n in (name, *(f"{name}{i}" for i in range(1, 1000))) if n not in taken)


def _partitioned(record: Record, schema: Schema) -> bool:
    table = parent_of(record, schema)
    return table is not None and "partition by" in schema.parts[table].is_
