"""Splitting of files: as PostgreSQL's parser sees them, with exact places, or a clear error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbtool.errors import BadFile
from dbtool.script import MAP_ABOVE, Script, read_script, sql_checksum


def script_of(tmp_path: Path, text: bytes | str) -> Script:
    path = tmp_path / "m.sql"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_script(path)


def texts(script: Script) -> list[str]:
    return [script.text(s).decode() for s in script.statements]


def data(script: Script) -> list[str]:
    return [b"".join(script.data(s)).decode() for s in script.statements if s.data]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1", ["select 1"]),
        ("select 1;;;  ; select 2;", ["select 1", "select 2"]),
        ("\ufeffselect 'ü';\r\nselect 2;\r\n", ["select 'ü'", "select 2"]),
        ("select 'a\r\nb';\r\nselect 2;", ["select 'a\r\nb'", "select 2"]),
        ("/* a /* nested; */ ; */ select 1; -- ; tail\nselect 2", ["select 1", "select 2"]),
        ("do $a$ begin perform $b$;$b$; end $a$; select 2", ["do $a$ begin perform $b$;$b$; end $a$", "select 2"]),
        ("select $$;$$, $x$;$$;$x$; select 2", ["select $$;$$, $x$;$$;$x$", "select 2"]),
        (r"select E'\';', 'a''; b'; select 2", [r"select E'\';', 'a''; b'", "select 2"]),
        (r"select '\'; select 2", [r"select '\'", "select 2"]),
        ('create table "a;b" ("c""; d" int); select 2', ['create table "a;b" ("c""; d" int)', "select 2"]),
        (
            "create function f() returns int language sql begin atomic select 1; select 2; end; select 3",
            ["create function f() returns int language sql begin atomic select 1; select 2; end", "select 3"],
        ),
        (
            "create rule r as on insert to t do (delete from a; delete from b); select 2",
            ["create rule r as on insert to t do (delete from a; delete from b)", "select 2"],
        ),
        ("select U&'\\0061;'; select b'1', x'ff'", ["select U&'\\0061;'", "select b'1', x'ff'"]),
        ("select 1 /* é 日本; */ , 'ü;'; select 2", ["select 1 /* é 日本; */ , 'ü;'", "select 2"]),
    ],
)
def test_statements_end_where_postgresql_ends_them(text: str, statements: list[str], tmp_path: Path) -> None:
    assert texts(script_of(tmp_path, text)) == statements


# ---- COPY with data


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_data_of_copy_follow_its_statement(newline: str, tmp_path: Path) -> None:
    text = newline.join(["create table t (a text);", "copy t from stdin;", "a;b", "c'", "\\.", "select 1;", ""])
    script = script_of(tmp_path, text)
    assert texts(script) == ["create table t (a text)", "copy t from stdin", "select 1"]
    assert data(script) == [newline.join(["a;b", "c'", ""])]


def test_several_copies_each_with_its_own_data(tmp_path: Path) -> None:
    script = script_of(
        tmp_path,
        "copy a from stdin with (format csv, delimiter ';');\n1;2\n\\.\n"
        "insert into x values ('copy b from stdin;\n');\n"
        'COPY b (x,\n  y) FROM STDIN\nWITH (FORMAT csv);\n"x;\ny",2\n\\.\n'
        "copy c from stdin;\n\\.\nselect 1;",
    )
    assert data(script) == ["1;2\n", '"x;\ny",2\n', ""]
    assert texts(script)[-1] == "select 1"
    assert len(script.statements) == 5


def test_data_that_look_like_sql_are_data(tmp_path: Path) -> None:
    lines = "select 1;\ncopy b from stdin;\nbegin;\n'unclosed\n/* unclosed\n"
    script = script_of(tmp_path, f"copy a from stdin;\n{lines}\\.\nselect 2;")
    assert data(script) == [lines]
    assert texts(script) == ["copy a from stdin", "select 2"]


def test_a_backslash_dot_in_a_literal_ends_nothing(tmp_path: Path) -> None:
    text = "select '\n\\.\n'; select 2"
    assert texts(script_of(tmp_path, text)) == ["select '\n\\.\n'", "select 2"]


def test_copy_data_at_the_end_of_the_file(tmp_path: Path) -> None:
    assert data(script_of(tmp_path, "copy a from stdin;\n1\n\\.")) == ["1\n"]


# ---- places


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
def test_places_are_exact_for_the_hundredth_statement(newline: str, bom: bytes, tmp_path: Path) -> None:
    lines = [f"/* 日本 {n} */ insert into tü values ({n}, '€\U0001f600');" for n in range(99)]
    lines += ["-- größe", "\t/* é */ select 'ä', hier;"]
    script = script_of(tmp_path, bom + newline.join(lines).encode())
    last = script.statements[-1]
    assert len(script.statements) == 100
    assert str(script.place(last.start)).endswith("m.sql:101:10")
    where = last.start + script.text(last).index(b"hier")
    assert (script.place(where).line, script.place(where).column) == (101, 22)
    assert script.excerpt(where) == "\t/* é */ select 'ä', hier;\n\t" + " " * 20 + "^"
    assert script.place(script.statements[0].start).column == 12


def test_a_long_line_is_cut_around_the_caret(tmp_path: Path) -> None:
    script = script_of(tmp_path, f"select '{'x' * 500}', hier, '{'y' * 500}'")
    shown, caret = script.excerpt(script.text(script.statements[0]).index(b"hier")).split("\n")
    assert len(shown) < 120
    assert shown[caret.index("^") :].startswith("hier")


# ---- what is refused, with its place


@pytest.mark.parametrize(
    ("text", "id", "place", "said"),
    [
        (b"create table x();\ncreat table y();", "syntax-error", (2, 1), '"creat"'),
        ("select 'ü';\r\nselect 'ä' frm t;".encode(), "syntax-error", (2, 16), '"t"'),
        (b"select 1;\nselect 'open;\n", "syntax-error", (2, 8), "unterminated"),
        (b"select $x$ open;\n", "syntax-error", (1, 8), "unterminated"),
        (b"select 1;\n/* open", "syntax-error", (2, 1), "unterminated"),
        (b"create table t (", "syntax-error", (1, 17), "end of input"),
        (b"select 1;\nselect 'h\xe4h';", "not-utf8", (2, 10), "0xe4"),
        (b"select 1;\nsel\0ect 2", "nul-byte", (2, 4), "NUL"),
        ("select 1;".encode("utf-16"), "nul-byte", (1, 4), "UTF-16"),
        (b"", "empty-file", (1, 1), "no statement"),
        (b"\xef\xbb\xbf", "empty-file", (1, 1), "no statement"),
        (b"-- only a comment\n/* and */ ;;\n", "empty-file", (1, 1), "no statement"),
        (b"select 1;\n\\i other.sql\n", "psql-meta-command", (2, 1), r"\i is a command of psql"),
        (b"select 1;\n  \\copy t from 'x'\n", "psql-meta-command", (2, 3), r"\copy"),
        (b"\\connect other\nselect 1;", "psql-meta-command", (1, 1), r"\connect"),
        (b"\\restrict abc\nselect 1;", "psql-meta-command", (1, 1), "pg_dump"),
        (b"select 1;\n\\.\n", "psql-meta-command", (2, 1), "COPY"),
        (b"select 1 \\gset\n", "psql-meta-command", (1, 10), r"\gset"),
        (b"select 1;\nBEGIN;", "transaction-control", (2, 1), "BEGIN"),
        (b"select 1;\nstart transaction;", "transaction-control", (2, 1), "START TRANSACTION"),
        (b"select 1; COMMIT AND CHAIN;", "transaction-control", (1, 11), "COMMIT"),
        (b"end;", "transaction-control", (1, 1), "COMMIT"),
        (b"abort;", "transaction-control", (1, 1), "ROLLBACK"),
        (b"prepare transaction 'x';", "transaction-control", (1, 1), "PREPARE TRANSACTION"),
        (b"commit prepared 'x';", "transaction-control", (1, 1), "COMMIT PREPARED"),
        (b"copy t from stdin;", "copy-without-data", (1, 1), "without data"),
        (b"copy t from stdin;\n1\t2\n", "copy-without-end", (2, 1), "\\."),
        (b"select 1;\ncopy t to stdout;", "copy-to-stdout", (2, 1), "TO STDOUT"),
    ],
)
def test_bad_files_are_refused_with_the_place(
    text: bytes, id: str, place: tuple[int, int], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadFile) as caught:
        script_of(tmp_path, text)
    finding = caught.value.findings[0]
    assert finding.id == id  # type: ignore[attr-defined]
    assert (finding.place.line, finding.place.column) == place  # type: ignore[attr-defined]
    assert said in finding.message + finding.help  # type: ignore[attr-defined]


def test_savepoints_are_allowed(tmp_path: Path) -> None:
    assert len(script_of(tmp_path, "savepoint a; rollback to a; release a").statements) == 3


def test_all_that_is_refused_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        script_of(tmp_path, "begin;\nselect 1;\ncommit;")
    assert [f.place.line for f in caught.value.findings] == [1, 3]  # type: ignore[attr-defined]


# ---- checksums of the SQL alone


def test_comments_blanks_and_line_ends_do_not_count() -> None:
    one = sql_checksum(b"create table t (a int); -- one\n")
    assert sql_checksum("\ufeff/* é */ create   table\r\n-- x\r\nt (a int);\r\n".encode()) == one
    assert sql_checksum(b"create table t (b int);") != one
    assert sql_checksum(b"select 'a b'") != sql_checksum(b"select 'a  b'")


def test_large_files_are_split_like_small_ones(tmp_path: Path) -> None:
    row = "insert into t values (1, 'x;\n''y', $$;\n" + "-" * 900 + "\n$$); -- ;\n"
    script = script_of(tmp_path, row * (MAP_ABOVE // len(row) + 1000))
    assert not isinstance(script.source, bytes)
    assert len(script.statements) == MAP_ABOVE // len(row) + 1000
    assert set(texts(script)) == {row.removesuffix("; -- ;\n")}


# ---- statements joined with anything between them split back into themselves

_statements = st.sampled_from(
    [
        "select 1",
        "select 'a;b', E'\\';'",
        'create table "t;" (a int, b text default $$;$$)',
        "do $do$ begin null; perform ';'; end $do$",
        "create function f() returns int language sql begin atomic select 1; select 2; end",
        "insert into tü values ('日本;', '--', '/*')",
        "comment on table t is 'it''s; $x$'",
        "create index concurrently on t (a) where b <> ';'",
        "select 1 /* inside; /* nested */ ; */ + 2",
        "select $1$, 2",
    ]
)
_statements = _statements.filter(lambda s: s != "select $1$, 2")
_between = st.lists(
    st.sampled_from(
        [" ", "\n", "\r\n", "\t", "-- a; comment '\n", "/* b; $$ ' */", "/* /* nested; */ ; */", "-- é 日本\r\n", ";"]
    ),
    max_size=4,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_between, _statements, _between), min_size=1, max_size=8), st.booleans())
def test_statements_split_back_into_themselves(parts: list[tuple[str, str, str]], bom: bool) -> None:
    import tempfile

    text = ("\ufeff" if bom else "") + "".join(f"{before}{sql};{after}" for before, sql, after in parts)
    with tempfile.TemporaryDirectory() as folder:
        script = script_of(Path(folder), text)
        assert texts(script) == [sql for _, sql, _ in parts]


_rows = st.lists(st.text("ab;'\"$-/*\\\t日", max_size=8).filter(lambda row: row.strip() != "\\."), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_statements, _rows), min_size=1, max_size=5))
def test_copy_data_come_back_whole(parts: list[str | list[str]]) -> None:
    import tempfile

    text = ""
    for part in parts:
        text += (
            f"{part};\n"
            if isinstance(part, str)
            else "copy t from stdin;\n" + "".join(f"{r}\n" for r in part) + "\\.\n"
        )
    with tempfile.TemporaryDirectory() as folder:
        script = script_of(Path(folder), text)
        assert data(script) == ["".join(f"{row}\n" for row in part) for part in parts if not isinstance(part, str)]
        assert [t for t in texts(script) if not t.startswith("copy")] == [p for p in parts if isinstance(p, str)]
