"""What the rules are given: statements with their places, transactions, what DO blocks run, what other files say."""

from pathlib import Path

import pytest

from dbtool.lint.context import Context
from dbtool.lint.source import Source, read_source
from dbtool.lint.tree import Name


def _read(path: Path, text: str, *, transactional: bool = True) -> Source:
    path.write_text(text)
    return read_source(path, transactional=transactional)


def _texts(source: Source) -> list[list[str]]:
    return [[one.sql.decode() for one in group] for group in source.transactions]


def test_transactions(tmp_path: Path) -> None:
    file = tmp_path / "a.sql"
    assert _texts(_read(file, "select 1; select 2;")) == [["select 1", "select 2"]]
    assert _texts(_read(file, "select 1; select 2;", transactional=False)) == [["select 1"], ["select 2"]]
    mixed = _read(file, "select 1; begin; select 2; select 3; commit; select 4; select 5")
    assert _texts(mixed) == [["select 1"], ["select 2", "select 3"], ["select 4"], ["select 5"]]
    assert [one.sql.decode() for one in mixed.all if one in mixed.in_transaction] == ["select 2", "select 3"]
    assert [finding.id for finding in mixed.refused] == ["transaction-control"] * 2


def test_a_do_block_is_one_transaction_with_what_it_runs(tmp_path: Path) -> None:
    source = _read(tmp_path / "a.sql", "do $$begin delete from t; end$$; select 1", transactional=False)
    assert [len(group) for group in source.transactions] == [2, 1]
    assert source.embedded[0] in source.in_transaction


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("drop table a;", ["drop table a"]),
        ("execute 'drop table a';", ["drop table a"]),
        ("execute 'drop table ' || quote_ident('a') || ' cascade';", ["drop table a cascade"]),
        ("execute format('drop table %I.%I', 's', x);", ['drop table s."?"']),
        ("execute format($f$comment on table %2$I is %1$L$f$, 'it''s', 'a');", ["comment on table a is 'it''s'"]),
        ("execute 'drop table a; drop table b';", ["drop table a", "drop table b"]),
        ("if x then for r in select 1 loop drop table a; end loop; end if;", ["drop table a", "select 1"]),
        ("begin drop table a; exception when others then drop table b; end;", ["drop table a", "drop table b"]),
        ("perform f(); call p();", ["SELECT f()", "call p()"]),
        ("execute x;", []),
    ],
)
def test_what_a_do_block_runs(tmp_path: Path, body: str, expected: list[str]) -> None:
    source = _read(tmp_path / "a.sql", f"do $$\ndeclare x text; r record;\nbegin\n    {body}\nend $$;")
    assert [one.sql.decode() for one in source.embedded] == expected
    for one in source.embedded:
        assert source.script.place(one.start).line == 4


def test_a_function_that_is_made_and_called_is_run(tmp_path: Path) -> None:
    made = "create function f() returns void language plpgsql as $$\nbegin\n  drop table a;\nend $$;\n"
    assert [one.sql for one in _read(tmp_path / "a.sql", made).embedded] == []
    called = _read(tmp_path / "a.sql", made + "select f();")
    assert [(one.sql, called.script.place(one.start).line) for one in called.embedded] == [(b"drop table a", 3)]


def test_what_a_file_makes_is_new_behind_it(tmp_path: Path) -> None:
    source = _read(
        tmp_path / "a.sql",
        "select 1; create table s.t (a int); select 2; alter table s.t rename to u; create schema n; select 3;",
    )
    first, second, third = source.statements[0], source.statements[2], source.statements[5]
    assert not source.is_new(Name("s", "t"), first)
    assert source.is_new(Name("s", "t"), second) and source.is_new(Name("", "t"), second)
    assert not source.is_new(Name("other", "t"), second)
    assert source.is_new(Name("s", "u"), third) and source.is_new(Name("n", "whatever"), third)


def test_context(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.sql" for number in range(3)]
    files[0].write_text("create table t (a int, b text);")
    files[1].write_text("alter table t alter a type bigint, drop b; create index i on t (a);")
    files[2].write_text("alter table t rename a to c;")
    context = Context(migrations=tuple(files))
    name = Name("", "t")
    before = context.before(files[1]).table(name)
    assert before and list(before.columns) == ["a", "b"] and before.columns["a"].type.name == "int4"
    later = context.before(files[2]).table(name)
    assert later and list(later.columns) == ["a"] and later.columns["a"].type.name == "int8"
    again = context.before(files[0])
    assert again.table(name) is None
    end = context.history.table(name)
    assert end and list(end.columns) == ["c"] and end.indexes
    assert context.fingerprint != Context(migrations=tuple(files[:2])).fingerprint
    assert Context().before(files[0]).table(name) is None


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.sql"
    bad.write_text("create tabel t ();")
    assert list(Context(schema=(bad, tmp_path / "gone.sql")).wanted.all_tables()) == []


@pytest.mark.parametrize("start", ["", "\ufeff", "-- é\n"])
def test_places_are_those_of_the_file(tmp_path: Path, start: str) -> None:
    text = f"{start}select 'é';\nalter table t\n  add column a int,\n  add constraint c check (a > 0);"
    source = _read(tmp_path / "a.sql", text)
    found = [source.script.source[command.start : command.start + 12] for command in source.commands]
    assert found == [b"a int,\n  add", b"constraint c"]
