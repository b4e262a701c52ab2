"""Rows that the server does not take: told by their line, put aside as they were, and never lost."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import refused
from tests.seeds_import.conftest import Importing

PEOPLE = """
create table teams (id int primary key);
insert into teams values (1), (2);
create table people (
    id int primary key, name text not null, age int check (age < 150), team int references teams, note text
)
"""
HEADER = "id,name,age,team,note\n"


def ids(importing: Importing, table: str = "people") -> list[object]:
    return [row[0] for row in importing.rows(f"select id from {table} order by id")]


# every kind of bad, beside good rows in odd spellings: line (of the file), the row, what is said of it
BAD = [
    (4, "2,Ben,x,1,\r\n", "22P02", "age"),
    (5, "3,,30,1,\r\n", "23502", "name"),
    (6, "4,Dan,400,1,\r\n", "23514", ""),
    (8, "5,Eve again,30,1,\r\n", "23505", ""),
    (9, "6,Fay,30,9,\r\n", "23503", ""),
    (10, "7,Gus\r\n", "22P04", ""),
    (11, "8,Hal,30,1,,,\r\n", "22P04", ""),
    (13, b"9,\xff,30,1,\r\n", "22021", ""),
    (14, "99999999999999,Ida,30,1,\r\n", "22003", "id"),
    (15, '10,"Joe",30,1,"never closed\r\nto the end\r\n', "22P04", ""),
]
MIXED = b"".join(
    [
        b"\xef\xbb\xbfid,name,age,team,note\r\n",
        b'1,"An""na",30,1,"two\r\nlines"\r\n',
        *(row if isinstance(row, bytes) else row.encode() for _, row, _, _ in BAD[:3]),
        b"5,Eve,30,2,\r\n",
        *(row if isinstance(row, bytes) else row.encode() for _, row, _, _ in BAD[3:7]),
        b"\r\n",
        *(row if isinstance(row, bytes) else row.encode() for _, row, _, _ in BAD[7:]),
    ]
)


def test_all_that_is_bad_is_put_aside_as_it_was_and_the_rest_is_written(each_importing: Importing) -> None:
    each_importing.sql(PEOPLE)
    answer = each_importing.answer("people.csv", "people", "--reject-file", "bad.csv", content=MIXED)
    assert answer["rows"] == 2
    assert answer["rejected"] == len(BAD)
    assert each_importing.rows("select id, name, note from people order by id") == [
        (1, 'An"na', "two\r\nlines"),
        (5, "Eve", None),
    ]
    rows = b"".join(row if isinstance(row, bytes) else row.encode() for _, row, _, _ in BAD)
    assert each_importing.read("bad.csv") == b"id,name,age,team,note\r\n" + rows
    told = [(int(line), code, column) for line, column, _, code, _ in each_importing.reasons("bad.csv")]
    assert told == [(line, code, column) for line, _, code, column in BAD]


def test_without_a_place_for_them_nothing_is_written_and_all_are_told(each_importing: Importing) -> None:
    each_importing.sql(PEOPLE)
    done = each_importing.run("people.csv", "people", content=MIXED)
    refused(done, 1, *(f"people.csv:{line}:1: error: " for line, *_ in BAD), "nothing was written (10 bad lines)")
    assert 'column age: invalid input syntax for type integer: "x" (SQLSTATE 22P02)' in done.stderr
    assert ids(each_importing) == []
    found = each_importing.answer("people.csv", "people")
    assert [(f["id"], f["place"]["line"]) for f in found["findings"]] == [("bad-row", line) for line, *_ in BAD]
    assert found["error"]["kind"] == "BadRows"


def test_what_was_put_aside_is_imported_once_it_is_mended(importing: Importing) -> None:
    importing.sql(PEOPLE)
    content = HEADER + '1,Anna,x,1,"a\nb"\n2,Ben,30,1,\n'
    importing.run("people.csv", "people", "--reject-file", "bad.csv", content=content)
    mended = importing.read("bad.csv").replace(b",x,", b",31,")
    done = importing.run("bad.csv", "people", content=mended)
    assert done.returncode == 0, done.both
    assert ids(importing) == [1, 2]


def test_many_bad_rows_are_found_with_few_round_trips(importing: Importing) -> None:
    importing.sql(PEOPLE)
    rows = [f"{i},n,{'x' if i % 50 == 0 else 1},{9 if i % 333 == 0 else 1},\n" for i in range(1, 5001)]
    answer = importing.answer("people.csv", "people", "--reject-file", "bad.csv", content=HEADER + "".join(rows))
    bad = [i for i in range(1, 5001) if i % 50 == 0 or i % 333 == 0]
    assert answer["rejected"] == len(bad)
    assert answer["rows"] == 5000 - len(bad)
    assert importing.read("bad.csv").decode() == HEADER + "".join(rows[i - 1] for i in bad)


def test_the_first_twenty_are_told_where_nothing_is_written(importing: Importing) -> None:
    importing.sql(PEOPLE)
    rows = "".join(f"{i},n,x,1,\n" for i in range(1000))
    done = importing.run("people.csv", "people", content=HEADER + rows)
    refused(done, 1, "people.csv:2:1", "people.csv:21:1", "the first 20 bad lines")
    assert "people.csv:22:1" not in done.stderr


def test_where_every_row_is_bad_the_exit_code_says_so(importing: Importing) -> None:
    importing.sql(PEOPLE)
    done = importing.run("people.csv", "people", "--reject-file", "bad.csv", content=HEADER + "x,n,1,1,\n")
    assert done.returncode == 1, done.both
    assert "imported 0 rows" in done.stdout


# ---- triggers, deferred constraints, rows that refer to each other


def test_the_exceptions_of_triggers_are_of_their_rows(each_importing: Importing) -> None:
    each_importing.sql(
        """
        create table t (id int);
        create function before() returns trigger language plpgsql as $$ begin
            if new.id = 2 then raise exception 'not two' using errcode = 'insufficient_privilege'; end if;
            if new.id = 4 then return null; end if;
            return new;
        end $$;
        create function after() returns trigger language plpgsql as $$ begin
            if new.id = 3 then raise exception 'not three'; end if; return null;
        end $$;
        create trigger a before insert on t for each row execute function before();
        create trigger b after insert on t for each row execute function after();
        """
    )
    rows = "".join(f"{i}\n" for i in range(1, 7))
    answer = each_importing.answer("t.csv", "t", "--reject-file", "bad.csv", content="id\n" + rows)
    assert (answer["rows"], answer["rejected"], answer["left_out"]) == (3, 2, 1)
    assert ids(each_importing, "t") == [1, 5, 6]
    assert [reason[4] for reason in each_importing.reasons("bad.csv")] == ["not two", "not three"]


def test_a_trigger_that_is_broken_is_no_rows_fault(importing: Importing) -> None:
    importing.sql(
        """
        create table t (id int);
        create function broken() returns trigger language plpgsql as $$ begin perform nowhere.f(); return new; end $$;
        create trigger a before insert on t for each row execute function broken();
        """
    )
    done = importing.run("t.csv", "t", "--reject-file", "bad.csv", content="id\n1\n")
    refused(done, 1, 'schema "nowhere" does not exist', "nothing was written")
    assert importing.left() == {"t.csv"}


def test_what_is_deferred_is_told_before_the_commit(each_importing: Importing) -> None:
    each_importing.sql(
        "create table p (id int primary key); insert into p values (1);"
        "create table t (id int unique deferrable initially deferred,"
        " p int references p deferrable initially deferred)"
    )
    content = "id,p\n1,1\n2,7\n3,1\n3,1\n4,1\n"
    done = each_importing.run("t.csv", "t", content=content)
    refused(done, 1, "t.csv:3:1", "t.csv:5:1", "2 bad lines")
    answer = each_importing.answer("t.csv", "t", "--reject-file", "bad.csv")
    assert (answer["rows"], answer["rejected"]) == (3, 2)


TREE = "create table tree (id int primary key, parent int references tree, n int)"


@pytest.mark.parametrize("bad", ["", "x"])
def test_children_may_come_before_their_parents(each_importing: Importing, bad: str) -> None:
    each_importing.sql(TREE)
    rows = "".join(f"{i},{i + 1 if i < 50 else ''},1\n" for i in range(1, 51)) + (f"99,,{bad}\n" if bad else "")
    answer = each_importing.answer("tree.csv", "tree", "--reject-file", "bad.csv", content="id,parent,n\n" + rows)
    assert (answer["rows"], answer["rejected"]) == (50, 1 if bad else 0)


def test_children_of_nobody_are_put_aside_with_their_own_children(each_importing: Importing) -> None:
    each_importing.sql(TREE)
    rows = "3,2,1\n2,1,1\n1,,x\n5,4,1\n4,,1\n6,5,1\n8,7,1\n7,8,1\n"
    answer = each_importing.answer("tree.csv", "tree", "--reject-file", "bad.csv", content="id,parent,n\n" + rows)
    written = ids(each_importing, "tree")
    assert answer["rows"] == len(written)
    assert answer["rows"] + answer["rejected"] == 8
    assert {4, 5, 6} <= set(written)
    assert not {1, 2, 3} & set(written)


# ---- what is not about rows


def test_the_reject_file_is_not_overwritten(importing: Importing) -> None:
    importing.sql("create table t (id int)")
    importing.file("bad.csv", "mine")
    done = importing.run("t.csv", "t", "--reject-file", "bad.csv", content="id\n1\nx\n")
    refused(done, 2, "bad.csv is there already", "--force")
    assert importing.read("bad.csv") == b"mine"
    assert importing.rows("select * from t") == []
    importing.run("t.csv", "t", "--reject-file", "bad.csv", "--force")
    assert importing.read("bad.csv") == b"id\nx\n"
    importing.run("t.csv", "t", "--reject-file", "bad.csv", "--force", content="id\n2\n")
    assert importing.left() == {"t.csv"}


def test_a_file_that_came_meanwhile_is_not_replaced(importing: Importing) -> None:
    """The good rows are written by then: what was rejected stays where it lies, and that is told."""
    importing.sql("create table t (id int)")
    importing.sql(
        f"create function late() returns trigger language plpgsql as $$ begin "
        f"copy (select 'mine') to '{importing.project.root}/bad.csv'; return null; end $$;"
        "create trigger late after insert on t execute function late()"
    )
    importing.project.root.chmod(0o777)
    for folder in importing.project.root.parents:
        if folder.stat().st_uid == os.geteuid() and str(folder) != "/":
            folder.chmod(folder.stat().st_mode | 0o055)
    done = importing.run("t.csv", "t", "--reject-file", "bad.csv", content="id\n1\nx\n")
    refused(
        done,
        2,
        "the good rows are written, but bad.csv could not be: File exists",
        "the rejected rows are in ",
        "/.bad.csv.",
    )
    assert ids(importing, "t") == [1]
    assert importing.read("bad.csv") == b"mine\n"
    left = next(importing.project.root.glob(".bad.csv.*"))
    assert b"id\nx\n" in {path.read_bytes() for path in importing.project.root.glob(".bad.csv.*")}, left


@pytest.mark.parametrize(
    ("path", "said"),
    [("no/where/bad.csv", "cannot be written"), (".", "is there already"), ("t.csv", "is the file that is imported")],
)
def test_a_reject_file_that_cannot_be_is_told_first(importing: Importing, path: str, said: str) -> None:
    importing.sql("create table t (id int)")
    refused(importing.run("t.csv", "t", "--reject-file", path, content="id\n1\n"), 2, said)
    assert importing.rows("select * from t") == []


def test_the_disks_end_is_no_rows_fault_and_a_lock_neither(importing: Importing) -> None:
    importing.sql("create table t (id int)")
    (importing.project.root / "dbtool.toml").write_text('[environments.development]\nlock_timeout = "50ms"\n')
    with importing.database.connect() as conn, conn.transaction():
        conn.execute("lock table t")
        done = importing.run("t.csv", "t", "--reject-file", "bad.csv", content="id\n1\n")
    refused(done, 1, "lock timeout", "nothing was written")


def test_a_person_is_told_of_the_first_few(importing: Importing) -> None:
    importing.sql("create table t (id int)")
    rows = "".join("x\n" for _ in range(9)) + "1\n"
    done = importing.run("t.csv", "t", "--reject-file", "bad.csv", content="id\n" + rows)
    assert done.returncode == 0
    assert "rejected 9 rows" in done.stdout
    assert done.stderr.count("[bad-row]") == 5
    assert "9 rows of t.csv were not written: bad.csv; the reasons: bad.csv.reasons [rows-rejected]" in done.stderr
    assert json.dumps("x") not in Path(importing.project.root / "bad.csv").read_text()
