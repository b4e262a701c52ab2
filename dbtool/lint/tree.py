"""What is asked of a parse tree: names, types, constants, the parts of an expression. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from dbtool.schema.names import qualified, quoted


class Name(NamedTuple):
    """A name as it is written: schema "" where none is, since the search path is the server's to know.

    >>> str(Name("app", "Order")), Name("", "t").same(Name("app", "t")), Name("a", "t").same(Name("b", "t"))
    ('app."Order"', True, False)
    """

    schema: str
    name: str

    def same(self, other: "Name") -> bool:
        """Return whether both can be the same object."""
        return self.name == other.name and (not self.schema or not other.schema or self.schema == other.schema)

    def __str__(self) -> str:
        return qualified(self.schema, self.name)


def relation_name(relation: Any) -> Name:
    """Return the name in a RangeVar."""
    return Name(relation.schemaname, relation.relname)


def listed_name(strings: Iterable[Any]) -> Name:
    """Return the name in a list of strings, as of a function or a type."""
    parts = [part.string.sval for part in strings]
    return Name(parts[-2] if len(parts) > 1 else "", parts[-1] if parts else "")


def member_name(strings: Iterable[Any]) -> tuple[Name, str]:
    """Return the table and the name of what belongs to it: a column, a trigger, a policy, in a list of strings."""
    *parts, last = (part.string.sval for part in strings)
    return (Name(parts[-2] if len(parts) > 1 else "", parts[-1]) if parts else Name("", "")), last


def strings_of(nodes: Iterable[Any]) -> tuple[str, ...]:
    """Return the texts in a list of string nodes."""
    return tuple(node.string.sval for node in nodes)


@dataclass(frozen=True, slots=True)
class Type:
    """A type as the parser names it: int4, not integer; ``modifiers`` are the numbers in parentheses."""

    name: str
    schema: str = ""
    modifiers: tuple[int, ...] = ()
    array: bool = False
    set_of: bool = False

    def __str__(self) -> str:
        shown = _WORDS.get(self.name, self.name)
        modifiers = f"({','.join(str(m) for m in self.modifiers)})" if self.modifiers else ""
        if shown.startswith("time") and " " in shown:
            word, _, rest = shown.partition(" ")
            return f"{word}{modifiers} {rest}{'[]' * self.array}"
        return f"{shown}{modifiers}{'[]' * self.array}"


_WORDS = {
    "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean", "bpchar": "char", "float8":
    "double precision", "float4": "real", "varchar": "varchar", "timestamp": "timestamp without time zone",
    "timetz": "time with time zone", "timestamptz": "timestamptz", "time": "time",
}  # fmt: skip
_ALIASES = {"decimal": "numeric", "integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool"}
SERIAL = frozenset(("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"))


def last_name(type_name: Any) -> str:
    """Return the name in a TypeName, without schema, modifiers and aliases undone."""
    return str(type_name.names[-1].string.sval) if type_name.names else ""


def type_of(type_name: Any) -> Type:
    """Return the type in a TypeName."""
    parts = [part.string.sval for part in type_name.names]
    name = parts[-1] if parts else ""
    schema = parts[-2] if len(parts) > 1 else ""
    modifiers = tuple(m.a_const.ival.ival for m in type_name.typmods if m.WhichOneof("node") == "a_const")
    array = bool(type_name.array_bounds)
    return Type(
        _ALIASES.get(name, name), "" if schema == "pg_catalog" else schema, modifiers, array, bool(type_name.setof)
    )


def walk(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield each message in *node*, outermost first, with the name of its kind as pg_query.proto has it."""
    waiting = [node]  # the next one last: a generator for each level would hand every message up through all of them
    while waiting:
        one = waiting.pop()
        kind = type(one).__name__
        if kind != "Node":
            yield kind, one
        inner: list[Any] = []
        for field, value in one.ListFields():
            if field.message_type is not None:
                inner += value if field.is_repeated else (value,)
        waiting += reversed(inner)


def columns_in(expression: Any) -> frozenset[str]:
    """Return the last part of each column that *expression* mentions."""
    found = (node for kind, node in walk(expression) if kind == "ColumnRef")
    return frozenset(
        column.fields[-1].string.sval
        for column in found
        if column.fields and column.fields[-1].WhichOneof("node") == "string"
    )


def relations_in(node: Any) -> Iterator[Name]:
    """Yield the name of each relation that *node* mentions."""
    yield from (relation_name(found) for kind, found in walk(node) if kind == "RangeVar")


def functions_in(expression: Any) -> Iterator[Name]:
    """Yield the name of each function that *expression* calls."""
    yield from (listed_name(call.funcname) for kind, call in walk(expression) if kind == "FuncCall")


def is_true(expression: Any) -> bool:
    """Return whether *expression* is TRUE for all rows, as can be told from its text: true, 1 = 1."""
    kind = expression.WhichOneof("node")
    if kind == "a_const":
        return bool(expression.a_const.boolval.boolval)
    if kind == "type_cast":
        return is_true(expression.type_cast.arg)
    if kind == "a_expr" and strings_of(expression.a_expr.name) == ("=",):
        left, right = expression.a_expr.lexpr, expression.a_expr.rexpr
        if left.WhichOneof("node") == right.WhichOneof("node") == "a_const":
            return constant_of(left) == constant_of(right)
    if kind == "bool_expr" and expression.bool_expr.boolop == 2:  # OR_EXPR
        return any(is_true(part) for part in expression.bool_expr.args)
    return False


def constant_of(expression: Any) -> str | None:
    """Return the constant that *expression* is, as text; None where it is none."""
    kind = expression.WhichOneof("node")
    if kind == "type_cast":
        return constant_of(expression.type_cast.arg)
    if kind != "a_const":
        return None
    constant = expression.a_const
    which = constant.WhichOneof("val")
    if which == "sval":
        return str(constant.sval.sval)
    if which == "ival":
        return str(constant.ival.ival)
    if which == "fval":
        return str(constant.fval.fval)
    if which == "boolval":
        return str(constant.boolval.boolval).lower()
    return None


def is_null(expression: Any) -> bool:
    """Return whether *expression* is NULL, cast or not."""
    kind = expression.WhichOneof("node")
    if kind == "type_cast":
        return is_null(expression.type_cast.arg)
    return kind == "a_const" and bool(expression.a_const.isnull)


def options_of(options: Iterable[Any]) -> dict[str, Any]:
    """Return the argument of each option by its name."""
    return {option.def_elem.defname: option.def_elem.arg for option in options}


def column_list(names: Iterable[str]) -> str:
    """Return names as SQL lists them.

    >>> column_list(["a", "B"])
    'a, "B"'
    """
    return ", ".join(quoted(name) for name in names)
