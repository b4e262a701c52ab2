"""Files under migrations/: their order, their headers, their mistakes; new files."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbtool.draft import slug_of, write_migration
from dbtool.errors import BadFile, UsageError
from dbtool.migrations import Folder, heads, read_migrations


def folder(root: Path, **files: str) -> Folder:
    """Files by name: m1="..." is m1.sql, m1__rollback, m1__py."""
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        name = name.replace("__rollback", ".rollback")
        name = name.removesuffix("__py") + ".py" if name.endswith("__py") else name + ".sql"
        (root / name).write_bytes(text.encode())
    return read_migrations(root)


def ids(found: Folder) -> list[str]:
    return [m.id for m in found.migrations]


def problems(caught: pytest.ExceptionInfo[BadFile]) -> list[tuple[str, str, int]]:
    return [(f.id, f.place.path.name, f.place.line) for f in caught.value.findings]  # type: ignore[attr-defined]


def test_no_folder_holds_no_migrations(tmp_path: Path) -> None:
    assert read_migrations(tmp_path / "none").migrations == ()


def test_files_run_by_name(tmp_path: Path) -> None:
    found = folder(tmp_path, m2="select 2", m10="select 10", m1="select 1")
    assert ids(found) == ["m1", "m10", "m2"]


def test_what_is_depended_on_runs_first(tmp_path: Path) -> None:
    found = folder(tmp_path, a="-- depends: c\nselect 1", b="select 1", c="-- depends: d\nselect 1", d="select 1")
    assert ids(found) == ["b", "d", "c", "a"]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.data())
def test_every_order_respects_every_dependency(count: int, data: st.DataObject) -> None:
    import tempfile

    names = [f"m{n}" for n in data.draw(st.permutations(range(count)))]
    depends = {name: data.draw(st.sets(st.sampled_from(names[:n]))) if n else set() for n, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as root:
        files = {
            name: f"-- depends: {' '.join(depends[name])}\nselect 1" if depends[name] else "select 1" for name in names
        }
        order = ids(folder(Path(root), **files))
    assert sorted(order) == sorted(names)
    assert all(order.index(other) < order.index(name) for name in names for other in depends[name])


def test_what_is_no_migration_is_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", "_tmp_x.sql", ".hidden.sql", "a.sql.orig", "yoyo.ini"):
        (tmp_path / name).write_text("not sql")
    (tmp_path / "folder.sql").mkdir()
    assert ids(folder(tmp_path, a="select 1", a__rollback="select 1")) == ["a"]


def test_rollbacks_are_found_and_lonely_ones_told(tmp_path: Path) -> None:
    found = folder(tmp_path, a="select 1", a__rollback="select 2", b="select 1", c__rollback="select 1")
    assert [m.rollback.name if m.rollback else None for m in found.migrations] == ["a.rollback.sql", None]
    assert [(f.id, f.severity) for f in found.findings] == [("orphan-rollback", "warning")]


def test_post_apply_files_stand_apart(tmp_path: Path) -> None:
    found = folder(tmp_path, **{"a": "select 1", "post-apply": "select 2", "post-apply-b": "select 3"})
    assert (ids(found), [m.id for m in found.post_apply]) == (["a"], ["post-apply-b", "post-apply"])


# ---- headers


@pytest.mark.parametrize(
    ("text", "depends", "transactional"),
    [
        ("-- depends: x y\nselect 1", ("x", "y"), None),
        ("\ufeff--depends:x\r\n\r\n  --   depends :  y \r\n-- transactional: FALSE\r\nselect 1", ("x", "y"), False),
        ("-- a remark\n-- depends: x\n-- transactional: true\nselect 1", ("x",), True),
        ("select 1;\n-- depends: nobody\n-- transactional: false", (), None),
        ("-- depends:\n-- transactional: false\nselect 1", (), False),
        ("-- depends: x\n-- depends:\nselect 1", ("x",), None),
        ("/* block */\n-- depends: nobody\nselect 1", (), None),
        ("-- this depends: nobody\nselect 1", (), None),
        ("-- depends: x", ("x",), None),
    ],
)
def test_headers(text: str, depends: tuple[str, ...], transactional: bool | None, tmp_path: Path) -> None:
    found = folder(tmp_path, a=text, x="select 1", y="select 1")
    migration = next(m for m in found.migrations if m.id == "a")
    assert (migration.depends, migration.transactional) == (depends, transactional)


@pytest.mark.parametrize(
    "text",
    [
        "-- depends: a b\n--depends: c\n\n-- transactional: false\nselect 1;\n-- depends: d",
        "-- depends:\nselect 1",
        "-- depends: a\n\n\n-- words\n-- depends:b\nselect 1",
        "--depends : a\nselect 1",
        "-- depends:\n-- transactional: false\nselect 1",
    ],
)
def test_headers_mean_what_they_mean_to_yoyo(text: str, tmp_path: Path) -> None:
    from yoyo.migrations import read_sql_migration

    for name in "abcd":
        (tmp_path / f"{name}.sql").write_text("select 1")
    found = folder(tmp_path, m=text)
    directives, *_ = read_sql_migration(str(tmp_path / "m.sql"))
    ours = next(m for m in found.migrations if m.id == "m")
    assert set(ours.depends) == set(directives.get("depends", "").split())
    assert ours.transactional == {"false": False, "true": True, None: None}[directives.get("transactional")]


def test_a_bad_transactional_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="true or false, found 'no'"):
        folder(tmp_path, a="-- depends: \n-- transactional: no\nselect 1")


@pytest.mark.parametrize(
    "line",
    ['__depends__ = {"x"}', '__depends__ = ["x"]', '__depends__: set[str] = {"x"}', "__depends__ = {'x'}"],
)
def test_python_files_say_their_dependencies_too(line: str, tmp_path: Path) -> None:
    found = folder(tmp_path, a__py=f"from yoyo import step\n{line}\nsteps = [step('select 1')]\n", x="select 1")
    assert ids(found) == ["x", "a"]
    assert found.migrations[1].is_python


@pytest.mark.parametrize(
    "text", ["def broken(:\n", "x = 'caf\xe9'\n" + "y = 1\n" * 20_000, "__depends__ = set(names)\n"]
)
def test_a_python_file_that_cannot_be_read_is_told_not_raised(text: str, tmp_path: Path) -> None:
    try:
        folder(tmp_path, a__py=text)
    except UsageError as error:
        assert "a.py" in error.message or error.findings  # type: ignore[attr-defined]


def test_checksums_are_of_the_bytes(tmp_path: Path) -> None:
    one, two = folder(tmp_path, a="select 1;\n", b="select 1;\r\n").migrations
    assert one.checksum != two.checksum
    assert re.fullmatch(r"[0-9a-f]{64}", one.checksum)


# ---- mistakes


def test_every_unknown_dependency_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        folder(tmp_path, add_users="select 1", b="-- x\n-- depends: ad_users\nselect 1", c="-- depends: gone\nselect 1")
    assert problems(caught) == [("unknown-depends", "b.sql", 2), ("unknown-depends", "c.sql", 1)]
    first, second = caught.value.findings
    assert first.help == "did you mean add_users?"  # type: ignore[attr-defined]
    assert "committed" in second.help  # type: ignore[attr-defined]


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"a\.py and a\.sql") as caught:
        folder(tmp_path, a="select 1", a__py="steps = []")
    assert problems(caught)[0][0] == "double-id"


@pytest.mark.parametrize(
    ("files", "circle"),
    [
        ({"a": "-- depends: a"}, "a -> a"),
        ({"a": "-- depends: b", "b": "-- depends: a"}, "a -> b -> a"),
        (
            {"x": "-- depends: a", "a": "-- depends: b", "b": "-- depends: c", "c": "-- depends: a", "y": ""},
            "a -> b -> c -> a",
        ),
    ],
)
def test_a_cycle_is_named(files: dict[str, str], circle: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=circle):
        folder(tmp_path, **{name: f"{header}\nselect 1" for name, header in files.items()})


def test_a_file_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"gr\xfc.sql")).write_text("select 1")
    with pytest.raises(BadFile, match="not UTF-8"):
        read_migrations(tmp_path)


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sql").symlink_to(tmp_path / "gone.sql")
    with pytest.raises(BadFile, match=r"a\.sql"):
        read_migrations(tmp_path)


def test_an_id_with_a_blank_is_no_head_for_it_cannot_be_depended_on(tmp_path: Path) -> None:
    write_migration(folder(tmp_path, **{"my change": "select 1"}), "next")
    assert read_migrations(tmp_path).migrations


# ---- new files


def test_a_new_migration_depends_on_the_head(tmp_path: Path) -> None:
    found = folder(tmp_path, m1="select 1", m2="-- depends: m1\nselect 1")
    path, rollback = write_migration(found, "add it", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert path.name == "20260102030405_add_it.sql"
    assert rollback.name == "20260102030405_add_it.rollback.sql"
    assert path.read_text().startswith("-- depends: m2\n")


def test_after_a_merge_it_depends_on_both_heads(tmp_path: Path) -> None:
    found = folder(tmp_path, m1="select 1", m2="-- depends: m1\nselect 1", m3="-- depends: m1\nselect 1")
    path, _ = write_migration(found, "merge")
    assert read_migrations(tmp_path).get(path.stem).depends == ("m2", "m3")  # type: ignore[union-attr]


def test_without_depends_lines_only_the_last_one_is_a_head(tmp_path: Path) -> None:
    assert heads(folder(tmp_path, m1="select 1", m2="select 1").migrations) == ("m2",)
    assert heads(()) == ()


def test_new_migrations_sort_behind_all_others_also_within_a_second(tmp_path: Path) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for name in ("zebra", "apple", "mango"):
        write_migration(read_migrations(tmp_path), name, now)
    assert [id.split("_")[1] for id in ids(read_migrations(tmp_path))] == ["zebra", "apple", "mango"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("add users", "add_users"),
        ("  Add--Users!  ", "add_users"),
        ("users' e-mail", "users_e_mail"),
        ("Táble ñu", "table_nu"),
        ("../../etc/passwd", "etc_passwd"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_long_name_still_makes_a_file(tmp_path: Path) -> None:
    path, rollback = write_migration(read_migrations(tmp_path), "very long " * 40)
    assert path.exists()
    assert rollback.exists()


@pytest.mark.parametrize("name", ["", "   ", "!!!", "..", "_"])
def test_a_name_without_a_letter_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="letter or digit"):
        write_migration(read_migrations(tmp_path), name)
    assert list(tmp_path.iterdir()) == []
