"""python(module, output) -> the text of a Python module: dataclasses, TypedDicts or pydantic models. For 3.11 on."""

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from dbtool.config import TypesOutput
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
from dbtool.types.names import words_of
from dbtool.types.pydantic import BASE, OWN, constrained
from dbtool.types.typescript import HEADER

_IMPORTED = {
    "typing": ("Annotated", "Any", "Literal", "Never", "NotRequired", "TYPE_CHECKING", "TypeAlias", "TypedDict"),
    "enum": ("Enum", "StrEnum"),
    "dataclasses": ("dataclass", "field", "fields"),
    "pydantic": ("BaseModel", "ConfigDict", "Field"),
}
_MODULES = ("datetime", "decimal", "uuid", "builtins")  # with _ before them: a column is called uuid, or datetime
RESERVED = frozenset(
    (*(name for names in _IMPORTED.values() for name in names), "DataclassInstance", "Unset", "UNSET", "None", "True",
     "False")
)  # fmt: skip
_BUILTINS = frozenset(("bool", "bytes", "float", "int", "list", "object", "str"))
_PLAIN = {
    "bool": "bool", "int2": "int", "int4": "int", "int8": "int", "oid": "int", "float4": "float", "float8": "float",
    "numeric": "_decimal.Decimal", "bytea": "bytes", "uuid": "_uuid.UUID", "date": "_datetime.date",
    "timestamp": "_datetime.datetime", "timestamptz": "_datetime.datetime", "time": "_datetime.time",
    "timetz": "_datetime.time", "interval": "_datetime.timedelta", "inet": "Any", "cidr": "Any", "range": "Any",
    "record": "Any", "unknown": "Any",
}  # fmt: skip
_UNSET = '''class Unset(Enum):
    """The one value of what is not given: it is not the same as None, which is NULL."""

    UNSET = "unset"


UNSET = Unset.UNSET


def given(row: DataclassInstance) -> dict[str, Any]:
    """Return what was given of a new row or an update, by the names of its columns."""
    values = ((one.metadata.get("column", one.name), getattr(row, one.name)) for one in fields(row))
    return {column: value for column, value in values if value is not UNSET}'''


def python(module: Module, output: TypesOutput) -> str:
    """Return the text of the module."""
    writer = _Writer(module, output)
    body = [text for item in module.items for text in writer.item(item)]
    extra = writer.extra(body)
    return "\n".join([*_top([*extra, *body], output), *(f"\n\n{text}" for text in (*extra, *body))]) + "\n"


def _top(body: Sequence[str], output: TypesOutput) -> Iterator[str]:
    yield f'"""{HEADER}"""\n\n# ruff: noqa\n# fmt: off\n\nfrom __future__ import annotations\n'
    code = "\n".join(_code_of(text) for text in body)
    guard = "\nif TYPE_CHECKING:\n    from _typeshed import DataclassInstance" if "DataclassInstance" in code else ""
    words = set(re.findall(r"[A-Za-z_]\w*", code + guard))
    used = [name for name in _MODULES if f"_{name}" in words]
    dotted = {found for text in output.mapping.values() for found in re.findall(r"([A-Za-z_][\w.]*)\.\w+", text)}
    yield from (f"import {name} as _{name}" for name in sorted(used))
    yield from (f"import {name}" for name in sorted(dotted))
    for source in sorted(_IMPORTED):
        if names := [name for name in _IMPORTED[source] if name in words]:
            yield f"from {source} import {', '.join(names)}"
    if guard:
        yield guard


def _code_of(text: str) -> str:
    """Return a text without its strings and comments, in which words are no names."""
    return re.sub(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', '""', text, flags=re.DOTALL)


def quoted(value: str | int) -> str:
    """Return a literal of Python, in double quotes.

    >>> print(quoted('say "é"'), quoted(1))
    "say \\"é\\"" 1
    """
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped) + '"'


class _Writer:
    def __init__(self, module: Module, output: TypesOutput) -> None:
        self.style = output.style or "dataclass"
        self.strenum = (output.enums or ("strenum" if self.style == "pydantic" else "literal")) == "strenum"
        rows = [item.name for item in module.items if isinstance(item, Row)]
        self.taken = {
            *RESERVED,
            *(i.name for i in module.items),
            *(f"New{r}" for r in rows),
            *(f"{r}Update" for r in rows),
        }

    def extra(self, body: Sequence[str]) -> list[str]:
        """Return what stands above: what the types of this style have in common."""
        if self.style == "pydantic":
            return [BASE] if any("(_Row):" in text for text in body) else []
        return [_UNSET] if any("= UNSET" in text or "default=UNSET" in text for text in body) else []

    def item(self, item: Item) -> Iterator[str]:
        match item:
            case Enum():
                yield self._enum(item)
            case Domain():
                type = self._limited(item.field, set())
                yield f"{item.name}: TypeAlias = {type}" + (f"\n{_docstring(item.doc)}" if item.doc else "")
            case Row():
                yield self._row(item.name, [(f, False) for f in item.fields], item.doc)
                if item.is_table:
                    written = [f for f in item.fields if f.written]
                    new = f"A new row of {item.source}; what has a default can be left out."
                    yield self._row(f"New{item.name}", [(f, f.optional) for f in written], new)
                    update = f"What an update of {item.source} can set."
                    yield self._row(f"{item.name}Update", [(f, True) for f in written], update)

    def _enum(self, item: Enum) -> str:
        if not self.strenum and (item.labels or self.style != "pydantic"):  # which knows no Never
            found = f"Literal[{', '.join(map(quoted, item.labels))}]" if item.labels else "Never"
            return f"{item.name}: TypeAlias = {found}" + (f"\n{_docstring(item.doc)}" if item.doc else "")
        lines = [f"class {item.name}(StrEnum):", f"    {_docstring(item.doc or item.source)}"]
        members = [f"    {name} = {quoted(label)}" for name, label in member_names(item.labels)]
        return "\n".join([*lines, *(["", *members] if members else [])])

    def _row(self, name: str, fields: list[tuple[Field, bool]], doc: str) -> str:
        if self.style == "typeddict":
            return self._typed_dict(name, fields, doc)
        attributes = _attributes([f.name for f, _ in fields], self.taken, pydantic=self.style == "pydantic")
        shadowed = _BUILTINS & set(attributes)
        head = f"class {name}(_Row):" if self.style == "pydantic" else (
            f"@dataclass(frozen=True, slots=True, kw_only=True)\nclass {name}:"
        )  # fmt: skip
        lines = [head]
        if doc:
            lines += [f"    {_docstring(doc)}", ""]
        for (field, optional), attribute in zip(fields, attributes, strict=True):
            lines.append(f"    {self._attribute(field, attribute, optional, shadowed)}")
            if field.doc:
                lines.append(f"    {_docstring(field.doc)}")
        return "\n".join(lines if fields or doc else [*lines, "    pass"]).rstrip()

    def _attribute(self, field: Field, attribute: str, optional: bool, shadowed: Iterable[str]) -> str:
        type = self._limited(field, shadowed) + (" | None" if field.nullable else "")
        renamed = attribute != field.name
        of_pydantic = self.style == "pydantic"
        type += " | Unset" if optional and not of_pydantic else ""
        unset = "_UNSET" if of_pydantic else "UNSET"
        if not renamed:
            return f"{attribute}: {type} = {unset}" if optional else f"{attribute}: {type}"
        column = quoted(field.name)
        default = f"default={unset}, " if optional else ""
        if of_pydantic:
            return f"{attribute}: {type} = Field({default}validation_alias={column}, serialization_alias={column})"
        return f'{attribute}: {type} = field({default}metadata={{"column": {column}}})'

    def _typed_dict(self, name: str, fields: list[tuple[Field, bool]], doc: str) -> str:
        types = [self._limited(f, ()) + (" | None" if f.nullable else "") for f, _ in fields]
        types = [f"NotRequired[{t}]" if optional else t for t, (_, optional) in zip(types, fields, strict=True)]
        if any(f.name in _BUILTINS or not _is_attribute(f.name, self.taken) for f, _ in fields):
            about = [f"# {line}" for line in doc.splitlines()]
            members = [f"    {quoted(f.name)}: {type}," for (f, _), type in zip(fields, types, strict=True)]
            return "\n".join([*about, f'{name} = TypedDict("{name}", {{', *members, "})"])
        lines = [f"class {name}(TypedDict):"]
        if doc:
            lines += [f"    {_docstring(doc)}", ""]
        for (field, _), type in zip(fields, types, strict=True):
            lines.append(f"    {field.name}: {type}")
            if field.doc:
                lines.append(f"    {_docstring(field.doc)}")
        return "\n".join(lines if fields or doc else [*lines, "    pass"]).rstrip()

    def _limited(self, field: Field, shadowed: Iterable[str]) -> str:
        type = self._type(field.shape, frozenset(shadowed))
        return constrained(field, type) if self.style == "pydantic" else type

    def _type(self, shape: Shape, shadowed: frozenset[str]) -> str:
        match shape:
            case Plain(name, builtin):
                found = _PLAIN.get(name, "str") if builtin else "Any" if name == "unknown" else "str"
                return f"_builtins.{found}" if found in shadowed else found
            case Custom(text):
                return text
            case OneOf(values):
                return f"Literal[{', '.join(map(quoted, values))}]"
            case Json() | Object():
                return "Any"
            case Named(name):
                return name
            case Array(element, dimensions):
                inner = self._type(element, shadowed)
                for _ in range(dimensions):
                    inner = f"{'_builtins.' if 'list' in shadowed else ''}list[{inner}]"
                return inner


def _is_attribute(name: str, taken: Iterable[str]) -> bool:
    return (
        name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name
        and not name.startswith("__") and name not in taken
    )  # fmt: skip


def _attributes(names: Sequence[str], taken: Iterable[str], *, pydantic: bool) -> list[str]:
    """Return the name of the attribute of each column: its own wherever that can be, and each another.

    >>> _attributes(["id", "class", "first name", "2fa", "class_"], (), pydantic=False)
    ['id', 'class__', 'first_name', 'column_2fa', 'class_']
    """

    def is_free(name: str) -> bool:
        return _is_attribute(name, taken) and not (pydantic and (name.startswith("_") or name in OWN))

    used = {name for name in names if is_free(name)}
    found: list[str] = []
    for name in names:
        attribute = name
        if not is_free(name):
            plain = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name)).strip("_") or "column"
            attribute = plain if plain.isidentifier() else f"column_{plain}"
            while attribute in used or not is_free(attribute):
                attribute += "_"
            used.add(attribute)
        found.append(attribute)
    return found


def member_names(labels: Iterable[str]) -> list[tuple[str, str]]:
    """Return the labels of an enum, each after the name of its member.

    >>> [name for name, _ in member_names(["pending", "in progress", "in-progress", "2x", "", "+"])]
    ['PENDING', 'IN_PROGRESS', 'IN_PROGRESS_2', '_2X', 'EMPTY', '_2B']
    """
    found: dict[str, str] = {}
    for label in labels:
        plain = "_".join(words_of(label)).upper() or "EMPTY"
        name = first = plain if plain.isidentifier() else f"_{plain}"
        number = 1
        while name in found:
            number += 1
            name = f"{first}_{number}"
        found[name] = label
    return list(found.items())


def _docstring(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    lines = escaped.splitlines() or [""]
    return '"""' + "\n    ".join(lines) + ('\n    """' if len(lines) > 1 else '"""')
