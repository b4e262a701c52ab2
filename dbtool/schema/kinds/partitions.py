"""Partitions' attachments to their tables, and the marks that a table has on its indexes. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.kinds.relatives import attachment_of, table_of
from dbtool.schema.names import quoted, unquoted
from dbtool.schema.statement import Statement, Unmanageable, statements
from dbtool.schema.whole import Schema


def _attach(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    if record.is_.get("detach pending"):
        raise Unmanageable(
            f"{record.parent} is being detached (DETACH PARTITION ... CONCURRENTLY was cut off): "
            f"finish it with ALTER TABLE {record.is_['partition of']} DETACH PARTITION {record.parent} FINALIZE"
        )
    return statements(
        f"ALTER TABLE {record.is_['partition of']} ATTACH PARTITION {record.parent} {record.is_['bound']}"
    )


def _attach_again(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return None but for one that was left half detached: another bound may first need that others make room."""
    if not old.is_.get("detach pending") or new.is_.get("detach pending"):
        return None
    if (old.is_["partition of"], old.is_["bound"]) != (new.is_["partition of"], new.is_["bound"]):
        return None
    return [*_detach(old, current), *_attach(new, wanted, ())]


def _detach(record: Record, current: Schema) -> list[Statement]:
    finalize = " FINALIZE" if record.is_.get("detach pending") else ""
    return statements(
        f"ALTER TABLE {record.is_['partition of']} DETACH PARTITION {record.parent}{finalize}",
        *(f"ALTER TABLE {record.parent} DROP CONSTRAINT IF EXISTS {name}" for name in _cloned_keys(record, current)),
    )


def _cloned_keys(record: Record, current: Schema) -> Iterator[str]:
    """Yield the foreign keys that a partition had by its parents, which it keeps as its own when it leaves them."""
    own = {r.name for r in current.children.get(record.parent, ()) if r.kind == "constraint"}
    parent = record.is_["partition of"]
    for child in current.children.get(parent, ()):
        if child.kind == "constraint" and child.is_["type"] == "foreign key" and child.name not in own:
            yield quoted(child.name)
    schema, name = unquoted(parent)
    table = current.parts.get(("table", schema, "", name))
    above = current.parts.get(attachment_of(table)) if table else None
    if above is not None:
        yield from _cloned_keys(above, current)


def _identify(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    identity: str = record.is_["replica identity"]
    words = f"USING INDEX {identity.removeprefix('index ')}" if identity.startswith("index ") else identity.upper()
    return statements(f"ALTER TABLE {record.parent} REPLICA IDENTITY {words}")


def _identify_anew(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _identify(new, wanted, ())


def _identify_by_default(record: Record, current: Schema) -> list[Statement]:
    return statements(f"ALTER TABLE {record.parent} REPLICA IDENTITY DEFAULT")


def _mark(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(f"{_alter(record, wanted)} CLUSTER ON {quoted(record.is_['clustered on'])}")


def _mark_another(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _mark(new, wanted, ())


def _unmark(record: Record, current: Schema) -> list[Statement]:
    return statements(f"{_alter(record, current)} SET WITHOUT CLUSTER")


def _alter(record: Record, schema: Schema) -> str:
    table = table_of(record, schema)
    return f"ALTER {table.kind.upper() if table else 'TABLE'} {record.parent}"


KINDS: Mapping[str, Kind] = {
    "attachment": Kind(word="TABLE", create=_attach, alter=_attach_again, drop=_detach),
    "replica identity": Kind(word="TABLE", create=_identify, alter=_identify_anew, drop=_identify_by_default),
    "cluster mark": Kind(word="TABLE", create=_mark, alter=_mark_another, drop=_unmark),
}
