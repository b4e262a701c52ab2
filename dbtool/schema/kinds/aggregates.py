"""Aggregates: made, replaced in place where that is safe, dropped. Pure."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import without_arguments
from dbtool.schema.kinds.functions import depend_on_extensions
from dbtool.schema.kinds.kind import Kind, named_as_is
from dbtool.schema.names import literal
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

# What CREATE AGGREGATE calls each attribute, in the order of the manual, and how the value is written.
_NAMES = (
    ("SFUNC", "state function", "function"),
    ("STYPE", "state type", "as is"),
    ("SSPACE", "state space", "as is"),
    ("FINALFUNC", "final function", "function"),
    ("FINALFUNC_EXTRA", "final extra", "flag"),
    ("FINALFUNC_MODIFY", "final modify", "modify"),
    ("COMBINEFUNC", "combine function", "function"),
    ("SERIALFUNC", "serial function", "function"),
    ("DESERIALFUNC", "deserial function", "function"),
    ("INITCOND", "initial value", "literal"),
    ("MSFUNC", "moving state function", "function"),
    ("MINVFUNC", "moving inverse function", "function"),
    ("MSTYPE", "moving state type", "as is"),
    ("MSSPACE", "moving state space", "as is"),
    ("MFINALFUNC", "moving final function", "function"),
    ("MFINALFUNC_EXTRA", "moving final extra", "flag"),
    ("MFINALFUNC_MODIFY", "moving final modify", "modify"),
    ("MINITCOND", "moving initial value", "literal"),
    ("SORTOP", "sort operator", "operator"),
    ("PARALLEL", "parallel", "word"),
)
_EXTENSIONS = "depends on extensions"

# CREATE OR REPLACE AGGREGATE takes another body, as long as the arguments and the result stay; the result is what
# these make it.
_FIXED = ("arguments", "kind", "state type", "final function", "final extra")


def _named(record: Record) -> str:
    # VARIADIC has to be said of an ordered set's arguments, and only the arguments as declared say it
    return f"{without_arguments(named_as_is(record))}({record.is_['arguments'] or '*'})"


def named_as_function(record: Record) -> str:
    """Return how GRANT ... ON FUNCTION and ALTER ROUTINE name an aggregate: with the arguments as they are stored.

    An ordered-set aggregate's are one list; a hypothetical-set's variadic one is stored once.
    """
    direct, _, ordered = map(str.strip, record.is_["arguments"].partition("ORDER BY "))
    once = record.is_.get("kind") == "hypothetical set" and direct.startswith("VARIADIC ")
    stored = ", ".join(filter(None, (direct, "" if once else ordered)))
    return f"{without_arguments(named_as_is(record))}({stored})"


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return [*statements(_text(record, "CREATE")), *_depends(record)]


def _text(record: Record, verb: str) -> str:
    lines = [f"    {name}{value}" for name, attribute, form in _NAMES if (value := _value(record, attribute, form))]
    if record.is_.get("kind") == "hypothetical set":
        lines.append("    HYPOTHETICAL")
    return f"{verb} AGGREGATE {_named(record)} (\n" + ",\n".join(lines) + "\n)"


def _value(record: Record, attribute: str, form: str) -> str:
    """Return what follows the parameter's name, or "" where it is not to be said."""
    value = record.is_.get(attribute)
    match form:
        case _ if value is None:
            return ""
        case "flag":
            return " "
        case "modify":
            default = "read write" if "kind" in record.is_ else "read only"
            return "" if value == default else f" = {value.upper().replace(' ', '_')}"
        case "function":
            return f" = {without_arguments(value)}"
        case "operator":
            name = without_arguments(value)
            return f" = OPERATOR({name if '.' in name else f'pg_catalog.{name}'})"
        case "literal":
            return f" = {literal(value)}"
        case "word":
            return f" = {value.upper()}"
        case _:
            return f" = {value}"


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if any(old.is_.get(name) != new.is_.get(name) for name in _FIXED):
        return None
    dependence = _depends(new, old.is_.get(_EXTENSIONS, ()))
    if {**old.is_, _EXTENSIONS: None} == {**new.is_, _EXTENSIONS: None}:
        return dependence
    return [*statements(_text(new, "CREATE OR REPLACE")), *dependence]


def _depends(record: Record, before: Sequence[str] = ()) -> list[Statement]:
    routine = f"ROUTINE {named_as_function(record)}"
    return depend_on_extensions(routine, record.is_.get(_EXTENSIONS, ()), before)


KINDS: Mapping[str, Kind] = {
    "aggregate": Kind(word="AGGREGATE", create=_create, alter=_alter, name=_named, grant_word="FUNCTION"),
}
