"""files + ledger -> Plan, and what rollback would undo."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dbtool.errors import UsageError
from dbtool.finding import Finding
from dbtool.ledger import Applied, Ledger, StepState
from dbtool.migrations import Folder, Migration, in_order
from dbtool.plan import Plan, find_migration, make_plan
from dbtool.undo import choose_undo, remaining

_start = datetime(2026, 1, 1, tzinfo=UTC)


def files(*ids: str, depends: Mapping[str, tuple[str, ...]] | None = None, text: str = "") -> Folder:
    """Migrations whose checksum is their id (with *text*, another one)."""
    made = [
        Migration(
            id=id, folder=Path("migrations"), has_rollback=True,
            depends=(depends or {}).get(id, ()), checksum=(text or "sum-") + id,
        )
        for id in ids
    ]  # fmt: skip
    return Folder(path=Path("migrations"), migrations=tuple(in_order(made)))


def ledger(*ids: str, **interrupted: tuple[StepState, ...]) -> Ledger:
    """Applied in this order, a minute apart, with the checksums of files()."""
    applied = {
        id: Applied(id=id, at=_start + timedelta(minutes=n), by="ann", host="laptop", checksum=f"sum-{id}", sql_checksum="sql")
        for n, id in enumerate(ids)
    }  # fmt: skip
    return Ledger(schema="public", exists=True, applied=applied, interrupted=interrupted)


def plan(folder: Folder, done: Ledger, *, up_to: str = "", sql: str = "other") -> Plan:
    return make_plan(folder, done, sql_checksum=lambda _: sql, up_to=up_to)


def pending(found: Plan) -> list[str]:
    return [m.id for m in found.pending]


def told(found: Plan) -> list[tuple[str, str]]:
    return [(f.id, f.migration) for f in found.drift]


def finding(found: Plan, id: str) -> Finding:
    return next(f for f in found.drift if f.id == id)


def test_everything_is_pending_in_an_empty_database() -> None:
    assert pending(plan(files("a", "b"), ledger())) == ["a", "b"]


def test_nothing_is_pending_and_nothing_told_where_all_is_applied() -> None:
    assert plan(files("a", "b"), ledger("a", "b")) == Plan(pending=(), drift=())


def test_what_is_applied_is_a_set_so_a_late_file_is_pending_and_told() -> None:
    found = plan(files("a", "b", "c"), ledger("a", "c"))
    assert pending(found) == ["b"]
    assert told(found) == [("late-migration", "b")]
    assert finding(found, "late-migration").severity == "warning"
    assert "c is applied already" in finding(found, "late-migration").message


def test_a_new_file_behind_all_applied_ones_is_not_late() -> None:
    assert told(plan(files("a", "b", "c"), ledger("b", "a"))) == []


def test_an_edited_file_is_an_error_with_both_checksums() -> None:
    found = plan(files("a", text="new-"), ledger("a"))
    assert told(found) == [("edited-migration", "a")]
    edited = finding(found, "edited-migration")
    assert edited.severity == "error"
    assert "recorded sum-a" in edited.message
    assert "file new-a" in edited.message


def test_comments_only_edits_are_a_note() -> None:
    found = plan(files("a", text="new-"), ledger("a"), sql="sql")
    assert [(f.id, f.severity) for f in found.drift] == [("edited-comments", "note")]


def test_an_unedited_file_is_never_read_again() -> None:
    def fail(path: Path) -> str:
        raise AssertionError(path)

    make_plan(files("a"), ledger("a"), sql_checksum=fail)


def test_what_yoyo_applied_has_no_checksum_and_is_not_called_edited() -> None:
    yoyos = {"a": Applied(id="a", at=_start, by="x", host="h")}
    found = plan(files("a"), Ledger(schema="public", exists=True, applied=yoyos))
    assert found.drift == ()


def test_a_missing_file_is_a_warning_that_says_who_applied_it() -> None:
    found = plan(files("b"), ledger("a", "b"))
    assert told(found) == [("missing-migration", "a")]
    assert "2026-01-01 00:00:00 UTC by ann@laptop" in finding(found, "missing-migration").message


def test_a_renamed_file_is_an_error_because_it_would_run_twice() -> None:
    renamed = Migration(id="z", folder=Path("migrations"), checksum="sum-a")
    found = plan(Folder(path=Path("migrations"), migrations=(renamed,)), ledger("a"))
    assert told(found) == [("renamed-migration", "a")]
    assert "git mv" in finding(found, "renamed-migration").help


def test_a_half_done_one_is_told_with_how_far_it_came() -> None:
    steps = (
        StepState(number=1, of=5, state="done", statement="x"),
        StepState(number=2, of=5, state="started", statement="y"),
    )
    found = plan(files("a", "b"), ledger("b", a=steps))
    assert pending(found) == ["a"]
    assert told(found) == [("interrupted-migration", "a")]
    assert "1 of 5 statements" in finding(found, "interrupted-migration").message
    assert "statement 2 is not known" in finding(found, "interrupted-migration").message


def test_a_half_done_one_without_its_file_says_to_restore_it() -> None:
    found = plan(files("b"), ledger("b", gone=(StepState(number=1, of=2, state="done", statement="x"),)))
    assert "restore it" in finding(found, "interrupted-migration").help


# ---- --to


def test_to_takes_everything_up_to_and_with_it() -> None:
    assert pending(plan(files("a", "b", "c"), ledger(), up_to="b")) == ["a", "b"]


def test_to_takes_what_it_depends_on() -> None:
    folder = files("a", "b", "c", depends={"a": ("c",)})
    assert pending(plan(folder, ledger(), up_to="a")) == ["b", "c", "a"]


def test_to_may_be_the_start_of_an_id() -> None:
    assert pending(plan(files("2026_a", "2026_b", "2027_c"), ledger(), up_to="2026_b")) == ["2026_a", "2026_b"]
    assert find_migration(files("2026_a", "2027_b"), "2027").id == "2027_b"
    assert find_migration(files("a", "ab"), "a").id == "a"


@pytest.mark.parametrize(
    ("given", "said", "hint"),
    [
        ("20", "could be any of: 2026_a, 2027_b", "more of the id"),
        ("2026_aa", "no migration 2026_aa", "did you mean 2026_a?"),
        ("xyz", "no migration xyz", "dbtool status"),
        ("", "", ""),
    ],
)
def test_an_unknown_id_is_refused(given: str, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_migration(files("2026_a", "2027_b"), given)
    assert said in caught.value.message
    assert hint in caught.value.hint


# ---- rollback


def undone(folder: Folder, done: Ledger, **how: object) -> list[str]:
    return [m.id for m in choose_undo(folder, done, **how)]  # type: ignore[arg-type]


def test_rollback_undoes_the_last_applied_not_the_last_by_name() -> None:
    assert undone(files("a", "b", "c"), ledger("a", "c", "b")) == ["b"]
    assert undone(files("a", "b", "c"), ledger("a", "c", "b"), steps=2) == ["b", "c"]


def test_rollback_of_more_than_there_is_undoes_all() -> None:
    assert undone(files("a", "b"), ledger("a", "b"), steps=9) == ["b", "a"]
    assert undone(files("a"), ledger()) == []


def test_rollback_to_leaves_that_one_applied() -> None:
    assert undone(files("a", "b", "c"), ledger("a", "b", "c"), to="a") == ["c", "b"]
    assert undone(files("a", "b", "c"), ledger("a", "b", "c"), to="c") == []


def test_rollback_to_what_is_not_applied_is_refused() -> None:
    with pytest.raises(UsageError, match="b is not applied"):
        undone(files("a", "b"), ledger("a"), to="b")


def test_rollback_of_what_has_no_file_here_is_refused() -> None:
    with pytest.raises(UsageError, match="its file is not here") as caught:
        undone(files("a"), ledger("a", "gone"))
    assert "branch" in caught.value.hint


def test_rollback_of_what_another_applied_one_needs_is_refused() -> None:
    folder = files("a", "b", depends={"b": ("a",)})
    with pytest.raises(UsageError, match="b is applied and depends on a"):
        undone(folder, ledger("b", "a"))


def test_a_dependent_is_always_undone_first_whatever_the_clocks_say() -> None:
    # yoyo records the client's clock, and a failed-over server may be behind
    folder = files("a", "b", depends={"b": ("a",)})
    assert undone(folder, ledger("b", "a"), steps=2) == ["b", "a"]


def test_rollback_goes_on_with_what_is_left() -> None:
    folder = files("a", "b", "c")
    chosen = choose_undo(folder, ledger("a", "b", "c"), steps=2)
    assert pending(remaining(chosen, folder, ledger("a", "b"))) == ["b"]


def test_rollback_stops_where_something_depends_on_it_meanwhile() -> None:
    folder = files("a", "b", "c", depends={"c": ("b",)})
    chosen = choose_undo(folder, ledger("a", "b"))
    with pytest.raises(UsageError, match="c is applied and depends on b"):
        remaining(chosen, folder, ledger("a", "b", "c"))
