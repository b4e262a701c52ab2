"""What only pydantic's models have: their base, what no field of them can be called, and the limits of one. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from dbtool.types.model import Array, Field, Named, Plain
from dbtool.types.patterns import portable
from dbtool.types.zod import TEXTS

BASE = """_UNSET: Any = None  # not in model_dump(exclude_unset=True)


class _Row(BaseModel):
    model_config = ConfigDict(
        from_attributes=True, populate_by_name=True, protected_namespaces=(), use_attribute_docstrings=True
    )"""

# What a BaseModel has itself.
OWN = frozenset(
    (
        "construct", "copy", "dict", "from_orm", "json", "model_computed_fields", "model_config", "model_construct",
        "model_copy", "model_dump", "model_dump_json", "model_extra", "model_fields", "model_fields_set",
        "model_json_schema", "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate",
        "model_validate_json", "model_validate_strings", "parse_file", "parse_obj", "parse_raw", "schema",
        "schema_json", "update_forward_refs", "validate",
    )
)  # fmt: skip
_WHOLE = {"int2": (-(2**15), 2**15 - 1), "int4": (-(2**31), 2**31 - 1), "int8": (-(2**63), 2**63 - 1)}


def constrained(field: Field, type: str) -> str:
    """Return a type with the limits of its field."""
    said = ", ".join(_said(field))
    return f"Annotated[{type}, Field({said})]" if said else type


def _said(field: Field) -> Iterator[str]:
    limits, base = field.limits, field.base
    if isinstance(field.shape, Array):
        yield from (f"min_length={n}" for n in (limits.fewest,) if n)
        yield from (f"max_length={n}" for n in (limits.most,) if n is not None)
        return
    if not isinstance(field.shape, Plain | Named):
        return
    if base in TEXTS:
        yield from (f"min_length={n}" for n in (limits.shortest,) if n)
        yield from (f"max_length={n}" for n in (limits.longest,) if n is not None)
        patterns = ((portable(pattern), pattern.ignores_case) for pattern in limits.patterns)
        found = [f"{'(?i)' if ignores_case else ''}{text}" for text, ignores_case in patterns if text]
        yield from (f"pattern={_raw(text)}" for text in found[:1])  # it takes one
    elif base in (*_WHOLE, "float4", "float8", "numeric"):
        yield from _bounds(field)


def _bounds(field: Field) -> Iterator[str]:
    low, high = field.limits.lowest, field.limits.highest
    least, most = _WHOLE.get(field.base, (None, None)) if isinstance(field.shape, Plain) else (None, None)
    if low is not None and (least is None or low.number >= least):
        yield f"{'ge' if low.inclusive else 'gt'}={_number(low.number, field)}"
    elif least is not None:
        yield f"ge={least}"
    if high is not None and (most is None or high.number <= most):
        yield f"{'le' if high.inclusive else 'lt'}={_number(high.number, field)}"
    elif most is not None:
        yield f"le={most}"


def _number(number: Decimal, field: Field) -> str:
    if number == number.to_integral_value():
        return str(int(number))
    return f'_decimal.Decimal("{number}")' if field.base == "numeric" else format(number, "f")


def _raw(text: str) -> str:
    if '"' not in text and not text.endswith("\\"):
        return f'r"{text}"'
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
