"""Casts, transforms, conversions, collations, procedural languages and access methods."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import without_arguments
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.names import literal, quoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema


def _as_is(record: Record) -> str:
    return record.name


def _create_cast(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    match record.is_["method"]:
        case "function":
            how = f"WITH FUNCTION {record.is_['function']}"
        case "inout":
            how = "WITH INOUT"
        case _:
            how = "WITHOUT FUNCTION"
    context = record.is_["context"]
    implied = "" if context == "explicit" else f" AS {context.upper()}"
    return statements(f"CREATE CAST {record.name} {how}{implied}")


def _transform_name(record: Record) -> str:
    return f"FOR {record.is_['type']} LANGUAGE {record.is_['language']}"


def _transform(record: Record, verb: str) -> list[Statement]:
    functions = [
        f"{direction.upper()} WITH FUNCTION {record.is_[direction]}"
        for direction in ("from sql", "to sql")
        if direction in record.is_
    ]
    return statements(f"{verb} TRANSFORM {_transform_name(record)} {listed(functions)}")


def _create_transform(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return _transform(record, "CREATE")


def _alter_transform(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    return _transform(new, "CREATE OR REPLACE")


def _create_conversion(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    default = "DEFAULT " if is_.get("default") else ""
    between = f"FOR {literal(is_['from'])} TO {literal(is_['to'])}"
    function = without_arguments(is_["function"])
    return statements(f"CREATE {default}CONVERSION {named(record)} {between} FROM {function}")


def _create_collation(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    options = [f"PROVIDER = {is_['provider']}"]
    locale = is_.get("locale")
    if locale is None and is_.get("lc_collate") == is_.get("lc_ctype"):
        locale = is_.get("lc_collate")
    if locale is not None:
        options.append(f"LOCALE = {literal(locale)}")
    else:
        options += [f"{name.upper()} = {literal(is_[name])}" for name in ("lc_collate", "lc_ctype") if name in is_]
    if is_.get("nondeterministic"):
        options.append("DETERMINISTIC = false")
    if "rules" in is_:
        options.append(f"RULES = {literal(is_['rules'])}")
    return statements(f"CREATE COLLATION {named(record)} ({', '.join(options)})")


def _language(record: Record, verb: str) -> list[Statement]:
    trusted = "TRUSTED " if record.is_.get("trusted") else ""
    functions = [
        f"{word.upper()} {without_arguments(record.is_[word])}"
        for word in ("handler", "inline", "validator")
        if word in record.is_
    ]
    return statements(" ".join((f"{verb} {trusted}LANGUAGE {quoted(record.name)}", *functions)))


def _create_language(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return _language(record, "CREATE")


def _alter_language(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement]:
    # keeps owner and grants; a function that is not named is taken away (create_language in proclang.c)
    return _language(new, "CREATE OR REPLACE")


def _create_access_method(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    handler = without_arguments(record.is_["handler"])
    return statements(f"CREATE ACCESS METHOD {quoted(record.name)} TYPE {record.is_['type'].upper()} HANDLER {handler}")


KINDS: Mapping[str, Kind] = {
    "cast": Kind(word="CAST", create=_create_cast, name=_as_is),
    "transform": Kind(word="TRANSFORM", create=_create_transform, alter=_alter_transform, name=_transform_name),
    "conversion": Kind(word="CONVERSION", create=_create_conversion),
    "collation": Kind(word="COLLATION", create=_create_collation, rebuilds=True),
    "language": Kind(word="LANGUAGE", create=_create_language, alter=_alter_language, grant_word="LANGUAGE"),
    "access method": Kind(word="ACCESS METHOD", create=_create_access_method),
}
