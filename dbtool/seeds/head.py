"""What a large seed file says of itself in its head: how many rows, of which table, after which files. Pure.

-- dbtool: rows SEED_USERS = 400000
-- dbtool: table users
-- dbtool: batch 5000
-- dbtool: depends tenant
-- dbtool: progress users of the demo tenant
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbtool.errors import BadFile
from dbtool.finding import Finding
from dbtool.parser import SyntaxRefused, node_name, syntax_tree, syntax_trees
from dbtool.script import Script

WORDS = ("rows", "table", "batch", "depends", "progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How many row numbers a file has: a sum of products, and the variable that it declares, with its default."""

    terms: tuple[tuple[int, str], ...]  # (2, "SEED_PROJECTS"); "" for a number alone
    declares: str = ""
    default: int = 0

    def count(self, amounts: Mapping[str, int]) -> int:
        """Return the number of rows; never below zero.

        >>> parse_rows("SEED_USERS + 2 * SEED_PROJECTS - 5").count({"SEED_USERS": 10, "SEED_PROJECTS": 3})
        11
        """
        return max(sum(factor * amounts[name] if name else factor for factor, name in self.terms), 0)

    @property
    def fixed(self) -> bool:
        """Whether no variable changes the number."""
        return not any(name for _, name in self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a large seed file; ``batch`` and ``depends`` are None where it does not say."""

    rows: Rows
    table: tuple[str, ...]  # its name, behind its schema where that is said
    batch: int | None = None
    depends: tuple[str, ...] | None = None
    progress: str = ""


_declared = re.compile(r"([A-Z][A-Z0-9_]*)\s*=\s*([0-9][0-9_]*)")
_term = re.compile(
    r"([+-]?)\s*(?:([0-9][0-9_]*)(?:\s*\*\s*([A-Z][A-Z0-9_]*))?|([A-Z][A-Z0-9_]*)(?:\s*\*\s*([0-9][0-9_]*))?)\s*"
)
_line = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*--[ \t]*dbtool:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def parse_rows(text: str) -> Rows:
    """Return what stands behind ``rows``. Raises ValueError with what it should be.

    >>> parse_rows("SEED_USERS = 400000")
    Rows(terms=((1, 'SEED_USERS'),), declares='SEED_USERS', default=400000)
    >>> parse_rows("1_000").count({})
    1000
    """
    if declared := _declared.fullmatch(text.strip()):
        return Rows(terms=((1, declared[1]),), declares=declared[1], default=int(declared[2]))
    terms: list[tuple[int, str]] = []
    at, text = 0, text.strip()
    while at < len(text):
        found = _term.match(text, at)
        if found is None or (terms and not found[1]):
            break
        sign, number, product, name, factor = found.groups()
        terms.append((int(f"{sign}{number or factor or 1}"), product or name or ""))
        at = found.end()
    if not terms or at < len(text):
        raise ValueError("a whole number, VARIABLE = default, or a sum such as SEED_USERS + 2 * SEED_PROJECTS")
    return Rows(terms=tuple(terms))


def short_name(name: str) -> str:
    """Return a file's name as ``depends`` has it: without the folder, a leading number and ``.sql``.

    >>> short_name("demo/02_users.sql")
    'users'
    """
    stem = name.rpartition("/")[2].removesuffix(".sql").removesuffix(".SQL")
    return re.sub(r"^[0-9]+[_.-]", "", stem) or stem


def read_head(script: Script) -> Head | None:
    """Return the head of a large seed file; None for a plain one. Raises BadFile with what is wrong, and where."""
    source = script.source
    end = script.statements[0].start if script.statements else len(source)
    said: dict[str, tuple[str, int]] = {}
    findings: list[Finding] = []
    for found in _line.finditer(source[:end]):
        word, _, value = found[1].decode(errors="replace").strip().partition(" ")
        if word.lower() not in WORDS:
            continue  # removal.py's, and lint's
        if word.lower() in said:
            findings.append(_wrong(script, found.start(), f"{word} is said twice", "say it once"))
        said[word.lower()] = value.strip(), found.start()
    if not said:
        return None
    if "rows" not in said:
        word, (_, offset) = next(iter(said.items()))
        findings.append(
            _wrong(script, offset, f"{word} is for a large seed file, and this has no line with rows",
                   "add how many: -- dbtool: rows 1000")
        )  # fmt: skip
        raise BadFile(*findings)
    values: dict[str, object] = {}
    for word, (value, offset) in said.items():
        try:
            values[word] = _readers[word](value)
        except ValueError as error:
            shown = value or "nothing"
            findings.append(_wrong(script, offset, f"{word} must be {error}; found {shown}", f"-- dbtool: {word} ..."))
    if findings:
        raise BadFile(*findings)
    _refuse_statements(script)
    values.setdefault("table", (short_name(script.path.name),))
    return Head(**values)  # type: ignore[arg-type] - each by its reader


def _refuse_statements(script: Script) -> None:
    first, *others = script.statements
    told = "" if not others else f"{len(script.statements)} statements"
    tree = None if told else syntax_tree(script.text(first))
    if tree is not None and (node_name(tree) != "select_stmt" or tree.select_stmt.HasField("into_clause")):
        told = "a statement that is no SELECT"
    elif tree is not None and not _reads_part(tree):
        raise BadFile(
            _wrong(script, first.start, "the SELECT reads no row number: each part would have the same rows",
                   "read the numbers of the part: FROM part AS p, whose column is p.n")
        )  # fmt: skip
    if told:
        raise BadFile(
            _wrong(script, (others[0] if others else first).start,
                   f"a file with rows is one SELECT, whose columns are named as the table's; found {told}",
                   "put what else is to be run into a file without rows")
        )  # fmt: skip


def _reads_part(node: Any) -> bool:
    """Whether a tree reads the relation ``part``, at any depth."""
    if node.DESCRIPTOR.name == "RangeVar":
        return bool(node.relname == "part" and not node.schemaname)
    below = [(value if field.is_repeated else (value,)) for field, value in node.ListFields() if field.message_type]
    return any(_reads_part(child) for children in below for child in children)


def _wrong(script: Script, offset: int, message: str, help: str) -> Finding:
    return Finding(
        id="bad-header", message=f"{message}\n" + script.excerpt(offset), help=help, place=script.place(offset)
    )


def _batch(text: str) -> int:
    if not re.fullmatch(r"[0-9][0-9_]{0,8}", text) or int(text) < 1:
        raise ValueError("a whole number from 1")
    return int(text)


def _table(text: str) -> tuple[str, ...]:
    wrong = ValueError("the name of a table, as in SQL")
    try:
        found = syntax_trees(f"TABLE {text}".encode())
    except SyntaxRefused:
        raise wrong from None
    sources = found[0].select_stmt.from_clause if len(found) == 1 and node_name(found[0]) == "select_stmt" else ()
    if len(sources) != 1 or node_name(sources[0]) != "range_var":
        raise wrong
    relation = sources[0].range_var
    return (relation.schemaname, relation.relname) if relation.schemaname else (relation.relname,)


def _depends(text: str) -> tuple[str, ...]:
    names = tuple(short_name(name.strip()) for name in text.split(",") if name.strip())
    if not names:
        raise ValueError("names of files of this set, separated by commas")
    return names


_readers = {"rows": parse_rows, "table": _table, "batch": _batch, "depends": _depends, "progress": str}
