"""Ranges and base types. Those that functions of their own read and write start as shells: a part of its own."""

from collections.abc import Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import without_arguments
from dbtool.schema.kinds.kind import named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.names import literal, qualified
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

_LONGEST = 63  # bytes of a name (NAMEDATALEN - 1)


def create_range(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    """Return what makes the range *record*; what CREATE TYPE would take by itself is not said."""
    is_ = record.is_
    options = [f"SUBTYPE = {is_['subtype']}"]
    if "subtype operator class default" not in is_:
        options.append(f"SUBTYPE_OPCLASS = {is_['subtype operator class']}")
    if "collation" in is_:
        options.append(f"COLLATION = {is_['collation']}")
    if "canonical" in is_:
        options.append(f"CANONICAL = {without_arguments(is_['canonical'])}")
    if "subtype difference" in is_:
        options.append(f"SUBTYPE_DIFF = {without_arguments(is_['subtype difference'])}")
    if is_["multirange type"] != _usual_multirange(record):
        options.append(f"MULTIRANGE_TYPE_NAME = {is_['multirange type']}")
    return statements(f"CREATE TYPE {named(record)} AS RANGE {listed(options)}")


def _usual_multirange(record: Record) -> str:
    """Return the name that PostgreSQL gives to the multirange (makeMultirangeTypeName); "" where it would be cut."""
    name = record.name
    chosen = name.replace("range", "multirange", 1) if "range" in name else f"{name}_multirange"
    return qualified(record.schema, chosen) if len(chosen.encode()) <= _LONGEST else ""


# How CREATE TYPE and ALTER TYPE call what the catalog tells.
_FUNCTIONS = {
    "input": "INPUT", "output": "OUTPUT", "receive": "RECEIVE", "send": "SEND", "modifier input": "TYPMOD_IN",
    "modifier output": "TYPMOD_OUT", "analyze": "ANALYZE", "subscript": "SUBSCRIPT",
}  # fmt: skip
_ALTERABLE = ("receive", "send", "modifier input", "modifier output", "analyze", "subscript")
# Those whose arguments or result are of the type; the others are of internal types.
_OF_THE_TYPE = ("input", "output", "receive", "send", "canonical")


def create_base(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    """Return what makes the base type *record* out of its shell."""
    is_ = record.is_
    options = [_function(record, name) for name in _FUNCTIONS if name in is_]
    options.append(f"INTERNALLENGTH = {_length(record)}")
    if "by value" in is_:
        options.append("PASSEDBYVALUE")
    options += [f"ALIGNMENT = {is_['alignment']}", f"STORAGE = {is_['storage']}"]
    if is_["category"] != "U":
        options.append(f"CATEGORY = {literal(is_['category'])}")
    if "preferred" in is_:
        options.append("PREFERRED = true")
    if "default" in is_:
        options.append(f"DEFAULT = {literal(is_['default'])}")
    if "element" in is_:
        options.append(f"ELEMENT = {is_['element']}")
    if is_["delimiter"] != ",":
        options.append(f"DELIMITER = {literal(is_['delimiter'])}")
    if "collatable" in is_:
        options.append("COLLATABLE = true")
    return statements(f"CREATE TYPE {named(record)} {listed(options)}")


def alter_base(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    """Return what sets other functions than those of input and output; None for anything else.

    Another storage could be set as well, but the columns that are of the type would keep theirs.
    """
    differ = {name for name in old.is_.keys() | new.is_.keys() if old.is_.get(name) != new.is_.get(name)}
    if not differ <= {*_ALTERABLE}:
        return None
    settings = ", ".join(_function(new, name) for name in _ALTERABLE if name in differ)
    return statements(f"ALTER TYPE {named(new)} SET ({settings})")


def own_functions(record: Record) -> list[str]:
    """Return the functions, with their arguments, that a type is made of and that are made of it.

    They come before it and after its shell, and nothing but CASCADE drops either. None for most types.
    """
    if record.is_["form"] not in ("base", "range"):
        return []
    found = (record.is_.get(name) for name in _OF_THE_TYPE)
    return list(dict.fromkeys(function for function in found if function and "." in without_arguments(function)))


def constructors(record: Record) -> list[str]:
    """Return the functions that came with a range: they keep their names when it gets another one."""
    if record.is_["form"] != "range":
        return []
    name, of, several = named(record), record.is_["subtype"], record.is_["multirange type"]
    return [
        f"{name}({of}, {of})", f"{name}({of}, {of}, text)",
        f"{several}()", f"{several}({name})", f"{several}({name}[])",
    ]  # fmt: skip


def _function(record: Record, name: str) -> str:
    function = record.is_.get(name)
    return f"{_FUNCTIONS[name]} = {without_arguments(function) if function else 'NONE'}"


def _length(record: Record) -> str:
    length: str = record.is_["length"]
    return {"variable": "VARIABLE", "cstring": "-2"}.get(length, length)
