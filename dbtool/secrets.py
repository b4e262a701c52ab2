"""Connection strings that never show their password, and texts cleaned of passwords.

Patterns alone do not do it: libpq reads more forms than patterns know. So every connection string that dbtool meets
is remembered, and libpq says which part of it is the password; wherever that turns up, it is replaced.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

_in_url = re.compile(r"(?P<before>\w://[^\s/?#@]*?:)[^\s?]*(?=@)")
_in_pairs = re.compile(
    r"(?P<before>\b(?:password|sslpassword|passwd|pwd)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&'\"]+)", re.IGNORECASE
)
_UNREADABLE = "a connection string that cannot be read"
_SHORTEST = 6  # a shorter password could be a part of any word; the patterns still find it where it stands

_new: set[str] = set()  # remembered, not looked at yet
_shown: dict[str, str] = {}  # what is shown in place of a connection string
_passwords: set[str] = set()  # in each form in which they may turn up


def redact(text: str) -> str:
    """Return *text* with the password of every connection string in it replaced.

    >>> redact("postgresql://me:a:b@host/db password='it\\\\'s' x")
    'postgresql://me:***@host/db password=*** x'
    """
    _look_at_new()
    for conninfo, shown in _shown.items():
        text = text.replace(conninfo, shown)
    for password in sorted(_passwords, key=len, reverse=True):
        text = text.replace(password, "***")
    return _by_patterns(text)


_PASSWORD_IN_SQL = re.compile(
    r"\b(password\s+)(?:E?'(?:[^'\\]|''|\\.)*'?|\$(\w*)\$.*?(?:\$\2\$|$))", re.IGNORECASE | re.DOTALL
)


def without_passwords(sql: str) -> str:
    """Return a statement of somebody else, as pg_stat_activity shows it, without the passwords that it sets.

    >>> without_passwords("ALTER ROLE a PASSWORD 'it''s' VALID UNTIL 'x'")
    "ALTER ROLE a PASSWORD '***' VALID UNTIL 'x'"
    """
    return _PASSWORD_IN_SQL.sub(r"\1'***'", sql)


_MAY_BE_ONE = re.compile(
    r"://|:.*@|(?:^|[\s'\"])(?:host|hostaddr|port|dbname|user|passw\w*|passfile|service|ssl\w+|options|\w*secret\w*)\s*="
)


def remember(text: str) -> None:
    """Note a text that may be a connection string, so that no password in it is ever shown."""
    if len(text) >= _SHORTEST and text not in _shown and _MAY_BE_ONE.search(text):
        _new.add(text)


@dataclass(frozen=True, slots=True)
class Secret:
    """A connection string. As text it is redacted; only ``reveal()`` gives what libpq needs."""

    _value: str = field(repr=False)

    def __post_init__(self) -> None:
        remember(self._value)

    def reveal(self) -> str:
        """Return the connection string with its password."""
        return self._value

    def __str__(self) -> str:
        return redact(self._value)

    def __repr__(self) -> str:
        return f"Secret({redact(self._value)!r})"

    def __bool__(self) -> bool:
        return bool(self._value)


def _by_patterns(text: str) -> str:
    # Neither pattern begins with a fixed letter: 50 ms a megabyte each, and most texts have neither of the words.
    if "://" in text:
        text = _in_url.sub(r"\g<before>***", text)
    folded = text.casefold()
    return _in_pairs.sub(r"\g<before>***", text) if "passw" in folded or "pwd" in folded else text


def _look_at_new() -> None:
    while _new:
        conninfo = _new.pop()
        secrets, others, shown = _parsed(conninfo)
        _shown[conninfo] = shown
        innocent = " ".join([*others, "postgresql postgres password localhost dbtool development production"])
        for secret in secrets:
            forms = {secret, quote(secret, safe=""), secret.replace("'", "\\'"), *re.split(r"[\s'\"\\]+", secret)}
            _passwords.update(form for form in forms if len(form) >= _SHORTEST and form not in innocent)


def _parsed(conninfo: str) -> tuple[list[str], list[str], str]:
    """Return the passwords in a connection string, its other values, and what to show in its place."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    from dbtool.address import has_stray_at, plain_url

    def options_of(text: str) -> dict[str, str]:
        return {key: str(value) for key, value in conninfo_to_dict(plain_url(text)).items() if value is not None}

    try:
        options = options_of(conninfo)
    except (psycopg.Error, UnicodeError):
        return _unreadable(conninfo)
    if has_stray_at(conninfo) or re.search(r"[^\d, ]", options.get("port", "")):  # or a raw / in the password
        return _unreadable(conninfo)
    secrets = [value for key, value in options.items() if key in SECRET_OPTIONS and value]
    others = [value for key, value in options.items() if key not in SECRET_OPTIONS]
    starred = {key: "***" if key in SECRET_OPTIONS else value for key, value in options.items()}
    shown = _by_patterns(conninfo)
    try:
        whole = options_of(shown) == starred  # the patterns saw all of the password, and nothing else
    except (psycopg.Error, UnicodeError):
        whole = False
    return secrets, others, shown if whole else " ".join(f"{key}={value}" for key, value in starred.items())


SECRET_OPTIONS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")


def _unreadable(conninfo: str) -> tuple[list[str], list[str], str]:
    # What libpq cannot read is not shown at all; what may have been meant as its password is looked for elsewhere too.
    meant = re.findall(r"(?:pass\w*|pwd)\s*[= ]\s*['\"]?(.+?)['\"]?(?:\s+\w+=|[&?]|$)", conninfo, re.IGNORECASE)
    meant += re.findall(r"^(?:\w[\w+]*:/*)?[^:@/]*:(.+)@", conninfo)
    scheme = re.match(r"\w[\w+]*://", conninfo)
    return meant, [], f"{scheme[0] if scheme else ''}... ({_UNREADABLE})"
