"""module_of(facts, output) -> Module: the types of one file, named and in an order in which each follows what it needs.

Pure, and the same for every language; what a language calls a type is its own business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dbtool.config import TypesOutput
from dbtool.tags import read_tags
from dbtool.types.checks import Read, read_limits
from dbtool.types.facts import COMPOSITE, Column, Facts, Function, Relation, Type
from dbtool.types.limits import NONE, Limits, with_length
from dbtool.types.model import (
    AS_TYPE,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What goes into a file: relations and types by oid, and functions by schema and name."""

    relations: Mapping[int, Relation]
    types: Mapping[int, Type]
    functions: Mapping[tuple[str, str], tuple[Function, ...]]


_OWN = ("pg_catalog", "information_schema")
# What people write in SQL, and what pg_type calls it.
_SPELLED = {
    "bigint": "int8", "integer": "int4", "int": "int4", "smallint": "int2", "boolean": "bool", "real": "float4",
    "double precision": "float8", "decimal": "numeric", "character varying": "varchar", "character": "bpchar",
    "char": "bpchar", "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
    "time with time zone": "timetz", "time without time zone": "time", "bit varying": "varbit",
}  # fmt: skip


def sources_of(facts: Facts, output: TypesOutput) -> Sources:
    """Return what goes into a file: what is in its schemas, and the types that that needs from others."""
    world = _World(facts, output)
    relations = {
        r.oid: r
        for r in facts.relations
        if world.is_in(r.schema) and not (r.kind == COMPOSITE and r.row_type in facts.if_needed)
    }
    offered = (t for t in facts.types.values() if t.oid not in facts.if_needed and world.is_in(t.schema))
    types = {t.oid: t for t in offered if world.has_a_name(t) and t.kind != "c"}
    functions: dict[tuple[str, str], tuple[Function, ...]] = {}
    for function in facts.functions:
        if world.is_in(function.schema):
            key = (function.schema, function.name)
            functions[key] = (*functions.get(key, ()), function)
    waiting = [c.type for r in relations.values() for c in r.columns]
    waiting += [t.base for t in types.values() if t.base]
    for ways in functions.values():
        waiting += [oid for f in ways for oid in (f.result, *(a.type for a in f.arguments))]
    seen: set[int] = set()
    while waiting:
        oid = waiting.pop()
        if oid in seen or oid not in facts.types:
            continue
        seen.add(oid)
        type = facts.types[oid]
        waiting += [other for other in (type.element, type.base) if other]
        if relation := world.rows.get(oid):
            if relation.oid not in relations:  # a table of another schema is but a composite type here
                relations[relation.oid] = replace(relation, kind=AS_TYPE)
                waiting += [column.type for column in relation.columns]
        elif world.has_a_name(type):
            types[oid] = type
    return Sources(relations=relations, types=types, functions=dict(sorted(functions.items())))


class _World:
    """The facts, by what one looks for."""

    def __init__(self, facts: Facts, output: TypesOutput) -> None:
        self.facts = facts
        self.schemas = frozenset(output.schemas)
        self.rows = {r.row_type: r for r in facts.relations}

    def is_in(self, schema: str) -> bool:
        return schema in self.schemas if self.schemas else schema not in _OWN and not schema.startswith("pg_")

    def has_a_name(self, type: Type) -> bool:
        """Return whether a type is told by its name: an enum, domain or composite type of the project's own."""
        if type.kind == "c":
            return type.oid in self.rows
        return type.kind in "ed" and type.schema not in _OWN and not type.of_extension


def module_of(
    facts: Facts, sources: Sources, output: TypesOutput, names: Mapping[int, str], trees: Mapping[str, object]
) -> Module:
    """Return what a file holds, *names* by oid; those of functions are by the oid of the first."""
    builder = _Builder(facts, sources, output, names, trees)
    items = {oid: builder.item(oid) for oid in builder.in_order()}
    return Module(items=tuple(items.values()), calls=tuple(builder.calls()))


class _Builder:
    def __init__(
        self, facts: Facts, sources: Sources, output: TypesOutput, names: Mapping[int, str], trees: Mapping[str, object]
    ) -> None:
        self.facts, self.sources, self.names, self.trees = facts, sources, names, trees
        self.tagged = output.kind != "python"  # a @type tag speaks TypeScript
        self.mapping = {_SPELLED.get(name, name): text for name, text in output.mapping.items()}
        self.rows = {r.row_type: r for r in sources.relations.values()}

    def in_order(self) -> list[int]:
        """Return the oids of relations and types, each after what it needs, and otherwise by kind and name."""
        types = sorted(self.sources.types.values(), key=lambda t: (t.kind != "e", t.schema, t.name))
        order = ("c", "r", "p", "f", "v", "m")
        kinds = {"p": "r", "f": "r", "m": "v", AS_TYPE: "c"}
        relations = sorted(
            self.sources.relations.values(), key=lambda r: (order.index(kinds.get(r.kind, r.kind)), r.schema, r.name)
        )
        done: dict[int, None] = {}

        def visit(oid: int, needs: Sequence[int]) -> None:
            if oid in done:
                return
            done[oid] = None
            for need in needs:
                visit_type(need)
            del done[oid]
            done[oid] = None

        def visit_type(oid: int) -> None:
            type = self.facts.types.get(oid)
            if type is None:
                return
            if relation := self.rows.get(oid):
                visit(relation.oid, [c.type for c in relation.columns])
            elif type.oid in self.sources.types:
                visit(oid, [type.base, type.element])
            else:
                for inner in (type.element, type.base):
                    visit_type(inner)

        for type in types:
            visit_type(type.oid)
        for relation in relations:
            visit(relation.oid, [c.type for c in relation.columns])
        return list(done)

    def item(self, oid: int) -> Item:
        if relation := self.sources.relations.get(oid):
            return self._row(relation)
        type = self.sources.types[oid]
        name, doc = self.names[oid], read_tags(type.comment).text
        if type.kind == "e":
            return Enum(schema=type.schema, source=type.name, name=name, doc=doc, labels=type.labels)
        read = read_limits(type.checks, self.trees)
        limits = read.limits.get("value", NONE)
        field = self._field(
            type.name, type.comment, type.base, type.modifier, type.dimensions, limits, not_null=type.not_null
        )
        return Domain(schema=type.schema, source=type.name, name=name, doc=doc, field=field, left_out=read.left_out)

    def _row(self, relation: Relation) -> Row:
        read = read_limits(relation.checks, self.trees)
        return Row(
            schema=relation.schema,
            source=relation.name,
            kind=relation.kind,
            name=self.names[relation.oid],
            doc=read_tags(relation.comment).text,
            fields=tuple(self._column(relation, column, read) for column in relation.columns),
            left_out=read.left_out,
        )

    def _column(self, relation: Relation, column: Column, read: Read) -> Field:
        domains = self._domains(column.type)
        return self._field(
            column.name, column.comment, column.type, column.modifier, column.dimensions,
            read.limits.get(column.name, NONE), not_null=column.not_null,
            has_default=column.has_default or column.identity == "d" or any(type.has_default for type in domains),
            written=not column.generated and column.identity != "a",
        )  # fmt: skip

    def _domains(self, oid: int) -> Iterator[Type]:
        type = self.facts.types.get(oid)
        while type is not None and type.kind == "d":
            yield type
            type = self.facts.types.get(type.base)

    def _field(
        self,
        name: str,
        comment: str | None,
        oid: int,
        modifier: int,
        dimensions: int,
        limits: Limits,
        *,
        not_null: bool,
        has_default: bool = False,
        written: bool = True,
    ) -> Field:
        tags = read_tags(comment)
        not_null = not_null or limits.not_null or any(type.not_null for type in self._domains(oid))
        shape: Shape = Custom(tags.type) if tags.type and self.tagged else self._shape(oid, modifier, dimensions)
        base = self._base(oid)
        if base == "bpchar":  # length() and the like do not count the spaces at its end, which a driver gives
            limits = Limits(not_null=limits.not_null)
        if isinstance(shape, Plain | Named) and base in ("text", "varchar", "int2", "int4"):
            numbers = base.startswith("int")
            if limits.values and all(isinstance(value, int) is numbers for value in limits.values):
                shape = OneOf(limits.values)
        if isinstance(shape, Json) and limits.json:
            shape = Json(limits.json)
        if base == "citext":
            patterns = tuple(replace(pattern, ignores_case=True) for pattern in limits.patterns)
            limits = replace(limits, patterns=patterns)
        if limits is not NONE:  # what else there is of it is in the shape, and in nullable
            limits = replace(limits, values=None, not_null=False)
        if isinstance(shape, Plain) and shape.name in ("varchar", "bpchar") and modifier > 4:
            limits = with_length(limits, modifier - 4)
        return Field(
            name=name, doc=tags.text, shape=shape, nullable=not not_null, limits=limits, base=base, written=written,
            optional=has_default or not not_null,
        )  # fmt: skip

    def _base(self, oid: int) -> str:
        type = self.facts.types.get(oid)
        while type is not None and type.kind == "d":
            type = self.facts.types.get(type.base)
        return type.name if type is not None and type.kind == "b" and not type.element else ""

    def _shape(self, oid: int, modifier: int = -1, dimensions: int = 0) -> Shape:
        type = self.facts.types.get(oid)
        if type is None:
            return Plain("unknown", builtin=False)
        for name in (f"{type.schema}.{type.name}", type.name):
            if name in self.mapping:
                return Custom(self.mapping[name])
        if type.element:
            element = self._shape(type.element, modifier)
            longest = (
                modifier - 4 if isinstance(element, Plain) and element.name == "varchar" and modifier > 4 else None
            )
            return Array(element, max(dimensions, 1), longest)
        if relation := self.rows.get(oid):
            return Named(self.names[relation.oid], "")
        if oid in self.sources.types:
            return Named(self.names[oid], self._base(oid))
        if type.kind == "d":
            return self._shape(type.base, type.modifier, type.dimensions)
        if type.kind == "e" and type.labels:
            return OneOf(type.labels)
        if type.kind in "rm":
            return Plain("range")
        if type.name in ("json", "jsonb") and type.schema == "pg_catalog":
            return Json()
        return Plain(type.name, builtin=type.schema == "pg_catalog")

    def calls(self) -> Iterator[Call]:
        for (schema, source), ways in self.sources.functions.items():
            docs = [read_tags(function.comment).text for function in ways]
            yield Call(
                schema=schema, source=source, name=self.names[ways[0].oid], doc=next(filter(None, docs), ""),
                signatures=tuple(dict.fromkeys(self._signature(function) for function in ways)),
            )  # fmt: skip

    def _signature(self, function: Function) -> Signature:
        arguments = [a for a in function.arguments if a.mode in "ibv"]
        columns = [a for a in function.arguments if a.mode in "obt"]
        fields = tuple(
            self._argument(a.name or f"${number}", a.type, optional=a.has_default, nullable=not function.strict)
            for number, a in enumerate(arguments, start=1)
        )
        result: Shape | None = self._shape(function.result)
        if len(columns) > 1 or (columns and columns[0].mode == "t"):
            result = Object(
                tuple(self._argument(a.name or f"column{n}", a.type) for n, a in enumerate(columns, start=1))
            )
        elif isinstance(result, Plain) and result.name == "void":
            result = None
        nullable = not (function.returns_set and isinstance(result, Named | Object))
        return Signature(arguments=fields, result=result, nullable=nullable, is_set=function.returns_set)

    def _argument(self, name: str, oid: int, *, optional: bool = False, nullable: bool = True) -> Field:
        not_null = any(type.not_null for type in self._domains(oid))
        return Field(
            name=name, doc="", shape=self._shape(oid), nullable=nullable and not not_null, optional=optional,
            base=self._base(oid),
        )  # fmt: skip
