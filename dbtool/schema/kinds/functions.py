"""Functions and procedures: made, replaced in place where PostgreSQL can, dropped. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import dollar_quoted, without_arguments
from dbtool.schema.kinds.kind import Kind, named_as_is
from dbtool.schema.kinds.signatures import can_take_its_place, signature
from dbtool.schema.names import literal, quoted, unquoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

# GUC_LIST_QUOTE: the value is a list of names, each quoted by itself (variable_is_guc_list_quote() in pg_dump)
_LISTS = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
_EXTENSIONS = "depends on extensions"


def named_with_in(record: Record) -> str:
    """Return a procedure's name. IN says that only input arguments are listed, as another may have OUT ones there."""
    name = named_as_is(record)
    before = without_arguments(name)
    return name if name == f"{before}()" else f"{before}(IN {name[len(before) + 1 :]}"


def _create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return [*statements(_text(record, "CREATE")), *_depends(record)]


def _text(record: Record, verb: str) -> str:
    is_ = record.is_
    lines = [f"{verb} {record.kind.upper()} {without_arguments(named_as_is(record))}({is_['arguments']})"]
    if "returns" in is_:
        lines.append(f"    RETURNS {is_['returns']}")
    lines.append(f"    LANGUAGE {quoted(is_['language'])}")
    if "transforms" in is_:
        lines.append("    TRANSFORM " + ", ".join(f"FOR TYPE {name}" for name in is_["transforms"]))
    if words := _words(is_):
        lines.append("    " + " ".join(words))
    lines += [f"    SET {_setting(name, value)}" for name, value in sorted(is_.get("settings", {}).items())]
    return "\n".join([*lines, _body(is_)])


def _words(is_: Mapping[str, Any]) -> list[str]:
    flags = ("window", "volatility", "leakproof", "strict", "security definer")
    words = [(is_[flag] if flag == "volatility" else flag).upper() for flag in flags if flag in is_]
    words += [f"{word.upper()} {is_[word]}" for word in ("cost", "rows") if word in is_]
    if "parallel" in is_:
        words.append(f"PARALLEL {is_['parallel'].upper()}")
    if "support" in is_:
        words.append(f"SUPPORT {without_arguments(is_['support'])}")
    return words


def _setting(name: str, value: str) -> str:
    """Return a setting as SET says it; a known name is the server's own, whatever its case.

    >>> _setting("search_path", 'app, "$user"'), _setting("TimeZone", "UTC"), _setting("app.User", "it's")
    ("search_path TO app, '$user'", "timezone TO 'UTC'", 'app."User" TO \\'it\\'\\'s\\'')
    """
    word = ".".join(quoted(part) for part in name.split(".")) if "." in name else quoted(name.lower())
    if name not in _LISTS:
        return f"{word} TO {literal(value)}"
    return f"{word} TO {', '.join(map(_list_item, _listed(value))) or literal('')}"


def _listed(value: str) -> list[str]:
    return [name for item in re.findall(r'"(?:[^"]|"")*"|[^",\s]+', value) for name in unquoted(item) or [""]]


def _list_item(name: str) -> str:
    return name if quoted(name) == name else literal(name)


def _body(is_: Mapping[str, Any]) -> str:
    if "sql body" in is_:
        return is_["sql body"]
    if "library" in is_:
        return f"AS {literal(is_['library'])}, {literal(is_['body'])}"
    return f"AS {literal(is_['body']) if is_['language'] == 'internal' else dollar_quoted(is_['body'])}"


def depend_on_extensions(routine: str, names: Sequence[str], before: Sequence[str] = ()) -> list[Statement]:
    """Return the statements that let a routine go with its extensions; those *before* it went with, no longer."""
    gone = [extension for extension in before if extension not in names]
    return [
        *(Statement(f"ALTER {routine} DEPENDS ON EXTENSION {quoted(extension)}") for extension in names),
        *(Statement(f"ALTER {routine} NO DEPENDS ON EXTENSION {quoted(extension)}") for extension in gone),
    ]


def _depends(record: Record, before: Sequence[str] = ()) -> list[Statement]:
    return depend_on_extensions(KINDS[record.kind].reference(record), record.is_.get(_EXTENSIONS, ()), before)


def _alter(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    one, other = (signature(r.is_["arguments"], r.is_.get("returns")) for r in (old, new))
    if old.is_.get("window") != new.is_.get("window") or not can_take_its_place(one, other):
        return None
    dependence = _depends(new, old.is_.get(_EXTENSIONS, ()))
    if {**old.is_, _EXTENSIONS: None} == {**new.is_, _EXTENSIONS: None}:
        return dependence
    return [*statements(_text(new, "CREATE OR REPLACE")), *dependence]  # said again, as CREATE OR REPLACE forgets it


KINDS: Mapping[str, Kind] = {
    "function": Kind(word="FUNCTION", create=_create, alter=_alter, name=named_as_is, grant_word="FUNCTION"),
    "procedure": Kind(word="PROCEDURE", create=_create, alter=_alter, name=named_with_in, grant_word="PROCEDURE"),
}
