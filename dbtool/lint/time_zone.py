"""Whether a file sets the session's time zone to UTC before a statement. Pure."""

from dbtool.lint.source import Parsed, Source
from dbtool.lint.tree import constant_of

_UTC = ("utc", "gmt", "etc/utc", "etc/gmt", "etc/uct", "uct", "zulu", "universal", "0")


def is_utc(source: Source, at: Parsed) -> bool:
    """Return whether the last SET TimeZone before *at* says UTC; without one the session's is not known."""
    utc = False
    for statement, node in source.each("variable_set_stmt"):
        if node.name.lower() == "timezone" and source.order[statement] < source.order[at]:
            utc = bool(node.args) and (constant_of(node.args[0]) or "").lower() in _UTC
    return utc
