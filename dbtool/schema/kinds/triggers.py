"""Triggers of tables and views, and event triggers. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind, named, named_on
from dbtool.schema.names import literal, quoted, unquoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

# How ALTER TABLE and ALTER EVENT TRIGGER say a state; none is told for the one that CREATE gives.
SWITCHES: Mapping[str | None, str] = {
    None: "ENABLE",
    "origin": "ENABLE",
    "disabled": "DISABLE",
    "replica": "ENABLE REPLICA",
    "always": "ENABLE ALWAYS",
}


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if "inherited" in record.is_:
        return [_switched(record)]
    return [
        Statement(in_lines(record.is_["definition"])),
        *([_switched(record)] if "enabled" in record.is_ else []),
        *([_constraint_comment(record)] if "constraint comment" in record.is_ else []),
    ]


_CLAUSE = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\ (REFERENCING|FOR\ EACH|EXECUTE\ FUNCTION)\b|(?<=FOR\ EACH\ ROW)\ (WHEN)\b""",
    re.VERBOSE,
)


def in_lines(definition: str) -> str:
    r"""Return what pg_get_triggerdef() says in one line, a clause in each.

    >>> print(in_lines("CREATE TRIGGER t AFTER UPDATE ON \"a FOR EACH\" FOR EACH ROW WHEN (x) EXECUTE FUNCTION f()"))
    CREATE TRIGGER t AFTER UPDATE ON "a FOR EACH"
        FOR EACH ROW
        WHEN (x)
        EXECUTE FUNCTION f()
    """
    return _CLAUSE.sub(lambda m: m[1] or f"\n    {m[2] or m[3]}", definition)


def _switched(record: Record) -> Statement:
    """On a partitioned table: with its partitions."""
    switch = SWITCHES[record.is_.get("enabled")]
    return Statement(f"ALTER TABLE {record.parent} {switch} TRIGGER {quoted(record.name)}")


def _constraint_comment(record: Record) -> Statement:
    comment = record.is_.get("constraint comment")
    return Statement(f"COMMENT ON CONSTRAINT {named_on(record)} IS {literal(comment) if comment else 'NULL'}")


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_.get("inherited") != new.is_.get("inherited"):
        return None
    redefined = old.is_.get("definition") != new.is_.get("definition")
    if redefined and not (_is_plain(old) and _is_plain(new)):
        return None  # a constraint trigger has no OR REPLACE
    changes: list[Statement] = []
    if redefined:
        text = in_lines(new.is_["definition"]).removeprefix("CREATE TRIGGER ")
        changes.append(Statement(f"CREATE OR REPLACE TRIGGER {text}"))  # which enables it, on each partition
    if old.is_.get("enabled") != new.is_.get("enabled") or (redefined and "enabled" in new.is_):
        changes.append(_switched(new))
    if changes:
        changes += [_switched(below) for below in _unchanged_below(new, current, wanted)]
    if old.is_.get("constraint comment") != new.is_.get("constraint comment"):
        changes.append(_constraint_comment(new))
    return changes


def _is_plain(record: Record) -> bool:
    return record.is_["definition"].startswith("CREATE TRIGGER ")


def _unchanged_below(record: Record, current: Schema, wanted: Schema) -> list[Record]:
    """Return what partitions have as a state of their own, before and after: it is lost when the parent's changes."""
    below = [
        (len(ancestors), part.parent, part)
        for part in wanted.parts.values()
        if part.kind == "trigger" and part.name == record.name and "inherited" in part.is_
        if record.parent in (ancestors := tuple(_ancestors(part.parent, wanted)))
        if part.key in current.parts and current.parts[part.key].is_ == part.is_
    ]
    return [part for *_, part in sorted(below, key=lambda found: found[:2])]


def _ancestors(table: str, schema: Schema) -> Iterator[str]:
    """Yield what *table* is a partition of, and so on upwards."""
    for part in schema.children.get(table, ()):
        if part.kind == "attachment":
            yield part.is_["partition of"]
            yield from _ancestors(part.is_["partition of"], schema)


def _drop(record: Record, current: Schema) -> list[Statement]:
    if "inherited" not in record.is_:
        return statements(f"DROP TRIGGER {named_on(record)}")
    return statements(f"ALTER TABLE {record.parent} {_switch_above(record, current)} TRIGGER {quoted(record.name)}")


def _switch_above(record: Record, current: Schema) -> str:
    tables = _ancestors(record.parent, current)
    above = (current.parts.get(("trigger", unquoted(table)[0], table, record.name)) for table in tables)
    return next((SWITCHES[found.is_.get("enabled")] for found in above if found), "ENABLE")


def _create_event_trigger(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    tags = f"\n    WHEN TAG IN ({', '.join(map(literal, is_['tags']))})" if "tags" in is_ else ""
    text = f"CREATE EVENT TRIGGER {named(record)} ON {is_['event']}{tags}\n    EXECUTE FUNCTION {is_['function']}"
    return [Statement(text), *([_event_trigger_switched(record)] if "enabled" in is_ else [])]


def _event_trigger_switched(record: Record) -> Statement:
    return Statement(f"ALTER EVENT TRIGGER {named(record)} {SWITCHES[record.is_.get('enabled')]}")


def _alter_event_trigger(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if {**old.is_, "enabled": None} != {**new.is_, "enabled": None}:
        return None
    return [_event_trigger_switched(new)]


KINDS: Mapping[str, Kind] = {
    "trigger": Kind(word="TRIGGER", create=_create, alter=_alter, drop=_drop, name=named_on),
    "event trigger": Kind(word="EVENT TRIGGER", create=_create_event_trigger, alter=_alter_event_trigger),
}
