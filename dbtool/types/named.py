"""names_of(sources) -> what each table, type and function is called in a file. Pure. Two of one name are an error."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.types.building import Sources
from dbtool.types.model import AS_TYPE
from dbtool.types.names import pascal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Something that has a name; ``forms`` are the names that it takes, with {} for its own."""

    oid: int
    what: str
    schema: str
    source: str
    forms: tuple[str, ...]
    plural: bool
    suffix: str  # where the name is one of the language's

    @property
    def key(self) -> str:
        return f"{self.schema}.{self.source}"


_KINDS = {
    "r": "table",
    "p": "table",
    "f": "foreign table",
    "v": "view",
    "m": "materialized view",
    "c": "type",
    AS_TYPE: "table",
}
_TABLE, _CALL = ("{}", "New{}", "{}Update"), ("{}Args", "{}Result")


def names_of(
    sources: Sources, chosen: Mapping[str, str], reserved: Collection[str], config: Place | None = None
) -> dict[int, str]:
    """Return the name of each relation, type and function by its oid, that of a function by its first.

    *chosen* by schema.name, *reserved* what the language and the file have themselves. Raises BadFile where two take
    one name: which is whose must not depend on which was there first.
    """
    names: dict[int, str] = {}
    taken: dict[str, tuple[_Owner, str]] = {}
    findings: list[Finding] = []
    told: set[tuple[int, int]] = set()
    for owner in _owners(sources):
        name = _name(owner, chosen, reserved)
        if not name.isidentifier() or name in reserved:
            message = f"types.names: {owner.key} cannot be called {name!r}: that is no name of one's own"
            findings.append(Finding(id="type-name", message=message, help="a word such as Person", place=config))
        names[owner.oid] = name
        for form in owner.forms:
            whole = form.format(name)
            key = whole[:1].upper() + whole[1:]  # values begin with a small letter, types with any
            pair = (taken[key][0].oid, owner.oid) if key in taken else None
            if pair and pair not in told:
                told.add(pair)
                findings.append(_collision(whole, *taken[key], owner, form, config))
            taken.setdefault(key, (owner, form))
    if findings:
        raise BadFile(*findings)
    return names


def _owners(sources: Sources) -> Iterator[_Owner]:
    relations = sorted(sources.relations.values(), key=lambda r: (r.schema, r.name))
    for relation in relations:
        is_table = relation.kind in "rpf"
        yield _Owner(
            oid=relation.oid, what=_KINDS[relation.kind], schema=relation.schema, source=relation.name,
            forms=_TABLE if is_table else ("{}",), plural=relation.kind != "c",
            suffix="Type" if relation.kind == "c" else "Row",
        )  # fmt: skip
    for type in sorted(sources.types.values(), key=lambda t: (t.schema, t.name)):
        what = "enum" if type.kind == "e" else "domain"
        yield _Owner(
            oid=type.oid, what=what, schema=type.schema, source=type.name, forms=("{}",), plural=False, suffix="Type"
        )
    for (schema, name), ways in sources.functions.items():
        what = "procedure" if ways[0].kind == "p" else "function"
        yield _Owner(
            oid=ways[0].oid, what=what, schema=schema, source=name, forms=_CALL, plural=False, suffix=""
        )  # fmt: skip


def _name(owner: _Owner, chosen: Mapping[str, str], reserved: Collection[str]) -> str:
    if owner.key in chosen:
        return chosen[owner.key]
    name = pascal(owner.source, plural=owner.plural)
    return name + owner.suffix if name in reserved else name


def _collision(whole: str, first: _Owner, first_form: str, second: _Owner, form: str, config: Place | None) -> Finding:
    one = first if second.schema == "public" != first.schema else second
    name = pascal(one.source, plural=one.plural)
    other = f"{pascal(one.schema)}{name}" if first.schema != second.schema else f"{name}{pascal(one.what)}"
    return Finding(
        id="type-name",
        message=f"two types would be called {whole}: {_told(first, first_form)} and {_told(second, form)}",
        help=f'call one of them something else, under [types] in dbtool.toml: names = {{ "{one.key}" = "{other}" }}',
        place=config,
    )


_FORMS = {"New{}": " (a new row)", "{}Update": " (its update)", "{}Args": " (its arguments)",
          "{}Result": " (its result)"}  # fmt: skip


def _told(owner: _Owner, form: str) -> str:
    return f"{owner.what} {owner.key}{_FORMS.get(form, '')}"


def unknown_names(sources: Sources, chosen: Mapping[str, str]) -> list[str]:
    """Return what *chosen* names and the file does not have."""
    return sorted(set(chosen) - {owner.key for owner in _owners(sources)})
