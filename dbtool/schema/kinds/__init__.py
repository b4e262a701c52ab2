"""What the engine knows of each kind of thing, by its name in the catalog."""

from collections.abc import Mapping
from functools import reduce

from dbtool.schema.kinds import (
    aggregates,
    casts,
    columns,
    constraints,
    domains,
    foreign,
    functions,
    indexes,
    operators,
    policies,
    privileges,
    publications,
    rules,
    schemas,
    sequences,
    statistics,
    subscriptions,
    tables,
    text_search,
    triggers,
    types,
    views,
)
from dbtool.schema.kinds.kind import Kind

_FAMILIES = (
    schemas, types, domains, casts, functions, aggregates, operators, text_search, foreign, sequences, tables, columns,
    constraints, indexes, statistics, views, rules, triggers, policies, publications, subscriptions, privileges,
)  # fmt: skip

KINDS: Mapping[str, Kind] = reduce(lambda known, family: {**known, **family.KINDS}, _FAMILIES, dict[str, Kind]())
