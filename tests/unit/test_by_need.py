"""Statements of sql/schema in an order that works at once, near the one of the files."""

from pathlib import Path

from dbtool.schema.files.by_need import by_need
from dbtool.schema.files.definitions import read_definitions


def ordered(folder: Path, *statements: str) -> list[str]:
    (folder / "all.sql").write_text(";\n".join(statements) + ";\n")
    return [definition.sql.decode() for definition in by_need(read_definitions(folder))]


def test_what_is_named_comes_first(tmp_path: Path) -> None:
    view = "CREATE VIEW app.v AS SELECT app.f(a) FROM app.t"
    function = "CREATE FUNCTION app.f(app.kind) RETURNS int LANGUAGE sql RETURN 1"
    table = "CREATE TABLE app.t (a app.kind)"
    type = "CREATE TYPE app.kind AS ENUM ('v')"
    schema = "CREATE SCHEMA app"
    assert ordered(tmp_path, view, function, table, type, schema) == [schema, type, function, table, view]


def test_the_rest_stays_as_it_is_written(tmp_path: Path) -> None:
    statements = ["CREATE TABLE b ()", "ALTER TABLE b ADD x int", "ALTER TABLE b ADD y int", "CREATE TABLE a ()"]
    assert ordered(tmp_path, *statements) == statements


def test_a_circle_is_cut_where_it_is_met(tmp_path: Path) -> None:
    one, other = "CREATE TABLE one (x int DEFAULT other())", "CREATE FUNCTION other() RETURNS one LANGUAGE sql RETURN 1"
    assert ordered(tmp_path, one, other) == [other, one]
    assert ordered(tmp_path, other, one) == [one, other]


def test_foreign_keys_that_are_added_come_after_the_keys(tmp_path: Path) -> None:
    key = "ALTER TABLE a ADD PRIMARY KEY (x)"
    foreign = "ALTER TABLE b ADD FOREIGN KEY (x) REFERENCES a"
    a, b = "CREATE TABLE a (x int)", "CREATE TABLE b (x int)"
    assert ordered(tmp_path, foreign, a, b, key) == [a, b, key, foreign]


def test_names_in_quotes_and_bodies(tmp_path: Path) -> None:
    """A body in dollar quotes is not looked into: PostgreSQL does not do so either."""
    function = 'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$SELECT FROM "T"$$'
    view, table = 'CREATE VIEW v AS TABLE "T"', 'CREATE TABLE "T" ()'
    assert ordered(tmp_path, function, view, table) == [function, table, view]


def test_a_long_chain(tmp_path: Path) -> None:
    chain = [f"CREATE VIEW v{n} AS TABLE v{n + 1}" for n in range(3000)] + ["CREATE VIEW v3000 AS SELECT 1 AS x"]
    assert ordered(tmp_path, *chain) == chain[::-1]
