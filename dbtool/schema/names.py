"""Names and literals as SQL writes them: quoted where PostgreSQL's quote_ident() would, and nowhere else. Pure."""

import re
from functools import cache

from dbtool.keywords import is_plain_word

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)


@cache
def quoted(name: str) -> str:
    """Return *name* as an identifier.

    >>> [quoted(n) for n in ("users", "Users", "order", "name")]
    ['users', '"Users"', '"order"', 'name']
    """
    if _PLAIN.fullmatch(name) and is_plain_word(name):
        return name
    from psycopg import sql

    return sql.Identifier(name).as_string(None)


def qualified(schema: str, name: str) -> str:
    """Return *name* in *schema*; schema "" for what has none.

    >>> qualified("app", "user"), qualified("", "x")
    ('app."user"', 'x')
    """
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def literal(text: str) -> str:
    """Return *text* as a string constant; one with a backslash as E'...', which each server reads alike.

    >>> literal("it's"), literal("a\\\\b")
    ("'it''s'", "E'a\\\\\\\\b'")
    """
    doubled = text.replace("'", "''")
    return "E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


def unquoted(identity: str) -> tuple[str, ...]:
    """Return the names in what quote_ident() made of them.

    >>> unquoted('public."a ""b"')
    ('public', 'a "b')
    """
    parts = re.findall(r'"((?:[^"]|"")*)"|([^".]+)', identity)
    return tuple(quoted_part.replace('""', '"') or plain for quoted_part, plain in parts)


_LONGEST = 63  # bytes of a name (NAMEDATALEN - 1)


def old_name(identity: str) -> str:
    """Return the name, quoted, that something has when it is renamed away.

    >>> old_name("app.status"), len(unquoted(old_name('"Ü' + "é" * 40 + '"'))[0].encode())
    ('status__old', 63)
    """
    kept = unquoted(identity)[-1].encode()[: _LONGEST - len("__old")].decode(errors="ignore")
    return quoted(f"{kept}__old")


def made_name(table: str, column: str, label: str) -> str:
    """Return the name that PostgreSQL makes for what belongs to a column (makeObjectName in indexcmds.c).

    >>> made_name("t", "id", "seq"), len(made_name("t" * 60, "é" * 30, "not_null").encode())
    ('t_id_seq', 63)
    """
    first, second = table.encode(), column.encode()
    room = 63 - len(label) - 2
    one, other = len(first), len(second)
    while one + other > room:
        one, other = (one - 1, other) if one > other else (one, other - 1)
    return "_".join((first[:one].decode(errors="ignore"), second[:other].decode(errors="ignore"), label))
