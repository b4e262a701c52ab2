"""sql/triggers/*.sql: what a family's file says, and what is told of one that says it wrongly."""

from pathlib import Path

import pytest

from dbtool.errors import BadFile, UsageError
from dbtool.families.family import Family, Table, read_families
from dbtool.families.installing import TEMPLATES, family_files, resolved, with_tables
from dbtool.families.members import members, refuse_unfit
from dbtool.tags import read_tags

TRIGGER = "CREATE TRIGGER t BEFORE UPDATE ON this_table FOR EACH ROW EXECUTE FUNCTION f();\n"


def family(folder: Path, head: str = "", sql: str = TRIGGER, name: str = "a") -> Family:
    (folder / f"{name}.sql").write_text(head + sql)
    return next(f for f in read_families(folder) if f.name == name)


def table(name: str, comment: str = "", *columns: str, schema: str = "public") -> Table:
    return Table(schema=schema, name=name, tags=read_tags(comment), columns=frozenset(columns))


def test_its_header(tmp_path: Path) -> None:
    found = family(
        tmp_path,
        "\ufeff-- Does this,\n-- and that.\n--\n-- dbtool: category domain\r\n-- dbtool: category system\n"
        '-- dbtool: table Orders\n-- dbtool: table "Sales"."Order Lines"\n-- dbtool: except public.x\n'
        '-- dbtool: column "Weird"\n-- dbtool: set server\n-- dbtool: set client\n-- dbtool: allow x because y\n',
    )
    assert (found.description, found.categories) == ("Does this, and that.", ("domain", "system"))
    assert found.tables == ("public.orders", '"Sales"."Order Lines"')
    assert (found.excepted, found.columns, found.sets) == (("public.x",), ("Weird",), ("server", "client"))


def test_what_is_made_once_and_for_each(tmp_path: Path) -> None:
    found = family(
        tmp_path,
        sql="CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN /* this_table */ RETURN NEW; END$$;\n"
        + TRIGGER
        + "COMMENT ON TRIGGER t ON THIS_TABLE IS 'on this_table';\nALTER TABLE \"this_table\" ENABLE ROW LEVEL SECURITY;\n",
    )
    assert [str(d.made) for d in found.shared] == ["f"]
    made = [d.sql.decode() for d in found.definitions_for('app."T"')]
    assert made[0].startswith('CREATE TRIGGER t BEFORE UPDATE ON app."T" FOR')
    assert made[1:] == [
        "COMMENT ON TRIGGER t ON app.\"T\" IS 'on this_table'", 'ALTER TABLE app."T" ENABLE ROW LEVEL SECURITY',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "sql", "id", "line"),
    [
        ("-- dbtool: categroy domain\n", TRIGGER, "family-header", 1),
        ("--\n-- dbtool: category domian\n", TRIGGER, "family-header", 2),
        ("-- dbtool: table a, b\n", TRIGGER, "family-header", 1),
        ("-- dbtool: set both\n", TRIGGER, "family-header", 1),
        ("-- dbtool: column\n", TRIGGER, "family-header", 1),
        ("", "CREATE TABLE t ();\n", "family-without-table", 1),
        ("", TRIGGER + "INSERT INTO this_table DEFAULT VALUES;\n", "not-schema", 2),
        ("", "CREATE TRIGGER on this_table\n", "syntax-error", 1),
        ("", "-- nothing\n", "empty-file", 1),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, head: str, sql: str, id: str, line: int) -> None:
    with pytest.raises(BadFile) as refused:
        family(tmp_path, head, sql)
    (finding,) = refused.value.findings
    assert (finding.id, finding.place and finding.place.line) == (id, line)


def test_who_has_it(tmp_path: Path) -> None:
    found = family(
        tmp_path,
        "-- dbtool: category domain\n-- dbtool: table public.named\n-- dbtool: except public.gone\n-- dbtool: column c\n",
    )
    tables = [
        table("a", "@category domain", "c"), table("b", "@category system", "c"), table("named"),
        table("gone", "@category domain"), table("here", "@category domain @client-only", "c"),
        table("kept", "@category domain @server-only", "c"), table("a", schema="other"),
    ]  # fmt: skip
    assert [str(m.table) for m in members([found], tables)] == ["public.a", "public.named", "public.kept"]
    assert members([found], tables, "client") == ()
    with pytest.raises(BadFile, match=r"public\.named is named, and lacks a column .* c$"):
        refuse_unfit([found], tables)
    with pytest.raises(BadFile, match=r"except public\.gone: there is no such table"):
        refuse_unfit([found], [table("named", "", "c")])


def test_a_family_of_the_clients(tmp_path: Path) -> None:
    found = family(tmp_path, "-- dbtool: category domain\n-- dbtool: set client\n")
    tables = [
        table("a", "@category domain"), table("here", "@category domain @client-only"),
        table("kept", "@category domain @server-only"),
    ]  # fmt: skip
    assert [str(m.table) for m in members([found], tables, "client")] == ["public.a", "public.here"]
    assert members([found], tables) == ()


def test_cases_are_no_family(tmp_path: Path) -> None:
    (tmp_path / "a.test.sql").write_text("SELECT true FROM this_table;\n")
    assert [f.name for f in (family(tmp_path),)] == ["a"]


def test_no_folder_has_no_family(tmp_path: Path) -> None:
    assert read_families(tmp_path / "none") == ()


# ---- the files of an installation


def test_templates_are_families(tmp_path: Path) -> None:
    assert {f.name for f in read_families(TEMPLATES)} == {
        "audit", "change-feed", "client-id", "lww", "tenant-rls", "updated-at"
    }  # fmt: skip
    assert all(f.description for f in read_families(TEMPLATES))
    files = family_files(tmp_path, "lww")
    assert set(files) == {tmp_path / "lww.sql", tmp_path / "lww.test.sql"}
    (tmp_path / "lww.sql").write_text("mine")
    assert family_files(tmp_path, "lww") == {}
    with pytest.raises(UsageError, match="there is no family lwww") as refused:
        family_files(tmp_path, "lwww")
    assert refused.value.hint == "did you mean lww?"


def test_tables_are_written_into_the_header_once() -> None:
    text = "-- Audits.\n--\n-- dbtool: category domain\n-- dbtool: except public.b\n\nCREATE ...;\n"
    once = with_tables(text, ["public.a", "public.b"])
    assert once == (
        "-- Audits.\n--\n-- dbtool: category domain\n-- dbtool: table public.a\n-- dbtool: table public.b\n\nCREATE ...;\n"
    )
    assert with_tables(once, ["public.a"]) == once


def test_tables_are_found_by_their_names() -> None:
    tables = [table("a"), table("a", schema="app"), table("B"), table("orders")]
    assert resolved(["app.a", "B", "orders", "public.a"], tables) == [
        "app.a",
        'public."B"',
        "public.orders",
        "public.a",
    ]
    with pytest.raises(UsageError, match=r"a is any of public\.a, app\.a"):
        resolved(["a"], tables)
    with pytest.raises(UsageError) as refused:
        resolved(["order"], tables)
    assert refused.value.hint == "did you mean orders?"
