"""Connection strings that never show their password, and texts cleaned of passwords. Pure."""

import re
from dataclasses import dataclass, field

_in_url = re.compile(r"(?P<before>\w://[^\s/?#@]*?:)[^\s?]*(?=@)")
_in_pairs = re.compile(
    r"(?P<before>\b(?:password|sslpassword|passwd|pwd)\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&'\"]+)", re.IGNORECASE
)


def redact(text: str) -> str:
    """Return *text* with the password of every connection string in it replaced.

    >>> redact("postgresql://me:a:b@host/db password='it\\\\'s' x")
    'postgresql://me:***@host/db password=*** x'
    """
    return _in_pairs.sub(r"\g<before>***", _in_url.sub(r"\g<before>***", text))


@dataclass(frozen=True, slots=True)
class Secret:
    """A connection string. As text it is redacted; only ``reveal()`` gives what libpq needs."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """Return the connection string with its password."""
        return self._value

    def __str__(self) -> str:
        return redact(self._value)

    def __repr__(self) -> str:
        return f"Secret({redact(self._value)!r})"

    def __bool__(self) -> bool:
        return bool(self._value)
