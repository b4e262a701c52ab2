"""Large seed sets as files and variables: what their heads say, how many rows that is, what is refused unrun."""

from pathlib import Path

import pytest

from dbtool.errors import BadFile, UsageError
from dbtool.seeds.head import parse_rows
from dbtool.seeds.large import LargeSet, arrange
from dbtool.seeds.large.amounts import Amounts, Said, read_amounts
from tests.unit.test_seeds import seeds_of, write

ROWS = "-- dbtool: rows 10\nselect p.n as id from part as p;"
USERS = "-- dbtool: rows SEED_USERS = 400\nselect p.n as id from part as p;"
ORDERS = "-- dbtool: rows SEED_ORDERS = 600\nselect p.n as id from part as p;"


def arranged(root: Path, **files: str) -> LargeSet:
    write(root, **{f"demo__{name}": text for name, text in files.items()})
    return arrange("demo", seeds_of(root, "demo"))


def refused(root: Path, **files: str) -> list[str]:
    with pytest.raises(BadFile) as bad:
        arranged(root, **files)
    assert {finding.id for finding in bad.value.findings} == {"bad-header"}
    return [f"{f.place and f.place.path.name}:{f.place and f.place.line} {f.message}" for f in bad.value.findings]


# ---- heads


def test_a_head_says_all_there_is_to_know(tmp_path: Path) -> None:
    text = (
        '-- What it is.\n-- dbtool: rows SEED_USERS = 400\n-- dbtool: table app."People"\n-- dbtool: batch 50\n'
        "-- dbtool: depends 01_tenant, orders.sql\n-- dbtool: progress the people\nselect p.n as id from part as p;"
    )
    large = arranged(tmp_path, **{"01_tenant": "select 1;", "02_users": text, "03_orders": ROWS})
    head = large.files[0].head
    assert (head.rows.declares, head.rows.default, head.batch) == ("SEED_USERS", 400, 50)
    assert (head.table, head.depends, large.files[0].told) == (("app", "People"), ("tenant", "orders"), "the people")
    assert large.files[0].after == {"demo/03_orders.sql"}


def test_without_more_than_rows_the_name_says_the_table_and_the_order_what_comes_before(tmp_path: Path) -> None:
    large = arranged(tmp_path, **{"01_a": "select 1;", "02_users": ROWS, "03_b": ROWS, "04_end": "select 2;"})
    assert [file.head.table for file in large.files] == [("users",), ("b",)]
    assert [file.after for file in large.files] == [frozenset(), {"demo/02_users.sql"}]
    assert ([f.name for f in large.before], [f.name for f in large.behind]) == (["demo/01_a.sql"], ["demo/04_end.sql"])


@pytest.mark.parametrize(
    ("said", "counts"),
    [("7", 7), ("1_000", 1000), ("SEED_A", 10), ("2 * SEED_A", 20), ("SEED_A*2+SEED_B", 23), ("SEED_B - SEED_A", 0),
     ("SEED_A + 5 - SEED_B", 12)],
)  # fmt: skip
def test_rows_are_a_sum(said: str, counts: int) -> None:
    assert parse_rows(said).count({"SEED_A": 10, "SEED_B": 3}) == counts


@pytest.mark.parametrize("said", ["", "many", "SEED_A SEED_B", "2 ** SEED_A", "1.5", "SEED_A = ", "SEED_A / 2", "- "])
def test_rows_that_are_none_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match="a whole number, VARIABLE = default, or a sum"):
        parse_rows(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- dbtool: batch 5\nselect 1;", "this has no line with rows"),
        ("-- dbtool: rows 5\n-- dbtool: rows 6\nselect 1;", "rows is said twice"),
        ("-- dbtool: rows lots\nselect 1;", "rows must be a whole number"),
        ("-- dbtool: rows 5\n-- dbtool: batch 0\nselect 1;", "batch must be a whole number from 1; found 0"),
        ("-- dbtool: rows 5\n-- dbtool: table a b c\nselect 1;", "table must be the name of a table"),
        ("-- dbtool: rows 5\n-- dbtool: table a, b\nselect 1;", "table must be the name of a table"),
        ("-- dbtool: rows 5\n-- dbtool: depends\nselect 1;", "depends must be names of files"),
        ("-- dbtool: rows 5\nselect 1; select 2;", "is one SELECT"),
        ("-- dbtool: rows 5\ninsert into t values (1);", "is one SELECT"),
        ("-- dbtool: rows 5\nselect 1 into t;", "is one SELECT"),
        ("-- dbtool: rowz 5\nselect 1;", "says nothing to dbtool"),
        ("-- dbtool: rows 5\nselect 1 as id;", "reads no row number"),
    ],
)
def test_a_head_that_does_not_fit_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (found,) = refused(tmp_path, **{"01_ok": ROWS, "02_bad": text})
    assert found.startswith("02_bad.sql:") and said in found


def test_files_that_do_not_fit_together_are_told_at_once(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        **{
            "1_a": "-- dbtool: rows SEED_A = 1\nselect n from part;",
            "2_b": "-- dbtool: rows SEED_A = 2\n-- dbtool: depends aa\nselect n from part;",
            "3_c": "-- dbtool: rows SEED_AA + 1\nselect n from part;",
        },
    )
    assert [line.split(" ", 1)[1] for line in found] == [
        "SEED_A has a default in demo/1_a.sql already",
        "there is no other file aa in the set",
        "no file of the set declares SEED_AA",
    ]


def test_a_circle_is_told(tmp_path: Path) -> None:
    (found,) = refused(
        tmp_path,
        a="-- dbtool: rows 1\n-- dbtool: depends b\nselect n from part;",
        b="-- dbtool: rows 1\n-- dbtool: depends a\nselect n from part;",
    )
    assert "the files depend on each other in a circle: a -> b -> a" in found


# ---- how much


def amounts(root: Path, said: Said | None = None, environment: str = "development") -> Amounts:
    declared = {"SEED_USERS": 400, "SEED_ORDERS": 600}
    return read_amounts(said or Said(values={}), declared, root=root, environment=environment)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEED_USERS", "SEED_ORDERS", "SEED_BATCH_SIZE", "SEED_MAX_CONNECTIONS", "ALLOW_CUSTOM_SEED_TOTAL"):
        monkeypatch.delenv(name, raising=False)


def test_the_files_say_how_much_where_nobody_else_does(tmp_path: Path) -> None:
    found = amounts(tmp_path)
    assert dict(found.variables) == {"SEED_USERS": 400, "SEED_ORDERS": 600}
    assert (found.batch, found.connections, found.number) == (1000, 20, 1)


def test_a_flag_beats_the_process_and_that_beats_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(
        "SEED_USERS=300\nSEED_ORDERS=700\nSEED_BATCH_SIZE=10\nALLOW_CUSTOM_SEED_TOTAL=true\n"
    )
    (tmp_path / ".env.development").write_text("SEED_BATCH_SIZE=20\n")
    assert dict(amounts(tmp_path).variables) == {"SEED_USERS": 300, "SEED_ORDERS": 700}
    assert amounts(tmp_path).batch == 20
    monkeypatch.setenv("SEED_USERS", "1")
    assert amounts(tmp_path).variables["SEED_USERS"] == 1
    assert amounts(tmp_path, Said(values={"SEED_USERS": 2})).variables["SEED_USERS"] == 2


def test_the_total_is_the_sets_own_unless_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert amounts(tmp_path, Said(values={"SEED_USERS": 500, "SEED_ORDERS": 500})).variables["SEED_ORDERS"] == 500
    with pytest.raises(UsageError, match=r"SEED_USERS 5 \+ SEED_ORDERS 600 = 605, and the set has 1,000 in all"):
        amounts(tmp_path, Said(values={"SEED_USERS": 5}))
    assert amounts(tmp_path, Said(values={"SEED_USERS": 5}, any_total=True)).variables["SEED_USERS"] == 5
    monkeypatch.setenv("ALLOW_CUSTOM_SEED_TOTAL", "TRUE")
    assert amounts(tmp_path, Said(values={"SEED_USERS": 5})).variables["SEED_USERS"] == 5
    monkeypatch.setenv("ALLOW_CUSTOM_SEED_TOTAL", "perhaps")
    with pytest.raises(UsageError, match="must be true or false"):
        amounts(tmp_path)


def test_a_scale_takes_them_all(tmp_path: Path) -> None:
    assert dict(amounts(tmp_path, Said(values={}, scale="0.01")).variables) == {"SEED_USERS": 4, "SEED_ORDERS": 6}
    assert dict(amounts(tmp_path, Said(values={}, scale="10")).variables) == {"SEED_USERS": 4000, "SEED_ORDERS": 6000}
    for scale in ("0", "-1", "nan", "ten", "1e9", "inf"):
        with pytest.raises(UsageError, match="--scale must be a number"):
            amounts(tmp_path, Said(values={}, scale=scale))


@pytest.mark.parametrize("number", [-1, 10**15 + 1])
def test_a_seed_number_that_files_cannot_reckon_with(tmp_path: Path, number: int) -> None:
    with pytest.raises(UsageError, match="SEED_NUMBER must be a whole number from 0 to"):
        amounts(tmp_path, Said(values={"SEED_NUMBER": number}))


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "1e6"])
def test_what_is_no_number_is_told_with_its_place(tmp_path: Path, value: str) -> None:
    (tmp_path / ".env").write_text(f"SEED_USERS={value}\n")
    with pytest.raises(UsageError, match=r"SEED_USERS \(in .env\) must be a whole number"):
        amounts(tmp_path)


def test_a_variable_that_no_file_has(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file of the set has rows SEED_USER;") as refused:
        amounts(tmp_path, Said(values={"SEED_USER": 1}))
    assert refused.value.hint == "did you mean SEED_USERS?"
