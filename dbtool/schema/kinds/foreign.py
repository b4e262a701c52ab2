"""Foreign-data wrappers, servers and user mappings. Pure.

The values of options that are secrets are not in the catalog. Such an option is given a value that says so: it is
there, as wanted, and who applies the migration is told to set it.
"""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.kind import Kind
from dbtool.schema.names import literal, quoted
from dbtool.schema.statement import Hazard, Statement, Unmanageable
from dbtool.schema.whole import Schema

_NOT_READ = "(not read)"  # what queries/schema/foreign_data.sql says of a secret
_PLACEHOLDER = "(set it by hand)"
Options = Mapping[str, str]


def _options(record: Record) -> Options:
    options = record.is_.get("options", {})
    if isinstance(options, str):
        raise Unmanageable(f"{record}: its options cannot be read by this role; read the schema as a superuser")
    return options


def _value(value: str) -> str:
    return literal(_PLACEHOLDER if value == _NOT_READ else value)


def _create(record: Record, *clauses: str) -> list[Statement]:
    options = ", ".join(f"{quoted(name)} {_value(value)}" for name, value in sorted(_options(record).items()))
    words = [_reference(record), *clauses, *([f"OPTIONS ({options})"] if options else [])]
    return [Statement(f"CREATE {' '.join(words)}", _left_out(record, {}))]


def _reference(record: Record) -> str:
    return KINDS[record.kind].reference(record)


def _left_out(record: Record, before: Options) -> tuple[Hazard, ...]:
    """A hazard for each secret of *record* that was not there *before*."""
    secrets = [n for n, value in sorted(_options(record).items()) if value == _NOT_READ and n not in before]
    return tuple(
        Hazard(
            "secret-left-out",
            f"{record}: the value of the option {name} is a secret and not in this migration; run by hand: "
            f"ALTER {_reference(record)} OPTIONS (SET {quoted(name)} '...')",
        )
        for name in secrets
    )


def _changed_options(old: Record, new: Record) -> list[str]:
    before, after = _options(old), _options(new)
    changes = [f"DROP {quoted(name)}" for name in sorted(before.keys() - after.keys())]
    for name, value in sorted(after.items()):
        if before.get(name) != value:
            changes.append(f"{'SET' if name in before else 'ADD'} {quoted(name)} {_value(value)}")
    return [f"OPTIONS ({', '.join(changes)})"] if changes else []


def _alter(old: Record, new: Record, *clauses: str) -> list[Statement]:
    """One statement for all that differs."""
    words = " ".join((_reference(new), *clauses, *_changed_options(old, new)))
    return [Statement(f"ALTER {words}", _left_out(new, _options(old)))]


def _create_wrapper(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    told = [word for word in ("handler", "validator") if word in record.is_]
    return _create(record, *(f"{word.upper()} {_function(record.is_[word])}" for word in told))


def _alter_wrapper(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    functions: list[str] = []
    for word in ("handler", "validator"):
        if old.is_.get(word) != new.is_.get(word):
            functions.append(f"{word.upper()} {_function(new.is_[word])}" if word in new.is_ else f"NO {word.upper()}")
    return _alter(old, new, *functions)


def _function(regprocedure: str) -> str:
    """The name alone: a handler takes nothing, a validator text[] and oid."""
    return regprocedure.removesuffix("()").removesuffix("(text[],oid)")


def _create_server(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    described = [f"{word.upper()} {literal(record.is_[word])}" for word in ("type", "version") if word in record.is_]
    return _create(record, *described, f"FOREIGN DATA WRAPPER {quoted(record.is_['wrapper'])}")


def _alter_server(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if any(old.is_.get(word) != new.is_.get(word) for word in ("wrapper", "type")):
        return None
    if old.is_.get("version") == new.is_.get("version"):
        return _alter(old, new)
    return _alter(old, new, f"VERSION {literal(new.is_['version']) if 'version' in new.is_ else 'NULL'}")


def _mapping(record: Record) -> str:
    user = "PUBLIC" if record.name == "public" else quoted(record.name)  # no role can be called public
    return f"{user} SERVER {record.parent}"


def _create_mapping(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return _create(record)


def _alter_mapping(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _alter(old, new)


KINDS: Mapping[str, Kind] = {
    "foreign-data wrapper": Kind(
        word="FOREIGN DATA WRAPPER", create=_create_wrapper, alter=_alter_wrapper, grant_word="FOREIGN DATA WRAPPER"
    ),
    "server": Kind(word="SERVER", create=_create_server, alter=_alter_server, grant_word="FOREIGN SERVER"),
    "user mapping": Kind(word="USER MAPPING FOR", create=_create_mapping, alter=_alter_mapping, name=_mapping),
}
