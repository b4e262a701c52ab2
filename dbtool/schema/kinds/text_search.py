"""Text search: parsers, templates, dictionaries and configurations."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import without_arguments
from dbtool.schema.kinds.kind import Create, Kind, named
from dbtool.schema.kinds.layout import listed
from dbtool.schema.names import quoted
from dbtool.schema.statement import Statement, statements
from dbtool.schema.whole import Schema

# How the server writes the options of a dictionary down (serialize_deflist in tsearchcmds.c): name = 'value', ...
_OPTION = re.compile(r"""("(?:[^"]|"")*"|[^"', =]+) = (E?'(?:[^']|'')*'|[^',]+)""")


def _made_of(word: str, functions: Sequence[str]) -> Create:
    def create(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
        options = [f"{f.upper()} = {without_arguments(record.is_[f])}" for f in functions if f in record.is_]
        return statements(f"CREATE {word} {named(record)} {listed(options)}")

    return create


def _options(record: Record) -> list[tuple[str, str]]:
    return _OPTION.findall(record.is_.get("options", ""))


def _create_dictionary(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    options = [f"TEMPLATE = {record.is_['template']}", *(f"{name} = {value}" for name, value in _options(record))]
    return statements(f"CREATE TEXT SEARCH DICTIONARY {named(record)} {listed(options)}")


def _alter_dictionary(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_["template"] != new.is_["template"]:
        return None
    options = _options(new)
    gone = [name for name, _ in _options(old) if name not in dict(options)]
    # all are told: an option that is set goes to the end, and in the wanted order they are stored in the wanted order
    clauses = [*gone, *(f"{name} = {value}" for name, value in options)]
    return statements(f"ALTER TEXT SEARCH DICTIONARY {named(new)} {listed(clauses)}")


def _create_configuration(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    made = f"CREATE TEXT SEARCH CONFIGURATION {named(record)} (PARSER = {record.is_['parser']})"
    return statements(made, *_mapped(record, "ADD", _mappings(record)))


def _alter_configuration(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_["parser"] != new.is_["parser"]:
        return None
    before, after = _mappings(old), _mappings(new)
    gone = sorted(before.keys() - after.keys())
    added = {token: after[token] for token in sorted(after.keys() - before.keys())}
    changed = {t: after[t] for t in sorted(after.keys() & before.keys()) if after[t] != before[t]}
    drop = f"ALTER TEXT SEARCH CONFIGURATION {named(new)}\n    DROP MAPPING FOR {_tokens(gone)}"
    return statements(*([drop] if gone else []), *_mapped(new, "ADD", added), *_mapped(new, "ALTER", changed))


def _mappings(record: Record) -> dict[str, tuple[str, ...]]:
    return {token: tuple(dictionaries) for token, dictionaries in record.is_.get("mappings", {}).items()}


def _mapped(record: Record, verb: str, mappings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return one statement for the tokens that go to the same dictionaries."""
    tokens: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for token in sorted(mappings):
        tokens[mappings[token]].append(token)
    return [
        f"ALTER TEXT SEARCH CONFIGURATION {named(record)}\n    {verb} MAPPING FOR {_tokens(which)}"
        f"\n    WITH {', '.join(dictionaries)}"
        for dictionaries, which in tokens.items()
    ]


def _tokens(tokens: Sequence[str]) -> str:
    return ", ".join(map(quoted, tokens))


_PARSER = _made_of("TEXT SEARCH PARSER", ("start", "gettoken", "end", "headline", "lextypes"))
_TEMPLATE = _made_of("TEXT SEARCH TEMPLATE", ("init", "lexize"))

KINDS: Mapping[str, Kind] = {
    "text search parser": Kind(word="TEXT SEARCH PARSER", create=_PARSER),
    "text search template": Kind(word="TEXT SEARCH TEMPLATE", create=_TEMPLATE),
    "text search dictionary": Kind(word="TEXT SEARCH DICTIONARY", create=_create_dictionary, alter=_alter_dictionary),
    "text search configuration": Kind(
        word="TEXT SEARCH CONFIGURATION", create=_create_configuration, alter=_alter_configuration
    ),
}
