"""Whether an option in parentheses is on. Pure."""

from typing import Any

from dbtool.parser import node_name


def is_on(argument: Any) -> bool:
    """Return whether (option argument) turns it on; without an argument it does (defGetBoolean in the server)."""
    kind = node_name(argument)
    if kind == "integer":
        return bool(argument.integer.ival)
    if kind == "boolean":
        return bool(argument.boolean.boolval)
    if kind == "type_name":
        return str(argument.type_name.names[-1].string.sval).lower() not in ("off", "no", "false")
    return kind != "string" or argument.string.sval.lower() not in ("false", "off", "no", "0")
