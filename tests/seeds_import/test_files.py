"""Files in every spelling: what is in them is in the table afterwards."""

import gzip
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import refused
from tests.seeds_import.conftest import Importing

TABLE = "create table t (id int, name text)"
GOOD = [(1, "Anna"), (2, None), (3, "c,d")]


def contents(importing: Importing) -> list[tuple[object, ...]]:
    return importing.rows("select id, name from t order by id")


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("t.csv", 'id,name\n1,Anna\n2,\n3,"c,d"\n', ()),
        ("t.csv", 'id,name\n1,Anna\n2,\n3,"c,d"', ()),
        ("t.csv", 'name,id\nAnna,1\n,2\n"c,d",3\n', ()),
        ("t.csv", '\ufeffid,name\r\n1,Anna\r\n2,\r\n3,"c,d"\r\n\r\n\r\n', ()),
        ("t.csv", 'id,name\r1,Anna\r2,\r3,"c,d"\r', ()),
        ("t.csv", '\n\nid,name\n1,Anna\n\n2,\n\n\n3,"c,d"\n', ()),
        ("t.csv", 'id,name\r\n1,Anna\n2,\r\n3,"c,d"\n', ()),
        ("t.csv", '1,Anna\n2,\n3,"c,d"\n', ("--no-header",)),
        ("t.csv", 'nr,who\n1,Anna\n2,\n3,"c,d"\n', ("--columns", "id,name")),
        ("t.csv", 'Anna,1\n,2\n"c,d",3\n', ("--columns", "name, id", "--no-header")),
        ("t.csv", "id;name\n1;Anna\n2;\n3;c,d\n", ("--delimiter", ";")),
        ("t.tsv", "id\tname\n1\tAnna\n2\t\n3\tc,d\n", ()),
        ("t.csv", "id\tname\n1\tAnna\n2\t\n3\tc,d\n", ("--delimiter", r"\t")),
        ("t.tab", "id\tname\n1\tAnna\n2\t\\N\n3\tc,d\n", ("--null", r"\N")),
        ("t.dat", 'id,name\n1,Anna\n2,\n3,"c,d"\n', ("--format", "csv")),
        ("t.jsonl", '{"id":1,"name":"Anna"}\n{"id":2,"name":null}\n\n{"name":"c,d","id":3}', ()),
        ("t.ndjson", '\ufeff{"id":1,"name":"Anna"}\r\n{"id":2}\r\n{"name":"c,d","id":3}\r\n', ()),
        ("t.jsonl", '{"id":1,"name":"Anna","x":1}\n{"id":2}\n{"name":"c,d","id":3}', ("--columns", "id,name")),
    ],
)  # fmt: skip
def test_a_file_is_in_the_table(importing: Importing, name: str, content: str, options: tuple[str, ...]) -> None:
    importing.sql(TABLE)
    done = importing.run(name, "t", *options, content=content)
    assert done.returncode == 0, done.both
    assert contents(importing) == GOOD
    assert done.stdout.startswith("imported 3 rows into public.t in ")
    packed = importing.run(f"{name}.gz", "t", *options, content=gzip.compress(content.encode()))
    assert packed.returncode == 0, packed.both
    assert contents(importing) == sorted(GOOD * 2)


@pytest.mark.parametrize(
    ("encoding", "python"), [("latin1", "latin1"), ("windows-1252", "cp1252"), ("SJIS", "sjis"), ("UTF8", "utf-8")]
)
def test_another_encoding(importing: Importing, encoding: str, python: str) -> None:
    importing.sql(
        'create table t (id int, "größe" text)' if python != "sjis" else 'create table t (id int, "ソース" text)'
    )
    word = "größe" if python != "sjis" else "ソース"
    done = importing.run("t.csv", "t", "--encoding", encoding, content=f"id,{word}\n1,{word}\n".encode(python))
    assert done.returncode == 0, done.both
    assert importing.rows("select * from t") == [(1, word)]


def test_an_encoding_that_is_not_said_is_told(importing: Importing) -> None:
    importing.sql(TABLE)
    refused(importing.run("t.csv", "t", content="id,näme\n".encode("latin1")), 2, "--encoding latin1")
    refused(importing.run("t.csv", "t", "--encoding", "klingon"), 2, "does not know the encoding 'klingon'")
    refused(importing.run("t.csv", "t", content="id,name\n".encode("utf-16")), 2, "UTF-16", "iconv")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_mark_of_the_end_is_a_value_and_ends_nothing(each_importing: Importing, end: str) -> None:
    """A server before 18 takes this line for the end of the data, and drops what follows without a word."""
    each_importing.sql("create table t (name text)")
    content = end.join(["name", "a", r"\.", "b", '"x', r"\.", 'y"', r"\.c", ""])
    done = each_importing.run("t.csv", "t", content=content)
    assert done.returncode == 0, done.both
    names = [row[0] for row in each_importing.rows("select name from t")]
    assert names == ["a", r"\.", "b", f"x{end}\\.{end}y", r"\.c"]


def test_a_blank_line_is_a_row_where_one_column_is_all(importing: Importing) -> None:
    importing.sql("create table t (name text)")
    assert importing.run("t.csv", "t", content="name\na\n\nb\n\n").returncode == 0
    assert importing.rows("select name from t") == [("a",), (None,), ("b",), (None,)]


@pytest.mark.parametrize("name", ["t", "T", "public.t", '"t"', 'other."Odd Table"', '"Case"'])
def test_a_table_is_named_as_postgresql_has_it(importing: Importing, name: str) -> None:
    importing.sql(
        'create schema other; create table t (id int); create table "Case" (id int); create table other."Odd Table" (id int)'
    )
    assert importing.run("t.csv", name, content="id\n1\n").returncode == 0
    assert importing.rows(f"select id from {name}") == [(1,)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Case", """did you mean "Case" (with its quotes"""),
        ("peple", "did you mean people?"),
        ("v", "public.v is a view"),
        ("a..b", "there is no table a..b"),
        ('"', "there is no table"),
        ("t; drop table people", "there is no table t; drop table people"),
        ("", "there is no table"),
    ],
)
def test_a_table_that_is_none_is_told(each_importing: Importing, name: str, said: str) -> None:
    each_importing.sql('create table people (id int); create table "Case" (id int); create view v as select 1 as id')
    refused(each_importing.run("t.csv", name, content="id\n1\n"), 2, said)


STRICT = "create table t (id int primary key, name text not null, low text, at int not null default 1, twice int generated always as (at * 2) stored)"


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", (), "is empty: it has no header"),
        ("id,nam\n1,a\n", (), "no column 'nam': did you mean name?"),
        ("id,Name\n1,a\n", (), "no column 'Name': did you mean name?"),
        ("id,name,id\n", (), "id stands there 2 times"),
        ("id,low\n", (), "name is missing: it is NOT NULL and has no default"),
        ("id,name,twice\n", (), "twice is generated"),
        ("id;name\n1;a\n", (), "--delimiter ';'"),
        ("a,b\n", (), "columns: id integer, name text, low text, at integer, twice integer"),
        ("id,name\n", ("--columns", "id"), "--columns names 1 column, and the header has 2 fields"),
        ("id,name\n", ("--columns", "id,nam"), "--columns does not fit public.t"),
        ("id,name\n", ("--columns", ""), "does not name columns"),
        ("id,name\n", ("--delimiter", "::"), "--delimiter '::' is not one character"),
        ("id,name\n", ("--format", "jsonl", "--null", "x"), "--null is for CSV and TSV"),
        ("id,name\n", ("--null", ","), "COPY"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_sent(
    importing: Importing, content: str, options: tuple[str, ...], said: str
) -> None:
    importing.sql(STRICT)
    done = importing.run("t.csv", "t", *options, content=content)
    refused(done, 1 if "," in options else 2, said)


def test_what_a_trigger_fills_in_is_not_missing(importing: Importing) -> None:
    importing.sql(
        """
        create table t (id int, name text not null);
        create function fill() returns trigger language plpgsql as $$ begin new.name := 'x'; return new; end $$;
        create trigger a before insert on t for each row execute function fill();
        """
    )
    assert importing.run("t.csv", "t", content="id\n1\n").returncode == 0
    assert contents(importing) == [(1, "x")]


@pytest.mark.parametrize(("path", "said"), [("none.csv", "No such file"), (".", "is a folder"), ("t.dat", "--format")])
def test_a_file_that_is_none_is_told(importing: Importing, path: str, said: str) -> None:
    importing.sql(TABLE)
    refused(importing.run(path, "t", *(("--format", "csv") if path == "." else ())), 2, said)


def test_a_file_that_is_torn_is_told(importing: Importing) -> None:
    importing.sql(TABLE)
    packed = gzip.compress(b"id,name\n" + b"".join(b"%d,x%d\n" % (i, i * 7919) for i in range(100_000)))
    done = importing.run("t.csv.gz", "t", content=packed[: len(packed) // 2])
    refused(done, 2, "t.csv.gz cannot be unpacked")
    assert contents(importing) == []


# ---- JSON Lines

THINGS = """
create table t (
    id int generated by default as identity (start 100), name text default 'nobody', amount numeric, yes bool, at timestamptz,
    doc jsonb, plain json, tags text[], grid int[], docs jsonb[], raw bytea
)
"""


def test_json_has_the_values_of_the_columns_types(each_importing: Importing) -> None:
    each_importing.sql(THINGS)
    rows = [
        r'{"name": "a\"b\\c\nd,é\ud83d\ude00", "amount": 1.10, "yes": true, "at": "2024-01-02T03:04:05Z"}',
        r'{"id": 1, "name": null, "doc": {"a": [1.50, null, "x"]}, "plain": "text", "tags": ["a", null, "b\"c,{}", ""]}',
        r'{"id": 2, "doc": [], "plain": 1e400, "tags": [], "grid": [[1, 2], [3, 4]], "docs": [{"a": 1}, null], "raw": "\\x00ff"}',
        r'{"id": 3, "amount": 123456789012345678901234567890.5, "tags": "{x,y}", "name": {"a": 1}}',
        r'{"id": 4, "amount": "NaN", "doc": null, "name": ""}',
    ]
    done = each_importing.run("t.jsonl", "t", content="\n".join(rows))
    assert done.returncode == 0, done.both
    found = each_importing.rows(
        "select id, name, amount::text, doc::text, plain::text, tags, grid, docs::text, raw from t order by id"
    )
    assert found == [
        (1, None, None, '{"a": [1.50, null, "x"]}', '"text"', ["a", None, 'b"c,{}', ""], None, None, None),
        (2, "nobody", None, "[]", "1e400", [], [[1, 2], [3, 4]], '{"{\\"a\\": 1}",NULL}', b"\x00\xff"),
        (3, '{"a": 1}', "123456789012345678901234567890.5", None, None, ["x", "y"], None, None, None),
        (4, "", "NaN", None, None, None, None, None, None),
        (100, 'a"b\\c\nd,é😀', "1.10", None, None, None, None, None, None),
    ]


BAD_JSON = [
    (2, "not json", "not JSON: "),
    (3, '{"id": 3, "nam": 1}', "no column 'nam': did you mean name?"),
    (5, "[1]", "not an object, but an array"),
    (6, '"x"', "not an object, but a text"),
    (7, r'{"id": 7, "name": "\ud800"}', "surrogate"),
    (8, '{"id": "x"}', "invalid input syntax for type integer"),
    (9, r'{"id": 9, "name": "\u0000"}', "invalid byte sequence"),
    (10, "[" * 100_000, "nested too deeply"),
    (11, '{"id": 11, "name": "never', "not JSON: "),
]


def test_lines_that_are_no_rows_are_put_aside(each_importing: Importing) -> None:
    each_importing.sql(THINGS)
    lines = {number: text for number, text, _ in BAD_JSON} | {1: '{"id": 1}', 4: '{"name": "d"}'}
    content = "\n".join(lines[number] for number in sorted(lines))
    answer = each_importing.answer("t.jsonl", "t", "--reject-file", "bad.jsonl", content=content)
    assert (answer["rows"], answer["rejected"]) == (2, len(BAD_JSON))
    assert {int(fields[0]) for fields in each_importing.reasons("bad.jsonl")} == {number for number, *_ in BAD_JSON}
    reasons = {int(fields[0]): fields[4] for fields in each_importing.reasons("bad.jsonl")}
    for number, _, said in BAD_JSON:
        assert said in reasons[number]
    assert sorted(each_importing.read("bad.jsonl").decode().splitlines()) == sorted(text for _, text, _ in BAD_JSON)
    done = each_importing.run("t.jsonl", "t")
    refused(done, 1, "t.jsonl:3:1: error: no column 'nam'", "nothing was written (9 bad lines)")


def test_a_row_of_defaults_alone_is_told(importing: Importing) -> None:
    importing.sql("create table t (id serial, name text default 'x')")
    refused(importing.run("t.jsonl", "t", content='{"id": 7}\n{}\n'), 1, "t.jsonl:2:1", "no row of defaults alone")


def test_an_array_is_no_json_lines(importing: Importing) -> None:
    importing.sql(TABLE)
    refused(importing.run("t.jsonl", "t", content='[{"id": 1}]'), 1, "jq -c '.[]'")


# ---- what is not a plain file


def start(importing: Importing, *arguments: str, **options: object) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "dbtool", "seed", "import", *arguments, "--confirm", importing.database.name]
    return subprocess.Popen(
        words, cwd=importing.project.root, env=importing.project.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **options,  # type: ignore[call-overload]
    )  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_stdin_is_read_once_and_bad_rows_are_found_all_the_same(importing: Importing, packed: bool) -> None:
    importing.sql(TABLE)
    content = b"id,name\n" + b"".join(b"%d,x\n" % i for i in range(50_000)) + b"y,z\n"
    process = start(importing, "-", "t", "--reject-file", "bad.csv", stdin=subprocess.PIPE)
    out, err = process.communicate(gzip.compress(content) if packed else content, timeout=60)
    assert process.returncode == 0, out + err
    assert importing.rows("select count(*) from t") == [(50_000,)]
    assert importing.read("bad.csv") == b"id,name\ny,z\n"
    assert b"stdin:50002:1: warning" in err


def test_a_named_pipe_is_read(importing: Importing) -> None:
    importing.sql(TABLE)
    pipe = importing.project.root / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"id,name\n1,a\n"))
    writer.start()
    assert importing.run("pipe.csv", "t").returncode == 0
    writer.join()
    assert contents(importing) == [(1, "a")]


# ---- Parquet


def parquet(path: Path, table: object) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, path)


def test_parquet_has_the_values_of_its_types(importing: Importing) -> None:
    import datetime as dt
    from decimal import Decimal

    import pyarrow as pa

    importing.sql(
        "create table t (id int, name text, amount numeric, day date, at timestamptz, local timestamp, clock time, yes bool,"
        " tags text[], doc jsonb, text_doc jsonb, raw bytea, wait interval, f float8, kind text, word text)"
    )
    moment = dt.datetime(2024, 1, 2, 3, 4, 5, 678901)
    rows = {
        "id": pa.array([1, 2], pa.int32()),
        "name": ['a"b\nc,', None],
        "amount": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
        "day": [dt.date(2024, 1, 2), None],
        "at": pa.array([moment, None], pa.timestamp("ns", "Europe/Berlin")),
        "local": pa.array([moment, None], pa.timestamp("us")),
        "clock": pa.array([dt.time(1, 2, 3, 4), None]),
        "yes": [True, None],
        "tags": pa.array([["a", None, 'b"'], None]),
        "doc": pa.array([{"a": 1, "b": [moment.date()]}, None]),
        "text_doc": ['{"x": 1}', None],
        "raw": pa.array([b"\x00\xff", None]),
        "wait": pa.array([dt.timedelta(hours=1), None]),
        "f": [float("nan"), None],
        "kind": pa.array(["x", None]).dictionary_encode(),
        "word": ["", None],
    }
    parquet(importing.project.root / "t.parquet", pa.table(rows))
    done = importing.run("t.parquet", "t")
    assert done.returncode == 0, done.both
    first, second = importing.rows("select * from t order by id")
    at = moment.replace(tzinfo=dt.UTC)
    assert first[:14] == (
        1, 'a"b\nc,', Decimal("1.10"), dt.date(2024, 1, 2), at, moment, dt.time(1, 2, 3, 4), True, ["a", None, 'b"'],
        {"a": 1, "b": ["2024-01-02"]}, {"x": 1}, b"\x00\xff", dt.timedelta(hours=1), first[13],
    )  # fmt: skip
    assert str(first[13]) == "nan"
    assert first[14:] == ("x", "")
    assert second == (2, *(None,) * 15)


def test_bad_rows_of_parquet_are_put_aside_as_json(importing: Importing) -> None:
    import pyarrow as pa

    importing.sql("create table t (id int primary key, name text check (name <> 'b'), tags text[])")
    columns = {"id": [1, 2, 3, 3], "name": ["a", "b", "c", "d"], "tags": [["x"], ["y"], None, None]}
    parquet(importing.project.root / "t.parquet", pa.table(columns))
    refused(importing.run("t.parquet", "t", "--reject-file", "bad.parquet"), 2, "--reject-file bad.jsonl")
    refused(importing.run("t.parquet", "t"), 1, "t.parquet: error: row 2: ", "row 4: ", "2 bad rows")
    answer = importing.answer("t.parquet", "t", "--reject-file", "bad.jsonl")
    assert (answer["rows"], answer["rejected"]) == (2, 2)
    assert importing.read("bad.jsonl").decode() == (
        '{"id": 2, "name": "b", "tags": ["y"]}\n{"id": 3, "name": "d", "tags": null}\n'
    )


def test_what_is_no_parquet_is_told(importing: Importing) -> None:
    import pyarrow as pa

    importing.sql(TABLE)
    refused(importing.run("t.parquet", "t", content="id,name\n"), 2, "is no Parquet file")
    parquet(importing.project.root / "t.parquet", pa.table({"id": [1], "nam": ["a"]}))
    refused(importing.run("t.parquet", "t"), 2, "no column 'nam': did you mean name?")


def test_parquet_comes_through_stdin(importing: Importing) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    importing.sql(TABLE)
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"id": [1], "name": ["a"]}), buffer)
    process = start(importing, "-", "t", "--format", "parquet", stdin=subprocess.PIPE)
    out, err = process.communicate(buffer.getvalue(), timeout=60)
    assert process.returncode == 0, out + err
    assert contents(importing) == [(1, "a")]
