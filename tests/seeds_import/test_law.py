"""The law: what is written and what is rejected are the rows of the file, each once, whatever stands in it."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbtool.seeds.load import narrow, rows
from tests.seeds_import.conftest import Importing

TABLE = """
create table if not exists teams (id int primary key);
insert into teams values (1), (2) on conflict do nothing;
create table if not exists things (
    key int primary key, team int references teams, late int references teams deferrable initially deferred,
    boss int references things, n smallint check (n > 0), name text not null
);
create or replace function things_before() returns trigger language plpgsql as $$ begin
    if new.name like '%before%' then raise exception 'before'; end if; return new;
end $$;
create or replace function things_after() returns trigger language plpgsql as $$ begin
    if new.name like '%after%' then raise exception 'after'; end if; return null;
end $$;
create or replace trigger a before insert on things for each row execute function things_before();
create or replace trigger b after insert on things for each row execute function things_after();
"""
COLUMNS = ("key", "team", "late", "boss", "n", "name")
_numbers = itertools.count(1)

# what may stand in a field: good, bad, and odd
keys = st.integers(1, 30).map(str)
teams = st.sampled_from(["1", "2", "", "7"])
bosses = st.one_of(st.just(""), st.just(""), keys)
small = st.sampled_from(["1", "5", "", "0", "x", "70000", " 3 "])
names = st.sampled_from(
    ["a", "", "ü", "two\nlines", "two\r\nlines", 'q"uote', "a,b", "\\.", "\\N", "before", "after", "\\", "x" * 300]
)
row = st.tuples(keys, teams, teams, bosses, small, names)
LOOSE = [
    b"",
    b"1,2",
    b"1,1,1,,1,a,extra",
    b"\xff,1,1,,1,a",
    b"5,1,1,,1,\xc3",
    b"\\.",
    b"6,1,1,,1,a\rb",
    b'7,1,1,,1,a"b"',
]


def _field(text: str, quoted: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if quoted or set(text) & set('",\r\n') else text


@st.composite
def csv_file(draw: st.DrawFn) -> tuple[bytes, int]:
    """A file, and how many rows it has: records that are not blank."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    records: list[bytes] = []
    for cells in draw(st.lists(row, max_size=25)):
        quoted = draw(st.booleans())
        records.append(",".join(_field(cell, quoted and bool(cell)) for cell in cells).encode())
        if draw(st.integers(0, 9)) == 0:
            records.append(draw(st.sampled_from(LOOSE)))
    count = sum(1 for record in records if record)
    text = end.join([",".join(COLUMNS).encode(), *records])
    if draw(st.integers(0, 4)) == 0:
        text, count = text + end + b'8,1,1,,1,"never closed' + end + b"9,1,1,,1,a", count + 1
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text + (end if draw(st.booleans()) else b""), count


@st.composite
def json_file(draw: st.DrawFn) -> tuple[bytes, int]:
    """A file of JSON Lines, with keys left out, and how many rows it has."""
    lines: list[bytes] = []
    for cells in draw(st.lists(row, max_size=25)):
        wanted = draw(st.sets(st.sampled_from(COLUMNS)))
        values = {
            name: (None if cell == "" else cell) for name, cell in zip(COLUMNS, cells, strict=True) if name in wanted
        }
        lines.append(json.dumps(values, ensure_ascii=draw(st.booleans())).encode())
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(st.sampled_from([b"{", b"[]", b'{"x": 1}', b"\xff", b"  ", b'{"key": {"a": [1]}}'])))
    return b"\n".join(lines), sum(1 for line in lines if line.strip())


def _holds(importing: Importing, name: str, content: bytes, count: int) -> None:
    table = f"things_{next(_numbers)}"
    importing.sql(f"drop table if exists things cascade; {TABLE}")
    reject = importing.project.root / f"{table}{Path(name).suffix}"
    answer = importing.answer(name, "things", "--reject-file", reject.name, content=content)
    written = importing.rows("select count(*) from things")[0][0]
    assert answer["rows"] == written, answer
    assert answer["rows"] + answer["rejected"] == count, (answer, content)
    put_aside = importing.reasons(reject.name) if answer["rejected"] else []
    assert len(put_aside) == answer["rejected"]
    # what was put aside is as bad as it was: none of it can be written now but what waits for another row
    if answer["rejected"]:
        again = importing.answer(reject.name, "things", "--reject-file", f"again{Path(name).suffix}", "--force")
        assert again["rows"] + again["rejected"] == answer["rejected"], (again, reject.read_bytes())
        assert again["rows"] == 0, (again, content, reject.read_bytes())
    # and without a file for them nothing is written where one is bad
    importing.sql("truncate things")
    strict = importing.answer(name, "things")
    assert strict["ok"] == (answer["rejected"] == 0)
    assert importing.rows("select count(*) from things")[0][0] == (count if strict["ok"] else 0)


def _small_steps(monkeypatch: object) -> None:
    """Chunks of a few bytes, so that rows of one file meet in different ones."""
    from dbtool.seeds.load import delimited, json_lines

    for module in (rows, delimited, json_lines):
        monkeypatch.setattr(module, "CHUNK", 200)  # type: ignore[attr-defined]
    monkeypatch.setattr(narrow, "_FEW", 2)  # type: ignore[attr-defined]


EXAMPLES = pytest.mark.parametrize("examples", [6, pytest.param(300, marks=pytest.mark.slow)])


@EXAMPLES
def test_csv(importing: Importing, monkeypatch: object, examples: int) -> None:
    _small_steps(monkeypatch)

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(csv_file())
    def holds(file: tuple[bytes, int]) -> None:
        _holds(importing, "t.csv", *file)

    holds()


@EXAMPLES
def test_json(importing: Importing, monkeypatch: object, examples: int) -> None:
    _small_steps(monkeypatch)

    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(json_file())
    def holds(file: tuple[bytes, int]) -> None:
        _holds(importing, "t.jsonl", *file)

    holds()
