"""Which arguments and result a function has, and whether another can take its place under its name. Pure."""

from dataclasses import dataclass
from typing import Any

from dbtool.parser import syntax_tree

_Type = tuple[tuple[str, ...], int, bool]  # its name, how many [] it has, SETOF
_OUT, _IN_OUT, _TABLE = 2, 3, 5  # FunctionParameterMode of pg_query.proto


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What CREATE FUNCTION says before its options. Names are "" where there is none."""

    inputs: tuple[str, ...]
    defaults: int
    polymorphic: str  # the arguments, where an anyelement has a default: PostgreSQL compares the types of the values
    outputs: tuple[tuple[str, _Type], ...]
    result: _Type | None


def signature(arguments: str, returns: str | None) -> Signature:
    """Return what the texts of pg_get_function_arguments() and pg_get_function_result() say.

    >>> found = signature("a integer, b text DEFAULT 'x', OUT c app.t[]", "app.t[]")
    >>> found.inputs, found.defaults, found.outputs
    (('a', 'b'), 1, (('c', (('app', 't'), 1, False)),))
    """
    said = f"FUNCTION f({arguments}) RETURNS {returns}" if returns else f"PROCEDURE f({arguments})"
    tree = syntax_tree(f"CREATE {said}".encode()).create_function_stmt
    parameters = [node.function_parameter for node in tree.parameters]
    inputs = [p for p in parameters if p.mode not in (_OUT, _TABLE)]
    defaulted = [p for p in inputs if p.HasField("defexpr")]
    return Signature(
        inputs=tuple(p.name for p in inputs),
        defaults=len(defaulted),
        polymorphic=arguments if any(_type(p.arg_type)[0][-1].startswith("any") for p in defaulted) else "",
        outputs=tuple((p.name, _type(p.arg_type)) for p in parameters if p.mode in (_OUT, _IN_OUT, _TABLE)),
        result=_type(tree.return_type) if returns else None,
    )


def _type(tree: Any) -> _Type:
    names = tuple(name.string.sval for name in tree.names)
    return names[names[0] == "pg_catalog" :], len(tree.array_bounds), bool(tree.setof)


def can_take_its_place(old: Signature, new: Signature) -> bool:
    """Return whether CREATE OR REPLACE makes *new* of *old*, which has the same argument types.

    That is what ProcedureCreate() in pg_proc.c asks for: the same result, with the same columns; names only given to
    arguments that had none; no default taken away.

    >>> one, other = signature("a int", "int"), signature("b int", "int")
    >>> can_take_its_place(one, other), can_take_its_place(signature("int", "int"), other)
    (False, True)
    """
    return (
        old.result == new.result
        and _row(old) == _row(new)
        and all(was in ("", is_) for was, is_ in zip(old.inputs, new.inputs, strict=True))
        and old.defaults <= new.defaults
        and old.polymorphic in ("", new.polymorphic)
    )


def _row(signature: Signature) -> tuple[tuple[str, _Type], ...]:
    """The columns of the result; a function's single OUT argument is no row, and its name may change."""
    return signature.outputs if len(signature.outputs) > 1 or signature.result is None else ()
