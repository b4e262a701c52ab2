"""What in a script takes rows away: read from the parse trees, and from the file's own word. Pure.

What cannot be seen through counts as removing: dynamic SQL, CALL, a DO block in whose body a word stands that
removes. Functions that a SELECT calls and triggers are not looked into: every default value calls some, so a file
whose functions remove rows says so itself.

    -- dbtool: removes rows             the file is destructive, whatever is seen in it
    -- dbtool: keeps rows because ...   lifts what could not be seen through, and never what was seen
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.parser import HUGE, node_name, syntax_tree
from dbtool.script import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One reason why a file counts as removing rows; ``seen`` unless it only could not be seen through."""

    what: str
    place: Place
    seen: bool = True

    def __str__(self) -> str:
        return f"{self.what} at {self.place}"


def removals(script: Script) -> tuple[Removal, ...]:
    """Return all that removes rows in a script, in the order of its text. Raises BadFile for an unknown marker."""
    marked, kept = _markers(script)
    found = [
        Removal(what=what, place=script.place(statement.start), seen=seen)
        for statement in script.statements
        for what, seen in removing(script.text(statement))
    ]
    return (*marked, *(removal for removal in found if removal.seen or not kept))


def removing(sql: bytes) -> list[tuple[str, bool]]:
    """Return what in one statement removes rows, each with whether that was seen or only not excluded.

    >>> removing(b"with gone as (delete from a returning *) insert into b select * from gone")
    [('DELETE', True)]
    >>> removing(b"insert into t values ('delete') on conflict (id) do update set name = excluded.name")
    []
    >>> removing(b"call tidy()")
    [('CALL, which cannot be seen through', False)]
    """
    # A keyword cannot be written in another way, so a statement without one of these words is innocent and is
    # spared its tree: a data file has 400,000 of them. Literals and comments are taken out only where needed.
    if not _suspicious(sql) or not _suspicious(_without_literals(sql)):
        return []
    if len(sql) > HUGE:
        return [("a statement too large to be seen through", False)]
    tree = syntax_tree(sql)
    judge = _judges.get(node_name(tree))
    return judge(getattr(tree, node_name(tree))) if judge else list(dict.fromkeys(_walk(tree)))


_words = re.compile(rb"\b(delete|truncate|drop|update|merge|detach|call|do|function|procedure)\b", re.IGNORECASE)
_upsert = re.compile(rb"\bdo\s+(update|nothing)\b", re.IGNORECASE)
# What stands between dollars is kept: it may be the body of a DO. It is matched so that a quote in it opens nothing.
_literal = re.compile(
    rb"""(?<![\w$\x80-\xff])(?P<kept>\$(?P<tag>[A-Za-z_\x80-\xff]?[\w\x80-\xff]*)\$.*?\$(?P=tag)\$)
       | (?<![\w$\x80-\xff])[eE]'(?:[^'\\]|\\.|'')*'
       | '[^']*' | "[^"]*" | --[^\n]* | /\*.*?\*/""",
    re.VERBOSE | re.DOTALL,
)


def _suspicious(sql: bytes) -> bool:
    return _words.search(_upsert.sub(b" ", sql)) is not None


def _without_literals(sql: bytes) -> bytes:
    if any(found[0].startswith(b"/*") and b"/*" in found[0][2:] for found in _literal.finditer(sql)):
        return sql  # where a comment in a comment ends is for the parser to say
    return _literal.sub(lambda found: found["kept"] or b" ", sql)


def _walk(node: Any) -> Iterator[tuple[str, bool]]:
    """Yield what removes rows in a tree, at any depth: in WITH, EXPLAIN, PREPARE, the body of a rule."""
    name = node.DESCRIPTOR.name
    if name in _removing and (what := _removing[name](node)):
        yield what, True
    for field, value in node.ListFields():
        if field.message_type is None:
            continue
        for child in value if field.is_repeated else (value,):
            yield from _walk(child)


def _drop(node: Any) -> str:
    field = node.DESCRIPTOR.fields_by_name["remove_type"]
    return "DROP " + _name(field, node.remove_type).removeprefix("OBJECT_").replace("_", " ")


def _update(node: Any) -> str:
    choosing = node.HasField("where_clause") and any(
        name in ("ColumnRef", "SubLink") for name in _names_in(node.where_clause)
    )
    return "" if choosing else "UPDATE without WHERE"  # WHERE true, WHERE 1 = 1 choose nothing


def _names_in(node: Any) -> Iterator[str]:
    yield node.DESCRIPTOR.name
    for field, value in node.ListFields():
        if field.message_type is not None:
            for child in value if field.is_repeated else (value,):
                yield from _names_in(child)


def _merge_action(node: Any) -> str:
    field = node.DESCRIPTOR.fields_by_name["command_type"]
    return "MERGE with DELETE" if _name(field, node.command_type) == "CMD_DELETE" else ""


def _alter(node: Any) -> str:
    field = node.DESCRIPTOR.fields_by_name["subtype"]
    names = {"AT_DropColumn": "DROP COLUMN", "AT_DetachPartition": "DETACH PARTITION"}
    return names.get(_name(field, node.subtype), "")


def _name(field: Any, number: int) -> str:
    return str(field.enum_type.values_by_number[number].name)


_removing: dict[str, Callable[[Any], str]] = {
    "DeleteStmt": lambda node: "DELETE",
    "TruncateStmt": lambda node: "TRUNCATE",
    "DropStmt": _drop,
    "DropOwnedStmt": lambda node: "DROP OWNED",
    "DropRoleStmt": lambda node: "DROP ROLE",
    "DropUserMappingStmt": lambda node: "DROP USER MAPPING",
    "UpdateStmt": _update,
    "MergeWhenClause": _merge_action,
    "AlterTableCmd": _alter,
}

# In the body of a DO block any of these may remove rows; EXECUTE runs what is put together at run time.
_body_words = re.compile(r"\b(delete|truncate|drop|update|merge|detach|execute|call)\b", re.IGNORECASE)
_body_upsert = re.compile(r"\bdo\s+update\b", re.IGNORECASE)
_body_comment = re.compile(r"--[^\n]*")


def _do(node: Any) -> list[tuple[str, bool]]:
    given = {argument.def_elem.defname: argument.def_elem.arg.string.sval for argument in node.args}
    if given.get("language", "plpgsql").lower() != "plpgsql":
        return [("DO in another language, which cannot be seen through", False)]
    body = _body_upsert.sub(" ", _body_comment.sub(" ", given.get("as", "")))
    word = _body_words.search(body)
    return [(f"DO with {word[0].upper()} in it, which cannot be seen through", False)] if word else []


def _function(node: Any) -> list[tuple[str, bool]]:
    """A function that the file itself makes may be called by it: its body counts like a DO block's."""
    found = list(dict.fromkeys(_walk(node)))  # BEGIN ATOMIC, RETURN: parsed as the rest
    texts = [
        item.string.sval
        for option in node.options
        if option.def_elem.defname == "as"
        for item in option.def_elem.arg.list.items
    ]
    words = [_body_words.search(_body_upsert.sub(" ", _body_comment.sub(" ", text))) for text in texts]
    said = [f"a function with {word[0].upper()} in it, which cannot be seen through" for word in words if word]
    return found + [(text, False) for text in said]


_judges: dict[str, Callable[[Any], list[tuple[str, bool]]]] = {
    "do_stmt": _do,
    "create_function_stmt": _function,
    "call_stmt": lambda node: [("CALL, which cannot be seen through", False)],
}


# ---- the file's own word

_marker = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*--[ \t]*dbtool:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_of_heads = ("rows", "table", "batch", "depends", "progress")
_removes = re.compile(r"removes\s+rows\b", re.IGNORECASE)
_keeps = re.compile(r"keeps\s+rows\s+because\s+\S", re.IGNORECASE)


def _markers(script: Script) -> tuple[tuple[Removal, ...], bool]:
    """Return that the file says that it removes rows, wherever it says so, and whether its head says the opposite."""
    marked: list[Removal] = []
    kept = False
    source = script.source
    head = script.statements[0].start if script.statements else len(source)
    for found in _marker.finditer(source):
        word = found[1].decode(errors="replace").strip()
        if _removes.match(word):
            marked.append(Removal(what="-- dbtool: removes rows", place=script.place(found.start())))
        elif found.start() >= head:
            continue
        elif _keeps.match(word):
            kept = True
        elif word.lower().partition(" ")[0] not in ("allow", *_of_heads):  # lint's, with a hazard; head.py's
            raise BadFile(_unknown(script, found.start(), word))
    return tuple(marked), kept


def _unknown(script: Script, offset: int, word: str) -> Finding:
    return Finding(
        id="bad-header",
        message=f"-- dbtool: {word} says nothing to dbtool\n" + script.excerpt(offset),
        help="a seed file can say: -- dbtool: removes rows, or -- dbtool: keeps rows because <reason>",
        place=script.place(offset),
    )
