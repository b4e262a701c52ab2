"""zod(module, output) -> the text of a file of Zod schemas: of rows, of new rows and of updates.

None refuses what the database takes; what a CHECK says that is not here stands in a comment. Runs with Zod 4 and 3.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dbtool.config import TypesOutput
from dbtool.types.limits import NONE, Bound, Limits, both
from dbtool.types.model import (
    Array,
    Custom,
    Domain,
    Enum,
    Field,
    Item,
    Json,
    Module,
    Named,
    Object,
    OneOf,
    Plain,
    Row,
    Shape,
)
from dbtool.types.patterns import portable
from dbtool.types.typescript import HEADER, comment, key_of, quoted, script_type, shown_key

RESERVED = frozenset(("Json",))
TEXTS = frozenset(("text", "varchar", "bpchar", "citext", "name"))
_EXACT = 2**53  # up to here JavaScript's numbers are
_JSON = """type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json.optional())]),
);"""
# Each but once in the file, where it is used. PostgreSQL's uuid takes any digits, RFC 9562's versions or not.
_CONSTANTS: Mapping[str, str] = {
    "json": _JSON,
    "int2": "const int2 = z.number().int().gte(-32768).lte(32767);",
    "int4": "const int4 = z.number().int().gte(-2147483648).lte(2147483647);",
    "int8": "const int8 = z.string().regex(/^[+-]?\\d+$/);",
    "numeric": "const numeric = z.string().regex(/^([+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|NaN|-?Infinity)$/);",
    "uuid": "const uuid = z.string().regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i);",
    "bytes": "const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);",
}


def zod(module: Module, output: TypesOutput) -> str:
    """Return the text of the file."""
    writer = _Writer(module, output)
    body = [text for item in module.items for text in writer.item(item)]
    constants = [text for name, text in _CONSTANTS.items() if name in writer.used]
    top = [f"// {HEADER}\n/* eslint-disable */", 'import { z } from "zod";']
    return "\n\n".join([*top, *(["\n".join(constants)] if constants else []), *body]) + "\n"


def schema_name(name: str) -> str:
    """Return the name of the schema of a type.

    >>> schema_name("NewWorkflow")
    'newWorkflowSchema'
    """
    return f"{name[:1].lower()}{name[1:]}Schema"


@dataclass(frozen=True, slots=True)
class _Said:
    """A schema, and what of its limits is not in it."""

    text: str
    not_here: tuple[str, ...] = ()


class _Writer:
    def __init__(self, module: Module, output: TypesOutput) -> None:
        self.output = output
        self.domains = {item.name: item for item in module.items if isinstance(item, Domain)}
        self.used: set[str] = set()

    def item(self, item: Item) -> Iterator[str]:
        name = schema_name(item.name)
        match item:
            case Enum():
                yield f"{comment(item.doc)}export const {name} = {self._one_of(item.labels)};"
            case Domain():
                said = self._limited(item.field)
                yield f"{_comment(item.doc, (*item.left_out, *said.not_here))}export const {name} = {said.text};"
            case Row():
                yield self._object(item.name, [(f, False) for f in item.fields], item.doc, item.left_out)
                if item.is_table:
                    written = [f for f in item.fields if f.written]
                    yield self._object(f"New{item.name}", [(f, f.optional) for f in written])
                    yield self._object(f"{item.name}Update", [(f, True) for f in written])

    def _object(
        self, name: str, fields: list[tuple[Field, bool]], doc: str = "", left_out: tuple[str, ...] = ()
    ) -> str:
        lines = [f"{_comment(doc, left_out)}export const {schema_name(name)} = z.object({{"]
        for field, optional in fields:
            said = self._limited(field)
            lines += [f"  // not here: {_in_line(one)}" for one in said.not_here]
            ending = (".nullable()" if field.nullable else "") + (".optional()" if optional else "")
            lines.append(f"  {_key(key_of(field, self.output))}: {said.text}{ending},")
        return "\n".join([*lines, "});"]) if len(lines) > 1 else lines[0] + "});"

    def _limited(self, field: Field) -> _Said:
        """Return the schema of a column with its limits."""
        shape, limits = field.shape, field.limits
        if isinstance(shape, Named) and limits != NONE:
            shape, limits = self._flat(shape, limits)
        text, base = self._schema(shape), field.base
        if isinstance(shape, Array):
            return _Said(text + _size(limits.fewest, limits.most))
        if not isinstance(shape, Plain):
            return _Said(text)
        if base in TEXTS:
            return self._text(text, field.name, limits)
        if text in ("int2", "int4", "z.number()") or (base == "int8" and self.output.bigint == "number"):
            return _Said(text + "".join(_bounds(limits, base)))
        if base == "numeric" or (base == "int8" and text == "int8"):
            return _Said(text + "".join(_told_bounds(limits, base)))
        if base == "int8" and text == "z.bigint()":
            return _Said(text + "".join(_big_bounds(limits)))
        return _Said(text)

    def _flat(self, shape: Named, limits: Limits) -> tuple[Shape, Limits]:
        """Return what a domain is, with its limits as well, so that a column of it can have more."""
        domain = self.domains.get(shape.name)
        if domain is None:
            return shape, limits
        inner = domain.field.shape
        limits = both(domain.field.limits, limits)
        return self._flat(inner, limits) if isinstance(inner, Named) else (inner, limits)

    def _text(self, text: str, name: str, limits: Limits) -> _Said:
        not_here: list[str] = []
        if limits.shortest == 1:
            text += ".min(1)"
        if (limits.shortest or 0) > 1 or limits.longest is not None:
            text += _length(limits.shortest or 0, limits.longest)
        for pattern in limits.patterns:
            if expression := portable(pattern):
                text += f".regex(/{expression}/{'iu' if pattern.ignores_case else 'u'})"
            else:
                not_here.append(f"{name} ~ {pattern.text}")
        return _Said(text, tuple(not_here))

    def _schema(self, shape: Shape) -> str:
        match shape:
            case Plain(name, builtin):
                return self._plain(name) if builtin else "z.string()" if name != "unknown" else "z.unknown()"
            case Custom(text):
                return _custom(text)
            case OneOf(values):
                return self._one_of(values)
            case Json(kind):
                return self._json(kind)
            case Named(name):
                return schema_name(name)
            case Array(element, dimensions, longest):
                inner = self._schema(element) + (_length(0, longest) if longest is not None else "")
                for _ in range(dimensions):
                    inner = f"z.array({inner})"
                return inner
            case Object():
                return "z.unknown()"

    def _plain(self, name: str) -> str:
        written = script_type(Plain(name), self.output)
        if name == "int8" and written != "string":
            return {"number": "z.number().int()", "bigint": "z.bigint()"}.get(
                written, "z.union([z.number().int(), z.bigint()])"
            )
        if name == "numeric" and written == "number":
            return "z.number()"
        constant = "bytes" if name == "bytea" else name
        if constant in _CONSTANTS:
            self.used.add(constant)
            return constant
        return {"Date": "z.date()", "void": "z.undefined()"}.get(written, f"z.{written}()")

    def _json(self, kind: str) -> str:
        if self.output.json == "unknown":
            return "z.unknown()"
        if kind not in ("string", "number", "boolean"):
            self.used.add("json")
        return {
            "object": "z.record(z.string(), json.optional())", "array": "z.array(json)", "string": "z.string()",
            "number": "z.number()", "boolean": "z.boolean()",
        }.get(kind, "json")  # fmt: skip

    def _one_of(self, values: tuple[str | int, ...]) -> str:
        if not values:
            return "z.never()"
        if all(isinstance(value, str) for value in values):
            return f"z.enum([{', '.join(map(quoted, values))}])"
        literals = [f"z.literal({quoted(value)})" for value in values]
        return literals[0] if len(literals) == 1 else f"z.union([{', '.join(literals)}])"


_WORDS = frozenset(("string", "number", "boolean", "bigint", "unknown", "any", "null", "undefined", "never"))


def _custom(text: str) -> str:
    """Return the schema of a type in the words of TypeScript; one that is not known here takes everything."""
    if text in _WORDS:
        return f"z.{text}()"
    if text == "Date":
        return "z.date()"
    if re.fullmatch(r"\w+(\[\])+", text) and text.partition("[")[0] in (*_WORDS, "Date"):
        return f"z.array({_custom(text[:-2])})"
    return f"z.custom<{text}>()"


def _length(least: int, most: int | None) -> str:
    # Not .max(): that counts UTF-16's units, and PostgreSQL counts characters, as a regular expression with u does.
    told = (
        f"at least {least} characters" if most is None
        else f"{f'{least} to ' if least > 1 else 'at most '}{most} character{'s' if most != 1 else ''}"
    )  # fmt: skip
    return f".regex(/^[\\s\\S]{{{least},{'' if most is None else most}}}$/u, {quoted(told)})"


def _size(fewest: int | None, most: int | None) -> str:
    return (f".min({fewest})" if fewest else "") + (f".max({most})" if most is not None else "")


def _whole(limits: Limits, base: str) -> tuple[Bound | None, Bound | None]:
    """Return the bounds; those of whole numbers as whole numbers that are included."""
    low, high = limits.lowest, limits.highest
    if not base.startswith("int"):
        return low, high
    if low is not None:
        floor = low.number.__floor__()
        low = Bound(Decimal(floor if low.inclusive and floor == low.number else floor + 1), inclusive=True)
    if high is not None:
        ceiling = high.number.__ceil__()
        high = Bound(Decimal(ceiling if high.inclusive and ceiling == high.number else ceiling - 1), inclusive=True)
    return low, high


def _each(limits: Limits, base: str, low: Callable[[Bound], str], high: Callable[[Bound], str]) -> Iterator[str]:
    lowest, highest = _whole(limits, base)
    if lowest is not None and abs(lowest.number) <= _EXACT:
        yield low(lowest)
    if highest is not None and abs(highest.number) <= _EXACT:
        yield high(highest)


def _bounds(limits: Limits, base: str) -> Iterator[str]:
    return _each(
        limits, base,
        lambda bound: f".{'gte' if bound.inclusive else 'gt'}({_number(bound.number)})",
        lambda bound: f".{'lte' if bound.inclusive else 'lt'}({_number(bound.number)})",
    )  # fmt: skip


def _told_bounds(limits: Limits, base: str) -> Iterator[str]:
    """Yield the bounds of numbers that are texts, turned round: NaN passes, which for PostgreSQL is above all."""
    return _each(
        limits, base,
        lambda bound: _refine(bound, "<", "at least" if bound.inclusive else "more than"),
        lambda bound: _refine(bound, ">", "at most" if bound.inclusive else "less than"),
    )  # fmt: skip


def _refine(bound: Bound, operator: str, told: str) -> str:
    number = _number(bound.number)
    wrong = f"Number(value) {operator}{'' if bound.inclusive else '='} {number}"
    return f".refine((value) => !({wrong}), {quoted(f'{told} {number}')})"


def _big_bounds(limits: Limits) -> Iterator[str]:
    return _each(
        limits, "int8",
        lambda bound: f'.gte(BigInt("{_number(bound.number)}"))',
        lambda bound: f'.lte(BigInt("{_number(bound.number)}"))',
    )  # fmt: skip


def _number(number: Decimal) -> str:
    return format(number, "f")


def _key(key: str) -> str:
    return '["__proto__"]' if key == "__proto__" else shown_key(key)  # without brackets it would be set, not named


def _comment(doc: str, left_out: tuple[str, ...]) -> str:
    return comment("\n".join([doc, *(f"Not here: CHECK {_in_line(one)}" for one in left_out)]).strip())


def _in_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
