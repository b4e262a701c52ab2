"""limits_of(expressions) -> what CHECK constraints say of one column each, read off PostgreSQL's own parse tree. Pure.

What is understood is certain; all else is left out, and named, since a schema that refuses what the database takes is
worse than one that takes more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from dbtool.parser import SyntaxRefused, enum_word, node_name, syntax_trees
from dbtool.types.limits import NONE, Bound, Limits, Pattern, both

VALUE = "value"  # what a domain's constraint calls what it judges


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the constraints of one table or domain say: by column, and those that say more than is told here."""

    limits: Mapping[str, Limits]
    left_out: tuple[str, ...] = ()


def trees_of(expressions: Iterable[str]) -> dict[str, Any]:
    """Return the parse tree of each expression; one that cannot be parsed has none.

    >>> sorted(trees_of(["a > 1", "a >"]))
    ['a > 1']
    """
    texts = list(dict.fromkeys(expressions))
    try:  # all in one bite: the call costs more than the text
        targets = _targets(", ".join(texts)) if texts else []
        if len(targets) == len(texts):
            return dict(zip(texts, targets, strict=True))
    except SyntaxRefused:
        pass
    found: dict[str, Any] = {}
    for text in texts:
        try:
            (found[text],) = _targets(text)
        except (SyntaxRefused, ValueError):  # newer than the grammar
            continue
    return found


def _targets(expressions: str) -> list[Any]:
    (tree,) = syntax_trees(f"SELECT {expressions}".encode())
    return [target.res_target.val for target in tree.select_stmt.target_list]


def read_limits(expressions: Sequence[str], trees: Mapping[str, Any]) -> Read:
    """Return what the constraints of one table or domain say, with the trees of their expressions.

    >>> read = lambda *texts: read_limits(texts, trees_of(texts))
    >>> read("length(title) <= 200 AND title <> ''::text").limits["title"] == Limits(shortest=1, longest=200)
    True
    >>> read("status = ANY (ARRAY['on'::text, 'off'::text])").limits["status"].values
    ('on', 'off')
    >>> read("due_on >= starts_on").left_out
    ('due_on >= starts_on',)
    """
    found: dict[str, Limits] = {}
    left_out: list[str] = []
    for text in expressions:
        if text not in trees:
            left_out.append(text)
            continue
        for part in _parts(trees[text], "AND_EXPR"):
            said = _said(part)
            if said is None:
                left_out.append(text)
            else:
                column, limits = said
                found[column] = both(found.get(column, NONE), limits)
    return Read(limits=found, left_out=tuple(dict.fromkeys(left_out)))


_Said = tuple[str, Limits]


def _parts(node: Any, word: str) -> Iterator[Any]:
    if node_name(node) == "bool_expr" and enum_word(node.bool_expr, "boolop") == word:
        for one in node.bool_expr.args:
            yield from _parts(one, word)
    else:
        yield node


def _said(node: Any) -> _Said | None:
    """Return what a condition says of one column; None for what is not understood."""
    match node_name(node):
        case "null_test":
            column = _column(node.null_test.arg)
            if column is not None and enum_word(node.null_test, "nulltesttype") == "IS_NOT_NULL":
                return column, Limits(not_null=True)
            return None
        case "bool_expr":
            return _either(node)
        case "a_expr":
            return _compared(node.a_expr)
        case _:
            return None


def _either(node: Any) -> _Said | None:
    """Return what OR says: a NULL satisfies a constraint anyway, and two lists of values are one."""
    said: list[_Said] = []
    for part in _parts(node, "OR_EXPR"):
        if node_name(part) == "null_test" and enum_word(part.null_test, "nulltesttype") == "IS_NULL":
            column = _column(part.null_test.arg)
            if column is None:
                return None
            said.append((column, NONE))
            continue
        found = None if part is node else _said(part)
        if found is None or (len(list(_parts(part, "AND_EXPR"))) > 1):
            return None
        said.append(found)
    if len({column for column, _ in said}) != 1:
        return None
    rest = [limits for _, limits in said if limits is not NONE]
    if len(rest) == 1 and not rest[0].not_null:
        return said[0][0], rest[0]
    values = [v for limits in rest for v in limits.values or ()]
    if rest and all(limits == Limits(values=limits.values) and limits.values for limits in rest):
        return said[0][0], Limits(values=tuple(dict.fromkeys(values)))
    return None


_REVERSED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _compared(node: Any) -> _Said | None:
    operator = node.name[-1].string.sval if node.name else ""
    kind = enum_word(node, "kind")
    if kind == "AEXPR_OP_ANY":
        values = _listed(node.rexpr) if operator == "=" else None
        column = _column(node.lexpr)
        return None if column is None or not values else (column, Limits(values=values))
    if kind != "AEXPR_OP":
        return None
    left, right = node.lexpr, _constant(node.rexpr)
    if right is None:
        left, right, operator = node.rexpr, _constant(node.lexpr), _REVERSED.get(operator, "")
    if right is None:
        return None
    column = _column(left)
    if column is not None:
        limits = _plain(operator, right)
        return (column, limits) if limits else None
    return _measured(left, operator, right)


def _plain(operator: str, value: str | Decimal) -> Limits | None:
    """Return what a comparison of the column itself says."""
    if isinstance(value, Decimal):
        return _between(operator, value)
    match operator:
        case "=":
            return Limits(values=(value,))
        case "<>" if value == "":
            return Limits(shortest=1)
        case "~" | "~*":
            return Limits(patterns=(Pattern(value, operator == "~*"),))
        case "~~" | "~~*":
            return Limits(patterns=(Pattern(value, operator == "~~*", like=True),))
        case _:
            return None


def _between(operator: str, number: Decimal) -> Limits | None:
    match operator:
        case "=" if number == number.to_integral_value():
            return Limits(values=(int(number),))
        case ">" | ">=":
            return Limits(lowest=Bound(number, operator == ">="))
        case "<" | "<=":
            return Limits(highest=Bound(number, operator == "<="))
        case _:
            return None


# Functions of a column whose result is compared. array_length() is NULL for an empty array, so it sets no lower bound.
_LENGTHS = {"length": "characters", "char_length": "characters", "character_length": "characters",
            "cardinality": "elements", "array_length": "at most"}  # fmt: skip


def _measured(node: Any, operator: str, value: str | Decimal) -> _Said | None:
    if node_name(node) != "func_call" or not node.func_call.args:
        return None
    names = [name.string.sval for name in node.func_call.funcname]
    if len(names) > 1 and names[0] != "pg_catalog":
        return None
    column = _column(node.func_call.args[0])
    function = names[-1]
    if column is None:
        return None
    if function in ("jsonb_typeof", "json_typeof") and operator == "=" and isinstance(value, str):
        return column, Limits(json=value)
    if function in ("btrim", "ltrim", "rtrim") and operator == "<>" and value == "" and len(node.func_call.args) == 1:
        return column, Limits(patterns=(Pattern("[^ ]"),))
    if function not in _LENGTHS or not isinstance(value, Decimal):
        return None
    if function == "array_length" and _constant(node.func_call.args[1]) != 1:
        return None
    counted = _counted(operator, value)
    if counted is None:
        return None
    least, most = counted
    match _LENGTHS[function]:
        case "characters":
            return column, Limits(shortest=least, longest=most)
        case "elements":
            return column, Limits(fewest=least, most=most)
        case _:
            return None if most is None else (column, Limits(most=most))


def _counted(operator: str, value: Decimal) -> tuple[int | None, int | None] | None:
    """Return the least and the most that a count can be."""
    if value != value.to_integral_value():
        return None
    number = int(value)
    least = {"=": number, ">=": number, ">": number + 1, "<>": 1 if number == 0 else None}.get(operator)
    most = {"=": number, "<=": number, "<": number - 1}.get(operator)
    if (least is None and most is None) or (most is not None and most < 0):
        return None
    return (least if least is None or least > 0 else None), most


# Casts that leave a value as it is.
_HARMLESS = frozenset(("text", "varchar", "numeric", "float8", "citext"))


def _column(node: Any) -> str | None:
    """Return the column that an expression is, also below a cast that changes nothing."""
    while node_name(node) == "type_cast" and _is_harmless(node.type_cast.type_name):
        node = node.type_cast.arg
    if node_name(node) != "column_ref" or len(node.column_ref.fields) != 1:
        return None
    field = node.column_ref.fields[0]
    return field.string.sval if node_name(field) == "string" else None


def _is_harmless(type: Any) -> bool:
    return type.names[-1].string.sval in _HARMLESS and not type.typmods and not type.array_bounds


_NUMBERS = frozenset(("int2", "int4", "int8", "numeric", "float4", "float8"))
_TEXTS = frozenset(("text", "varchar", "bpchar", "citext"))


def _constant(node: Any) -> str | Decimal | None:
    """Return a text or number that is written out; None for anything else, as for a date or an enum's label."""
    casts: list[str] = []
    while node_name(node) == "type_cast":
        if node.type_cast.type_name.array_bounds:
            return None
        casts.append(node.type_cast.type_name.names[-1].string.sval)
        node = node.type_cast.arg
    if node_name(node) != "a_const" or node.a_const.isnull:
        return None
    match node.a_const.WhichOneof("val"):
        case "ival":
            found: str | Decimal | None = Decimal(node.a_const.ival.ival)
        case "fval":
            found = Decimal(node.a_const.fval.fval)
        case "sval":
            found = node.a_const.sval.sval
        case _:
            return None
    if isinstance(found, str) and casts and casts[-1] in _NUMBERS:
        found = _number(found)
    if found is None or any(cast not in (_NUMBERS if isinstance(found, Decimal) else _TEXTS) for cast in casts):
        return None
    return found


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _listed(node: Any) -> tuple[str | int, ...] | None:
    while node_name(node) == "type_cast":
        node = node.type_cast.arg
    if node_name(node) != "a_array_expr":
        return None
    found: list[str | int] = []
    for element in node.a_array_expr.elements:
        value = _constant(element)
        if value is None or (isinstance(value, Decimal) and value != value.to_integral_value()):
            return None  # also for a NULL in it: then no value is refused
        found.append(value if isinstance(value, str) else int(value))
    return tuple(dict.fromkeys(found))
