"""typescript(module, output) -> the text of a TypeScript file: types alone, nothing of which is left at run time."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from dbtool.config import TypesOutput
from dbtool.types.model import (
    Array,
    Call,
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
    Signature,
)
from dbtool.types.names import camel

HEADER = "Made by `dbtool types` out of the database's schema. Change that, and run it again."
# Names that this file, or the language everywhere, has itself.
RESERVED = frozenset(
    (
        "Json", "Database", "Date", "Uint8Array", "any", "unknown", "never", "number", "bigint", "boolean", "string",
        "symbol", "void", "object", "undefined", "null",
    )
)  # fmt: skip
_JSON = "export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };"
JSON_KINDS = {
    "object": "{ [key: string]: Json | undefined }", "array": "Json[]", "string": "string", "number": "number",
    "boolean": "boolean",
}  # fmt: skip
_NUMBERS = frozenset(("int2", "int4", "float4", "float8", "oid"))
_TIMES = frozenset(("date", "timestamp", "timestamptz"))


def typescript(module: Module, output: TypesOutput) -> str:
    """Return the text of the file."""
    body = [
        *(text for item in module.items for text in _item(item, output)),
        *(text for call in module.calls for text in _call(call, output)),
        _database(module),
    ]
    uses_json = any(re.search(r"\bJson\b", text) for text in body)
    return "\n\n".join([f"// {HEADER}\n/* eslint-disable */", *([_JSON] if uses_json else []), *body]) + "\n"


def script_type(shape: Shape, output: TypesOutput) -> str:
    """Return a type in TypeScript.

    >>> from pathlib import Path
    >>> output = TypesOutput(path=Path("db.ts"))
    >>> [script_type(shape, output) for shape in (Plain("int8"), Array(OneOf(("a", 1))), Plain("vector", False))]
    ['string', '("a" | 1)[]', 'string']
    """
    match shape:
        case Plain(name, builtin):
            return _plain(name, output) if builtin else "string" if name != "unknown" else "unknown"
        case Custom(text):
            return text
        case OneOf(values):
            return " | ".join(map(quoted, values)) or "never"
        case Json(kind):
            return "unknown" if output.json == "unknown" else JSON_KINDS.get(kind, "Json")
        case Named(name):
            return name
        case Array(element, dimensions):
            inner = script_type(element, output)
            return (inner if re.fullmatch(r"[\w.$]+", inner) else f"({inner})") + "[]" * dimensions
        case Object(fields):
            return "{ " + " ".join(f"{_property(f, output)};" for f in fields) + " }"


def _plain(name: str, output: TypesOutput) -> str:
    if name in _NUMBERS:
        return "number"
    if name in _TIMES:
        return output.date or "Date"
    match name:
        case "int8":  # PGlite gives a number as long as it is exact
            return output.bigint or ("number | bigint" if output.target == "client" else "string")
        case "numeric":
            return output.numeric or "string"
        case "bool":
            return "boolean"
        case "bytea":
            return "Uint8Array"
        case "void":
            return "void"
        case "record" | "any" | "anyelement" | "anyarray" | "anycompatible" | "anynonarray" | "anyenum":
            return "unknown"
        case _:
            return "string"


def quoted(value: str | int) -> str:
    """Return a literal of TypeScript. JSON's is one since ECMAScript 2019."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def key_of(field: Field, output: TypesOutput) -> str:
    """Return the name of the property of a column, without quotes."""
    return camel(field.name) if output.columns == "camel" else field.name


def shown_key(key: str) -> str:
    """Return a property's name as it is written.

    >>> [shown_key(k) for k in ("id", "class", "first name", "ünï", "1st")]
    ['id', 'class', '"first name"', '"ünï"', '"1st"']
    """
    return key if re.fullmatch(r"[A-Za-z_$][\w$]*", key, re.ASCII) else quoted(key)


def _property(field: Field, output: TypesOutput, *, optional: bool = False) -> str:
    type = script_type(field.shape, output)
    type += " | null" if field.nullable and type not in ("unknown", "any") else ""
    return f"{shown_key(key_of(field, output))}{'?' if optional else ''}: {type}"


def _object(name: str, fields: Iterable[tuple[Field, bool]], doc: str, output: TypesOutput) -> str:
    lines = [f"{comment(doc)}export type {name} = {{"]
    for field, optional in fields:
        lines.append(f"{comment(field.doc, '  ')}  {_property(field, output, optional=optional)};")
    return "\n".join([*lines, "};"]) if len(lines) > 1 else lines[0] + "};"


def _item(item: Item, output: TypesOutput) -> Iterator[str]:
    match item:
        case Enum():
            yield _enum(item, output)
        case Domain():
            shape = script_type(item.field.shape, output)
            yield f"{comment(item.doc)}export type {item.name} = {shape};"
        case Row():
            yield _object(item.name, ((f, False) for f in item.fields), item.doc, output)
            if item.is_table:
                written = [f for f in item.fields if f.written]
                new = f"A new row of {item.source}; what has a default can be left out."
                yield _object(f"New{item.name}", ((f, f.optional) for f in written), new, output)
                update = f"What an update of {item.source} can set."
                yield _object(f"{item.name}Update", ((f, True) for f in written), update, output)


def _enum(item: Enum, output: TypesOutput) -> str:
    if not output.enum_arrays:
        return f"{comment(item.doc)}export type {item.name} = {script_type(OneOf(item.labels), output)};"
    array = f"{item.name[:1].lower()}{item.name[1:]}Values"
    labels = ", ".join(map(quoted, item.labels))
    return (
        f"export const {array} = [{labels}] as const;\n\n"
        f"{comment(item.doc)}export type {item.name} = (typeof {array})[number];"
    )


def _call(call: Call, output: TypesOutput) -> Iterator[str]:
    arguments = list(dict.fromkeys(_arguments(signature, output) for signature in call.signatures))
    results = list(dict.fromkeys(_result(signature, output) for signature in call.signatures))
    yield f"{comment(call.doc)}export type {call.name}Args = {' | '.join(arguments)};"
    yield f"export type {call.name}Result = {' | '.join(results)};"


def _arguments(signature: Signature, output: TypesOutput) -> str:
    if not signature.arguments:
        return "{ [argument: string]: never }"
    found = (_property(f, output, optional=f.optional) for f in signature.arguments)
    return "{ " + " ".join(f"{one};" for one in found) + " }"


def _result(signature: Signature, output: TypesOutput) -> str:
    if signature.result is None:
        return "void"
    found = script_type(signature.result, output)
    if found in ("unknown", "void"):
        return found + ("[]" if signature.is_set else "")
    found += " | null" if signature.nullable else ""
    return (found if re.fullmatch(r"\w+|\{[^|]*\}", found) else f"({found})") + "[]" if signature.is_set else found


def _database(module: Module) -> str:
    rows = [item for item in module.items if isinstance(item, Row)]
    schemas = sorted({*(item.schema for item in module.items), *(call.schema for call in module.calls)})
    lines = ["/** All of it, by schema and by the names that the database has for it. */", "export type Database = {"]
    for schema in schemas:
        here = [row for row in rows if row.schema == schema]
        groups = (
            ("Tables", [(r.source, _triple(r)) for r in here if r.is_table]),
            ("Views", [(r.source, f"{{ Row: {r.name} }}") for r in here if r.kind in "vm"]),
            ("Functions", [(c.source, f"{{ Args: {c.name}Args; Returns: {c.name}Result }}")
                           for c in module.calls if c.schema == schema]),
            ("Enums", _named(module.items, Enum, schema)),
            ("Domains", _named(module.items, Domain, schema)),
            ("CompositeTypes", [(r.source, r.name) for r in here if r.kind == "c"]),
        )  # fmt: skip
        lines.append(f"  {shown_key(schema)}: {{")
        for group, members in groups:
            inside = [f"      {shown_key(name)}: {type};" for name, type in sorted(members)]
            lines += [f"    {group}: {{", *inside, "    };"] if inside else [f"    {group}: {{}};"]
        lines.append("  };")
    return "\n".join([*lines, "};"])


def _triple(row: Row) -> str:
    return f"{{ Row: {row.name}; Insert: New{row.name}; Update: {row.name}Update }}"


def _named(items: Sequence[Item], kind: type[Enum] | type[Domain], schema: str) -> list[tuple[str, str]]:
    return [(item.source, item.name) for item in items if isinstance(item, kind) and item.schema == schema]


def comment(text: str, indent: str = "") -> str:
    """Return a text as a comment above what follows, or nothing.

    >>> comment("One */ end."), comment("")
    ('/** One *\\\\/ end. */\\n', '')
    """
    lines = text.replace("*/", "*\\/").splitlines()
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return "".join([f"{indent}/**\n", *(f"{indent} * {line}".rstrip() + "\n" for line in lines), f"{indent} */\n"])
