"""What a migration's header says: `transactional` and `depends`, as yoyo reads them; of a Python one `__depends__`."""

import re
from pathlib import Path

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place

HEADER_BYTES = 65_536  # the header is the comments at the top; more than this is no header
_bom = b"\xef\xbb\xbf"
_header = re.compile(rb"(?:[ \t]*(?:--[^\n]*)?\r?(?:\n|$))*")
_directive = re.compile(rb"^[ \t]*--[ \t]*(transactional|depends)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


def transactional_said(text: bytes) -> bool | None:
    """Return what the header of a migration says about its transaction, None where it says nothing.

    >>> transactional_said(b"-- transactional: false\\nvacuum t;"), transactional_said(b"vacuum t;")
    (False, None)
    """
    said = parse_header(text[:HEADER_BYTES]).get("transactional", "").lower()
    return {"true": True, "false": False}.get(said)


def parse_header(first: bytes) -> dict[str, str]:
    """Return what the comments at the top say, as yoyo reads them: repeated lines add up.

    >>> parse_header(b"-- depends: a\\n\\n-- depends: b\\nselect 1; -- depends: c")
    {'depends': 'a b'}
    """
    directives: dict[str, str] = {}
    first = first.removeprefix(_bom)
    header = _header.match(first)
    for found in _directive.finditer(first, 0, header.end() if header else 0):
        name, value = found[1].decode(), found[2].decode(errors="replace")
        directives[name] = f"{directives[name]} {value}" if name in directives else value
    return directives


def python_depends(path: Path) -> dict[str, str]:
    """Return what ``__depends__`` says. The file is not run for that: it is a literal in every one seen."""
    import ast

    try:
        for node in ast.parse(path.read_bytes()).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(getattr(target, "id", "") == "__depends__" for target in targets):
                value = ast.literal_eval(node.value)
                return {"depends": value if isinstance(value, str) else " ".join(sorted(value))}
    except SyntaxError as error:
        place = Place(path=path, line=error.lineno or 1, column=error.offset or 1)
        raise BadFile(Finding(id="syntax-error", message=f"not valid Python: {error.msg}", place=place)) from None
    except (ValueError, TypeError):
        raise BadFile(
            Finding(
                id="bad-header",
                message="__depends__ is not a literal set of ids",
                help='write it out: __depends__ = {"<id>"}',
                place=Place(path=path, line=line_of(path, "__depends__")),
            )
        ) from None
    return {}


def parse_transactional(path: Path, value: str) -> bool:
    """Return what ``transactional`` says in the header of the migration at *path*. Raises BadFile."""
    if value.lower() not in ("true", "false"):
        raise BadFile(
            Finding(
                id="bad-header",
                message=f"-- transactional: is true or false, found {value!r}",
                place=Place(path=path),
            )
        )
    return value.lower() == "true"


def line_of(path: Path, word: str) -> int:
    """Return the first line of a file that has *word* in it, from 1; 1 where none has. Reads the file."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if word in line), 1)
