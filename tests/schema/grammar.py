"""pair(draw) -> two schemas as statements, the second the first with a few edits: what the law is tried on.

A statement may be one that PostgreSQL refuses (a check on a column that is not there): whoever builds the schema
leaves it out. So nothing here has to know what goes with what, and an edit is one of a list.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Draw:
    """Chance, and the names that were given to something so far: most statements are about those."""

    random: Random
    made: set[str] = field(default_factory=set)

    def choice(self, of: Sequence[Any]) -> Any:
        return self.random.choice(of)

    def among(self, names: Sequence[str]) -> str:
        """Return one of *names*, of those that are there if there are any."""
        return self.random.choice([n for n in names if n in self.made] or names)

    def once_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0

    def some(self, of: Sequence[str], least: int = 1, most: int = 3) -> list[str]:
        return self.random.sample(of, self.random.randint(least, min(most, len(of))))


Text = Callable[[Draw, str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """One statement; ``maker`` draws another like it, of the same ``name``."""

    maker: str
    name: str
    sql: str


Pair = tuple[tuple[Part, ...], tuple[Part, ...]]

# Few names, so that things meet: where one was another comes, in another schema or of another kind.
COLUMNS = ("a", "b", "c", "d", '"E"')
TABLES = ("public.t1", "public.t2", "s.t1", 's."T3"')
PARTITIONED = ("public.p", "s.p")
PARTITIONS = ("public.p1", "public.p2", "s.p1")
CHILDREN = ("public.k1", "s.k2")
VIEWS = ("public.v1", "public.v2", "s.v1", "s.v3", "public.t2")
MATERIALIZED = ("public.m1", "s.v3")
ENUMS = ("public.e1", "s.e2")
DOMAINS = ("public.d1", "s.d2")
COMPOSITES = ("public.c1", "s.c2")
SEQUENCES = ("public.q1", "s.q2")
OF_NUMBERS = ("public.f1", "s.f1", "public.f2")  # functions of an integer
OF_TEXTS = ("public.g1", "s.g2")
OF_TYPES = ("public.h1", "s.h2")
OF_ROWS = ("public.tf1", "s.tf2")  # of triggers
PLAIN_TYPES = ("integer", "integer", "bigint", "text", "text", "varchar(20)", "numeric(8,2)", "boolean", "date")
MORE_TYPES = ("smallint", "timestamptz", "jsonb", "integer[]", "text[]", "char(3)")
OWN_TYPES = (*ENUMS, *DOMAINS, *COMPOSITES, "public.e1[]", "public.d1[]", "public.r1")
ROLES = ("case_owner", "case_reader", "case_writer")


def _maybe(draw: Draw, *words: str, often: int = 3) -> str:
    """Return one of *words*, or nothing, once in *often* times."""
    return " " + draw.choice(words) if draw.once_in(often) else ""


def _type(draw: Draw) -> str:
    return draw.among(draw.choice((PLAIN_TYPES, MORE_TYPES, OWN_TYPES, OWN_TYPES)))


def _relation(draw: Draw) -> str:
    return draw.among((*TABLES, *TABLES, *PARTITIONED, *PARTITIONS, *CHILDREN, *VIEWS))


def _table(draw: Draw) -> str:
    return draw.among((*TABLES, *TABLES, *PARTITIONED, *PARTITIONS, *CHILDREN))


def _columns(draw: Draw, most: int = 2) -> str:
    return draw.choice(("a", "a", "a", "b", "a, b", ", ".join(draw.some(COLUMNS, 1, most))))


def _condition(draw: Draw, row: str = "") -> str:
    """Return what is asked of a row whose columns are named after *row*."""
    any = row + draw.choice(COLUMNS)
    a, b, c = row + "a", row + "b", row + "c"
    return draw.choice((
        f"{any} IS NOT NULL", f"{a} IS NOT NULL OR {any} IS NULL", f"{any}::text <> ''", f"{a} > 0",
        f"{draw.among(OF_NUMBERS)}({a}) > 0", f"{draw.among(OF_NUMBERS)}({a}) > 1", f"{draw.among(OF_TEXTS)}({b}) <> ''",
        f"{c} <> 'x'::{draw.among(ENUMS)}", f"{draw.among(OF_TYPES)}({c}) <> ''", f"{draw.among(OF_TYPES)}(NULL) <> ''",
        f"{b} IN ('x', 'y')", f"{a}::text = {any}::text", f"'x'::{draw.among(ENUMS)} <> 'y'", f"{b} <> 'n'",
    ))  # fmt: skip


def _value(draw: Draw) -> str:
    return draw.choice((
        "1", "'x'", "now()", "'{}'", "true", f"nextval('{draw.among(SEQUENCES)}')", "-1", "CURRENT_USER",
        f"{draw.among(OF_NUMBERS)}(2)", f"{draw.among(OF_TEXTS)}('x')", f"'y'::{draw.among(ENUMS)}",
        "'2020-01-01'", "E'it''s\\n'",
    ))  # fmt: skip


def _expression(draw: Draw) -> str:
    return draw.choice((
        "lower(b)", "(a + 1)", f"{draw.among(OF_NUMBERS)}(a)", f"{draw.among(OF_NUMBERS)}(a)", f"{draw.among(OF_TEXTS)}(b)",
        f"{draw.among(OF_TYPES)}({draw.choice(COLUMNS)})", f"({draw.choice(COLUMNS)} IS NULL)", "COALESCE(a, 1)",
    ))  # fmt: skip


# -- types and functions


def _enum(draw: Draw, name: str) -> str:
    values = ", ".join(f"'{v}'" for v in ("x", *draw.some(("y", "z", "w", "it''s"))))
    return f"CREATE TYPE {name} AS ENUM ({values})"


def _domain(draw: Draw, name: str) -> str:
    base = draw.choice(("integer", "integer", "text", "text", "bigint", "public.e1", "public.d1", "integer[]"))
    default = _maybe(draw, "DEFAULT 5", "DEFAULT 'x'")
    check = _maybe(draw, "CHECK (VALUE > 0)", "CONSTRAINT c CHECK (VALUE <> 'z')", "CHECK (public.f1(VALUE) > 0)")
    return f"CREATE DOMAIN {name} AS {base}{default}{_maybe(draw, 'NOT NULL', often=8)}{check}"


def _composite(draw: Draw, name: str) -> str:
    types = ("integer", "text", "bigint", "public.e1", "s.d2", "public.c1", "text[]")
    columns = ", ".join(f"{c} {draw.choice(types)}" for c in draw.some(COLUMNS))
    return f"CREATE TYPE {name} AS ({columns})"


def _range(draw: Draw, name: str) -> str:
    return f"CREATE TYPE {name} AS RANGE (SUBTYPE = {draw.choice(('integer', 'text', 'public.e1', 'date'))})"


def _sequence(draw: Draw, name: str) -> str:
    options = _maybe(draw, "AS integer", "START 5", "INCREMENT 2 CACHE 3", "MINVALUE 0 START 0 CYCLE")
    return f"CREATE SEQUENCE {name}{options}"


def _attributes(draw: Draw) -> str:
    volatility = draw.choice(("IMMUTABLE", "IMMUTABLE", "IMMUTABLE", "STABLE", ""))
    return volatility + _maybe(draw, "STRICT", "SECURITY DEFINER", "SET search_path = ''", "COST 7", "PARALLEL SAFE")


def _of_number(draw: Draw, name: str) -> str:
    arguments = draw.choice(
        ("integer", "integer", "x integer", "y integer", "x integer, y integer DEFAULT 1", "bigint")
    )
    result = draw.choice(("integer", "integer", "integer", "bigint"))
    body = draw.choice((
        "LANGUAGE sql AS 'SELECT 1'", "LANGUAGE sql AS 'SELECT $1 + 1'", "LANGUAGE sql RETURN 2",
        f"LANGUAGE sql AS 'SELECT {draw.among(OF_NUMBERS)}($1)'",
        f"LANGUAGE sql BEGIN ATOMIC SELECT {draw.among(OF_NUMBERS)}(3); END",
        f"LANGUAGE sql BEGIN ATOMIC SELECT count(*)::integer FROM {_relation(draw)}; END",
        f"LANGUAGE sql AS 'SELECT count(*)::integer FROM {_relation(draw)}'",
        "LANGUAGE plpgsql AS 'BEGIN RETURN 4; END'",
    ))  # fmt: skip
    return f"CREATE FUNCTION {name}({arguments}) RETURNS {result} {_attributes(draw)} {body}"


def _of_text(draw: Draw, name: str) -> str:
    arguments = draw.choice(("text", "text", "x text", "VARIADIC x text[]", "text, integer DEFAULT 1"))
    body = draw.choice((
        "LANGUAGE sql AS 'SELECT $1::text'", "LANGUAGE sql AS 'SELECT lower($1::text)'",
        "LANGUAGE plpgsql AS 'BEGIN RETURN 4; END'", f"LANGUAGE sql AS 'SELECT {draw.among(OF_TEXTS)}($1)'",
    ))  # fmt: skip
    return f"CREATE FUNCTION {name}({arguments}) RETURNS text {_attributes(draw)} {body}"


def _of_type(draw: Draw, name: str) -> str:
    """A function of a type of ours: an enum, a composite, the row of a relation."""
    argument = draw.among((*OWN_TYPES, *TABLES, *VIEWS, *PARTITIONED))
    rows = f"SETOF {_relation(draw)}", "TABLE (a integer, b text)"
    result = draw.choice(("text", "text", "text", "text", argument, *rows))
    body = (
        "SELECT NULL::text" if result == "text" else "BEGIN RETURN; END" if result in rows else "BEGIN RETURN NULL; END"
    )
    language = "sql" if result == "text" else "plpgsql"
    return f"CREATE FUNCTION {name}(x {argument}) RETURNS {result} IMMUTABLE LANGUAGE {language} AS '{body}'"


def _of_row(draw: Draw, name: str) -> str:
    body = draw.choice(("RETURN NEW;", "RETURN NULL;", "NEW.a := 1; RETURN NEW;"))
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {body} END'"


def _aggregate(draw: Draw, name: str) -> str:
    step = draw.choice(("int4pl", "int4larger", *OF_NUMBERS))
    return f"CREATE AGGREGATE {name}(integer) (SFUNC = {step}, STYPE = integer{_maybe(draw, ', INITCOND = 1').strip()})"


# -- tables and what is on them


def _columns_of(draw: Draw) -> str:
    """Return the columns of a new table: a is a number and b a text, as a rule."""
    types = {"a": "integer", "b": "text", "c": _type(draw), "d": draw.choice(PLAIN_TYPES)}
    return ", ".join(f"{name} {types[name]}" for name in types if not draw.once_in(8 if name < "c" else 2))


def _new_table(draw: Draw, name: str) -> str:
    unlogged = _maybe(draw, "UNLOGGED", often=8)
    return f"CREATE{unlogged} TABLE {name} ({_columns_of(draw)}){_maybe(draw, 'WITH (fillfactor=70)', often=8)}"


def _partitioned(draw: Draw, name: str) -> str:
    by = draw.choice(("RANGE (a)", "RANGE (a)", "RANGE (a)", "LIST (a)", "HASH (a)", "RANGE (a, b)", "RANGE ((a + 1))"))
    return f"CREATE TABLE {name} (a integer, b text, c {_type(draw)}) PARTITION BY {by}"


def _bound(draw: Draw) -> str:
    return draw.choice((
        "DEFAULT", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (10) TO (20)", "FOR VALUES FROM (0) TO (10)",
        "FOR VALUES IN (1, 2)", "FOR VALUES FROM (0, 'a') TO (9, MAXVALUE)",
        "FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    ))  # fmt: skip


def _partition(draw: Draw, name: str) -> str:
    by = _maybe(draw, "PARTITION BY HASH (b)", often=6)
    if name in PARTITIONED or not draw.once_in(3):
        return f"CREATE TABLE {name} PARTITION OF {draw.among(PARTITIONED)} {_bound(draw)}{by}"
    return f"CREATE TABLE {name} (b text, a integer, c {_type(draw)}){by}"


def _attach(draw: Draw, name: str) -> str:
    return f"ALTER TABLE {draw.among(PARTITIONED)} ATTACH PARTITION {draw.among(PARTITIONS)} {_bound(draw)}"


def _child(draw: Draw, name: str) -> str:
    parents = draw.among(TABLES) if draw.random.randrange(4) else "public.t1, s.t1"
    own = draw.choice(("", "", "a integer", "b text DEFAULT 'x'", '"E" date', "a integer NOT NULL, d text"))
    return f"CREATE TABLE {name} ({own}) INHERITS ({parents})"


def _inherit(draw: Draw, name: str) -> str:
    return f"ALTER TABLE {draw.among((*CHILDREN, *TABLES))} INHERIT {draw.among(TABLES)}"


def _column(draw: Draw, name: str) -> str:
    table, _, column = name.rpartition(" ")
    type = _type(draw)
    words = draw.choice((
        "", "", "NOT NULL", f"DEFAULT {_value(draw)}", f"DEFAULT {_value(draw)} NOT NULL",
        "GENERATED ALWAYS AS IDENTITY", "GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT 2)",
        f"GENERATED ALWAYS AS ({_expression(draw)}) STORED", f"GENERATED ALWAYS AS ({_expression(draw)}) VIRTUAL",
        'COLLATE "C"', "UNIQUE", "PRIMARY KEY", f"REFERENCES {_table(draw)}", f"CHECK ({column}::text <> 'q')",
    ))  # fmt: skip
    return f"ALTER TABLE {table} ADD COLUMN {column} {type} {words}".rstrip()


def _setting(draw: Draw, name: str) -> str:
    table, column = _table(draw), draw.choice(COLUMNS)
    return f"ALTER TABLE {table} " + draw.choice((
        f"ALTER {column} SET DEFAULT {_value(draw)}", f"ALTER {column} SET NOT NULL",
        f"ALTER {column} SET STATISTICS 50", f"ALTER {column} SET STORAGE EXTERNAL", f"ALTER {column} DROP NOT NULL",
        f"ALTER {column} SET (n_distinct = 5)", f"ALTER {column} SET COMPRESSION pglz", "REPLICA IDENTITY FULL",
        "REPLICA IDENTITY USING INDEX i1", "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY",
        "SET (fillfactor = 50)", "CLUSTER ON i1", f"ADD CONSTRAINT n1 NOT NULL {column}", "DISABLE TRIGGER USER",
        "REPLICA IDENTITY USING INDEX u1", "SET (autovacuum_enabled = false)", "ENABLE ALWAYS TRIGGER tr1",
    ))  # fmt: skip


def _constraint(draw: Draw, name: str) -> str:
    later = _maybe(draw, "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED", often=5)
    table = _table(draw)
    definition, key = draw.choice((
        (f"CHECK ({_condition(draw)}){_maybe(draw, 'NOT VALID', 'NO INHERIT', 'NOT ENFORCED')}", "x1"),
        (f"CHECK ({_condition(draw)})", "x2"),
        (f"PRIMARY KEY ({_columns(draw)}){later}", "pk"),
        (f"UNIQUE{_maybe(draw, 'NULLS NOT DISTINCT')} ({_columns(draw)}){later}", "u1"),
        (f"UNIQUE ({_columns(draw)}) INCLUDE ({_columns(draw)})", "u1"),
        (f"EXCLUDE (({_expression(draw)}) WITH =)", "x3"),
        (_foreign_key(draw) + later, "fk"),
        (_foreign_key(draw) + later, "fk2"),
    ))  # fmt: skip
    return f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition}"


def _foreign_key(draw: Draw) -> str:
    action = _maybe(draw, "ON DELETE CASCADE", "ON UPDATE SET NULL", "NOT VALID")
    columns, others = _columns(draw), _columns(draw)
    return (
        f"FOREIGN KEY ({columns}) REFERENCES {_table(draw)}{draw.choice(('', f' ({others})', f' ({columns})'))}{action}"
    )


def _index(draw: Draw, name: str) -> str:
    unique = _maybe(draw, "UNIQUE", often=4)
    only = _maybe(draw, "ONLY", often=6)
    of = draw.choice(
        (_columns(draw), _columns(draw), _columns(draw), _expression(draw), f"a DESC, {_expression(draw)}")
    )
    further = _maybe(draw, f"INCLUDE ({_columns(draw)})", "WITH (fillfactor=80)", often=4)
    where = _maybe(draw, f"WHERE {_condition(draw)}", often=4)
    target = draw.choice((_table(draw), draw.among(MATERIALIZED)))
    method = _maybe(draw, "USING hash", "USING gin", often=8)
    return f"CREATE{unique} INDEX {name} ON{only} {target}{method} ({of}){further}{where}"


def _attach_index(draw: Draw, name: str) -> str:
    return f"ALTER INDEX {draw.choice(('public', 's'))}.{name} ATTACH PARTITION {draw.choice(('public', 's'))}.i2"


def _statistics(draw: Draw, name: str) -> str:
    what = draw.choice((f"ON {', '.join(draw.some(COLUMNS, 2, 2))}", f"ON {_expression(draw)}"))
    return f"CREATE STATISTICS {name}{_maybe(draw, '(ndistinct)') if ',' in what else ''} {what} FROM {_relation(draw)}"


def _view(draw: Draw, name: str) -> str:
    options = _maybe(draw, "WITH (security_barrier)", "WITH (security_invoker)", often=5)
    check = _maybe(draw, "WITH CHECK OPTION", often=8)
    return f"CREATE VIEW {name}{options} AS {_select(draw)}{check}"


def _materialized(draw: Draw, name: str) -> str:
    return f"CREATE MATERIALIZED VIEW {name} AS {_select(draw)} WITH {draw.choice(('NO ', ''))}DATA"


def _select(draw: Draw) -> str:
    one, other = _relation(draw), _relation(draw)
    columns = ", ".join(draw.some(COLUMNS))
    return draw.choice((
        f"SELECT {columns} FROM {one}", f"SELECT {columns} FROM {one}", f"SELECT * FROM {one}",
        f"SELECT {columns}, {_expression(draw)} AS x FROM {one}", f"SELECT {columns} FROM {one} WHERE {_condition(draw)}",
        f"SELECT count(*) AS a, b FROM {one} GROUP BY b", f"SELECT l.a, r.b FROM {one} l JOIN {other} r ON l.a = r.a",
        f"SELECT l AS a, l.b FROM {one} l", f"SELECT x AS a FROM {draw.among(OF_NUMBERS)}(1) x",
        f"SELECT {draw.among(OF_TYPES)}(NULL) AS a, 1 AS b", f"SELECT a FROM {one} UNION SELECT a FROM {other}",
        f"SELECT f.* FROM {draw.among(OF_TYPES)}(NULL) f", f"SELECT public.ag1(a) AS a FROM {one}",
    ))  # fmt: skip


def _trigger(draw: Draw, name: str) -> str:
    of = draw.choice(("INSERT", "UPDATE", f"UPDATE OF {_columns(draw)}", "INSERT OR DELETE"))
    when = _maybe(draw, f"WHEN ({_condition(draw, 'new.')})", often=4)
    function = draw.among(OF_ROWS)
    head, tail = draw.choice((
        ("TRIGGER {} BEFORE", "FOR EACH ROW"), ("TRIGGER {} AFTER", "FOR EACH ROW"), ("TRIGGER {} AFTER", "FOR EACH STATEMENT"),
        ("CONSTRAINT TRIGGER {} AFTER", "DEFERRABLE FOR EACH ROW"), ("TRIGGER {} INSTEAD OF", "FOR EACH ROW"),
    ))  # fmt: skip
    return f"CREATE {head.format(name)} {of} ON {_relation(draw)} {tail}{when} EXECUTE FUNCTION {function}()"


def _policy(draw: Draw, name: str) -> str:
    using = draw.choice((_condition(draw), _condition(draw), f"EXISTS (SELECT FROM {_relation(draw)} r WHERE r.a = 1)"))
    return f"CREATE POLICY {name} ON {_table(draw)}{_maybe(draw, 'FOR SELECT', 'AS RESTRICTIVE')}{_maybe(draw, 'TO case_reader')} USING ({using})"


def _rule(draw: Draw, name: str) -> str:
    where = _maybe(draw, f"WHERE {_condition(draw, 'new.')}")
    do = draw.choice(
        (
            "INSTEAD NOTHING",
            f"ALSO DELETE FROM {_relation(draw)} WHERE a = 1",
            f"ALSO INSERT INTO {_relation(draw)} (a) VALUES (new.a)",
        )
    )
    return f"CREATE RULE {name} AS ON {draw.choice(('INSERT', 'UPDATE'))} TO {_relation(draw)}{where} DO {do}"


# -- what is said of others


def _owned(draw: Draw, name: str) -> str:
    return f"ALTER SEQUENCE {draw.among(SEQUENCES)} OWNED BY {_table(draw)}.{draw.choice(COLUMNS)}"


def _thing(draw: Draw) -> tuple[str, str]:
    column = f"{_relation(draw)}.{draw.choice(COLUMNS)}"
    return draw.choice((
        ("TABLE", _table(draw)), ("COLUMN", column), ("VIEW", draw.among(VIEWS)), ("TYPE", draw.among(ENUMS)),
        ("SEQUENCE", draw.among(SEQUENCES)), ("FUNCTION", draw.among(OF_NUMBERS)), ("DOMAIN", draw.among(DOMAINS)),
        ("MATERIALIZED VIEW", draw.among(MATERIALIZED)), ("SCHEMA", "s"), ("FUNCTION", draw.among(OF_TYPES)),
        ("TYPE", draw.among(COMPOSITES)), ("INDEX", draw.choice(("public.i1", "s.i1", "public.u1"))),
        ("CONSTRAINT", f"{draw.choice(('x1', 'pk', 'u1', 'fk'))} ON {_table(draw)}"), ("COLUMN", column),
        ("TRIGGER", f"tr1 ON {_relation(draw)}"), ("POLICY", f"po1 ON {_table(draw)}"),
    ))  # fmt: skip


def _comment(draw: Draw, name: str) -> str:
    words = draw.choice(("one", "other", "it''s"))
    return f"COMMENT ON {' '.join(_thing(draw))} IS '{words}'"


def _owner(draw: Draw, name: str) -> str:
    kind, thing = next(
        t
        for t in iter(lambda: _thing(draw), None)
        if t[0] not in ("COLUMN", "CONSTRAINT", "TRIGGER", "POLICY", "INDEX")
    )
    return f"ALTER {kind} {thing} OWNER TO {draw.choice(ROLES)}"


def _grant(draw: Draw, name: str) -> str:
    kind, thing = _thing(draw)
    to = draw.choice((*ROLES, "PUBLIC"))
    if draw.once_in(4):
        return f"GRANT SELECT ({_columns(draw)}), UPDATE ({_columns(draw)}) ON {_relation(draw)} TO {to}"
    kind = "TABLE" if "VIEW" in kind or kind == "COLUMN" else kind
    if draw.once_in(4):
        return f"REVOKE ALL ON {kind} {thing} FROM {draw.choice(('PUBLIC', 'postgres'))}"
    what = draw.choice(("ALL", "ALL", "SELECT", "USAGE", "EXECUTE"))
    return f"GRANT {what} ON {kind} {thing} TO {to}{_maybe(draw, 'WITH GRANT OPTION', often=6)}"


def _defaults(draw: Draw, name: str) -> str:
    within = _maybe(draw, "IN SCHEMA s", "IN SCHEMA public")
    what = draw.choice(("SELECT ON TABLES", "USAGE ON SEQUENCES", "ALL ON FUNCTIONS", "ALL ON TYPES"))
    return f"ALTER DEFAULT PRIVILEGES{within} GRANT {what} TO {draw.choice(ROLES)}"


def _publication(draw: Draw, name: str) -> str:
    table = draw.choice((*TABLES, *PARTITIONED))
    of = draw.choice((
        "ALL TABLES", f"TABLE {table}", f"TABLE {table}, {draw.among(TABLES)}", f"TABLE {table} ({_columns(draw)})",
        f"TABLE {table} WHERE ({_condition(draw)})", "TABLES IN SCHEMA s",
    ))  # fmt: skip
    return f"CREATE PUBLICATION {name} FOR {of}{_maybe(draw, 'WITH (publish = insert)')}"


# -- a schema

# In the order in which they are made; how many of each there are at most, and the names that they get.
_SORTS: dict[str, tuple[Text, int, Sequence[str]]] = {
    "schema": (lambda draw, name: "CREATE SCHEMA s", 1, ("s",)),
    "defaults": (_defaults, 1, ("defaults",)),
    "enum": (_enum, 2, ENUMS),
    "sequence": (_sequence, 2, SEQUENCES),
    "number": (_of_number, 3, OF_NUMBERS),
    "domain": (_domain, 2, DOMAINS),
    "composite": (_composite, 2, COMPOSITES),
    "range": (_range, 1, ("public.r1",)),
    "text": (_of_text, 2, OF_TEXTS),
    "row": (_of_row, 2, OF_ROWS),
    "aggregate": (_aggregate, 1, ("public.ag1",)),
    "table": (_new_table, 4, TABLES),
    "partitioned": (_partitioned, 1, PARTITIONED),
    "child": (_child, 2, CHILDREN),
    "column": (_column, 8, tuple(f"{t} {c}" for t in (*TABLES, *PARTITIONED, *CHILDREN) for c in COLUMNS[2:])),
    "partition": (_partition, 4, (*PARTITIONS, "s.p")),
    "key": (_constraint, 5, ("key",)),
    "attach": (_attach, 1, ("attach",)),
    "inherit": (_inherit, 1, ("inherit",)),
    "type function": (_of_type, 2, OF_TYPES),
    "late function": (_of_number, 2, OF_NUMBERS),
    "constraint": (_constraint, 4, ("constraint",)),
    "late domain": (_domain, 1, DOMAINS),
    "late column": (_column, 3, tuple(f"{t} {c}" for t in (*TABLES, *PARTITIONED) for c in ("e", "f"))),
    "view": (_view, 4, VIEWS),
    "materialized": (_materialized, 1, MATERIALIZED),
    "late view": (_view, 2, VIEWS),
    "index": (_index, 5, ("i1", "i2", "i3", "i4")),
    "attach index": (_attach_index, 1, ("i1", "i3")),
    "statistics": (_statistics, 1, ("public.st1", "s.st2")),
    "trigger": (_trigger, 3, ("tr1", "tr2")),
    "policy": (_policy, 2, ("po1", "po2")),
    "rule": (_rule, 1, ("ru1",)),
    "owned": (_owned, 1, ("owned",)),
    "setting": (_setting, 4, ("setting",)),
    "publication": (_publication, 1, ("pub1",)),
    "comment": (_comment, 3, ("comment",)),
    "owner": (_owner, 2, ("owner",)),
    "grant": (_grant, 3, ("grant",)),
}
_PLACE = {maker: place for place, maker in enumerate(_SORTS)}


def _part(draw: Draw, maker: str, name: str | None = None) -> Part:
    make, _, names = _SORTS[maker]
    free = [n for n in names if n not in draw.made] or names
    # what belongs to a table gets one that is there
    fit = [n for n in free if " " in n and n.rpartition(" ")[0] in draw.made]
    name = name or draw.choice(fit or free)
    part = Part(maker, name, make(draw, name))
    draw.made.add(name)
    return part


# Of what there is none without one of these.
_ASKS = {
    "partition": PARTITIONED, "attach": PARTITIONS, "child": TABLES, "inherit": CHILDREN, "owned": SEQUENCES,
    "trigger": OF_ROWS, "attach index": PARTITIONED,
}  # fmt: skip


def _schema(draw: Draw) -> list[Part]:
    return [
        _part(draw, maker)
        for maker, (_, most, _) in _SORTS.items()
        for _ in range(1 if maker == "schema" else draw.random.randint(0, most))
        if maker not in _ASKS or not draw.made.isdisjoint(_ASKS[maker])
    ]


def _in_order(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: _PLACE[part.maker])


# -- edits


def _drop(draw: Draw, parts: list[Part]) -> list[Part]:
    gone = draw.random.randrange(len(parts))
    return parts[:gone] + parts[gone + 1 :]


def _add(draw: Draw, parts: list[Part]) -> list[Part]:
    return _in_order([*parts, _part(draw, draw.choice(tuple(_SORTS)[1:]))])


def _alter(draw: Draw, parts: list[Part]) -> list[Part]:
    place = draw.random.randrange(len(parts))
    return [*parts[:place], _part(draw, parts[place].maker, parts[place].name), *parts[place + 1 :]]


def _instead(draw: Draw, parts: list[Part], pairs: Sequence[tuple[str, str]]) -> list[Part]:
    old, new = draw.choice(pairs)
    return [replace(part, sql=part.sql.replace(old, new)) for part in parts]


# A name or a type that is another one everywhere; a table or function in the other schema.
_NAMES = (("public.t1", "s.t1"), ("s.f1", "public.f1"), ("public.e1", "s.e1"), ("public.f1", "public.f9"), ("public.v1", "s.v9"), ("public.p ", "s.p "))  # fmt: skip
_WORDS = (("integer", "bigint"), ("text", "varchar(20)"), ("a integer", "a text"), ("IMMUTABLE", "STABLE"), (" a ", " b "), ("'y'", "'v'"))  # fmt: skip

_EDITS: tuple[Callable[[Draw, list[Part]], list[Part]], ...] = (
    _drop, _drop, _drop, _add, _add, _alter, _alter, _alter, partial(_instead, pairs=_NAMES), partial(_instead, pairs=_WORDS),
)  # fmt: skip


def pair(random: Random) -> Pair:
    """Return two schemas; the second has some edits more. Pure, but for what is drawn."""
    draw = Draw(random)
    first = _schema(draw)
    second = list(first)
    for _ in range(random.randint(1, 6)):
        second = draw.choice(_EDITS)(draw, second) or second
    return tuple(first), tuple(second)


def shrunk(found: Pair, fails: Callable[[Pair], bool]) -> Pair:
    """Return the least of *found* that still *fails*, by leaving out one statement after another on both sides."""
    for smaller in _smaller(found):
        if fails(smaller):
            return shrunk(smaller, fails)
    return found


def _smaller(found: Pair) -> Iterator[Pair]:
    first, second = found
    both = list(dict.fromkeys([*first, *second]))
    size = len(both) // 2
    while size:
        for start in range(0, len(both), size):
            gone = set(both[start : start + size])
            yield tuple(p for p in first if p not in gone), tuple(p for p in second if p not in gone)
        size //= 2
    for part in both:
        yield tuple(p for p in first if p != part), second
        yield first, tuple(p for p in second if p != part)
