"""Names of files, anchors and Mermaid's entities that stand for identifiers: safe, stable, no two the same. Pure."""

import hashlib
import re

_SAFE = re.compile(r"[a-z0-9_]+")
_LONGEST = 48


def safe(*names: str) -> str:
    """Return a word of small letters, digits, - and _ for one or several names; no two give the same.

    Names of which something is lost have a piece of their hash: also those that differ in capitals alone, for file
    systems that do not tell these apart.

    >>> safe("public", "users"), safe("public", "Users"), safe("public", "Üser |x")
    ('public-users', 'public-users-b83745', 'public-ser-x-9b7b6f')
    """
    if all(_SAFE.fullmatch(name) for name in names) and len("-".join(names)) <= _LONGEST:
        return "-".join(names)
    words = [re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") for name in names]
    readable = "-".join(word for word in words if word)[:_LONGEST].strip("-")
    return f"{readable}-{hashlib.sha256(chr(0).join(names).encode()).hexdigest()[:6]}".strip("-")


def table_path(key: tuple[str, str]) -> str:
    """Return the path of a table's page, below the folder."""
    return f"tables/{safe(*key)}.md"


def chapter_path(schema: str) -> str:
    """Return the path of the page of a schema, below the folder."""
    return f"schemas/{safe(schema)}.md"
