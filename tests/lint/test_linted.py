"""The run: which files, what each source says, what is told once, what is kept, what --fix rewrites."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dbtool.config import load_project
from dbtool.errors import UsageError
from dbtool.finding import Finding, Severity
from dbtool.lint.allow import LintPolicy
from dbtool.lint.cache import Cache, key_of
from dbtool.lint.chosen import Changed, all_files, choose, files_at, not_on_base
from dbtool.lint.fixed import fix_files, kept_files
from dbtool.lint.hazards import ENGINE
from dbtool.lint.linted import Linted, context_of, lint
from dbtool.lint.source import Role
from dbtool.lint.squawk import find_squawk, squawk_version
from dbtool.lint.squawk_rules import LEFT_OUT, RULES
from dbtool.migrations import read_migrations
from dbtool.target import load_target
from tests.conftest import ROOT


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project, which is the current folder."""
    for name in ("migrations", "safety", "sql/schema", "sql/triggers", "sql/seeds/dev"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "dbtool.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DBTOOL_ENV", "NODE_ENV", "APP_ENV", "ENV"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path


def write(path: str, text: str) -> Path:
    file = Path(path).absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def run(*paths: str, style: bool = False, version: int = 18, on: tuple[str, ...] = ()) -> Linted:
    """Lint files of the current project, or all of them."""
    project = load_project()
    folder = read_migrations(project.migrations)
    files = files_at(project, folder, map(Path, paths)) if paths else all_files(project, folder)
    policy = LintPolicy(on=frozenset(on))
    context = context_of(project, folder, version)
    return lint(project, files, context, policy=policy, today=date(2026, 1, 2), style=style)


def ids(found: Linted | tuple[Finding, ...]) -> list[str]:
    return [finding.id for finding in (found.findings if isinstance(found, Linted) else found)]


def of(found: Linted, id: str) -> list[tuple[str, int, int]]:
    """The files, lines and columns where a hazard is told."""
    return [(f.place.path.name, f.place.line, f.place.column) for f in found.findings if f.id == id and f.place]


# ---- squawk


def test_squawk_is_there_and_knows_the_rules_that_we_name() -> None:
    assert squawk_version()
    names = [word for name in (*RULES, *LEFT_OUT) for word in ("--exclude", name)]
    binary = find_squawk()
    assert binary
    done = subprocess.run([binary, *names], input=b"select 1;", capture_output=True, check=False)
    assert b"invalid rule" not in done.stderr


def test_each_of_squawks_rules_is_told_or_left_out(root: Path) -> None:
    """A newer squawk may bring new ones: they have to be given a name, or left out."""
    binary = find_squawk()
    assert binary
    known = {*RULES, *LEFT_OUT, "unused-ignore"}
    told = subprocess.run([binary, "--exclude", "no-such-rule"], capture_output=True, text=True, check=False).stderr
    assert "invalid rule name" in told
    sql = write("x.sql", "ALTER TABLE t ADD COLUMN c int DEFAULT random(), DROP COLUMN d; DROP TABLE u;")
    done = subprocess.run([binary, "--reporter", "json", sql], capture_output=True, text=True, check=False)
    assert {entry["rule_name"] for entry in json.loads(done.stdout)} <= known


def test_a_place_of_squawk_is_one_in_characters(root: Path) -> None:
    write("x.sql", '\ufeff-- é\r\nDROP VIEW "é", v; ALTER TABLE "ü" ALTER COLUMN c DROP DEFAULT;\r\n')
    found = run("x.sql")
    assert of(found, "drop-view") == [("x.sql", 2, 1)]
    assert of(found, "drop-default") == [("x.sql", 2, 50)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY t FROM stdin;\n1\tit's\n\\.\nDROP VIEW v;\n", [4]),
        ("COPY t FROM stdin;\n\\.\nDROP VIEW v;\n", [3]),
        ('COPY t (a) FROM stdin WITH (FORMAT csv);\n"x;\ny"\n\\.\n\nDROP VIEW v;', [6]),
    ],
)
def test_data_are_no_sql(text: str, expected: list[int], root: Path) -> None:
    write("x.sql", text)
    found = run("x.sql")
    assert [line for _, line, _ in of(found, "drop-view")] == expected
    assert "not-analysed" not in ids(found)


def test_a_path_is_no_pattern(root: Path) -> None:
    write("[a]*?.sql", "DROP VIEW v;")
    write("-x.sql", "DROP VIEW v;")
    assert {name for name, _, _ in of(run(), "drop-view") or of(run("[a]*?.sql", "-x.sql"), "drop-view")} == {
        "[a]*?.sql",
        "-x.sql",
    }


def test_a_squawk_configuration_of_the_project_hides_nothing(root: Path) -> None:
    write(".squawk.toml", 'excluded_rules = ["ban-drop-view"]')
    write("x.sql", "DROP VIEW v;")
    assert "drop-view" in ids(run("x.sql"))


def test_what_squawk_cannot_read_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("x.sql", "CREATE TABEL t ();\nDROP VIEW v;")
    assert ids(run("x.sql")) == ["syntax-error"]


def test_new_tables_are_nobodys(root: Path) -> None:
    text = (
        "-- transactional: false\nCREATE TABLE t (a bigint);\nCREATE INDEX i ON t (a);\nALTER TABLE t ADD UNIQUE (a);\n"
    )
    write("x.sql", text)
    assert {"require-concurrent-index-creation", "add-unique"}.isdisjoint(ids(run("x.sql")))


def test_optional_rules_are_told_where_they_are_asked_for(root: Path) -> None:
    write("x.sql", "DROP TRIGGER t ON x;")
    assert "drop-trigger" not in ids(run("x.sql"))
    assert "drop-trigger" in ids(run("x.sql", on=("drop-trigger",)))


def test_one_hazard_is_told_once(root: Path) -> None:
    write(
        "x.sql", "ALTER TABLE t DROP COLUMN a;\nCREATE INDEX i ON t (b);\nALTER TABLE t ALTER COLUMN c SET NOT NULL;\n"
    )
    found = ids(run("x.sql"))
    for id in ("drop-column", "require-concurrent-index-creation", "set-not-null"):
        assert found.count(id) == 1, id


# ---- files


def test_a_file_has_a_role(root: Path) -> None:
    for path in ("migrations/a.sql", "migrations/a.rollback.sql", "sql/schema/x/b.sql", "sql/triggers/c.sql"):
        write(path, "SELECT 1;")
    write("sql/seeds/dev/d.sql", "SELECT 1;")
    write("other/e.sql", "SELECT 1;")
    project = load_project()
    folder = read_migrations(project.migrations)
    assert {f.name: f.role for f in all_files(project, folder)} == {
        "migrations/a.sql": Role.MIGRATION,
        "migrations/a.rollback.sql": Role.ROLLBACK,
        "sql/schema/x/b.sql": Role.SCHEMA,
        "sql/triggers/c.sql": Role.TRIGGER,
        "sql/seeds/dev/d.sql": Role.SEED,
    }
    (other,) = files_at(project, folder, [Path("other")])
    assert (other.role, other.ours) == (Role.MIGRATION, False)
    with pytest.raises(UsageError, match="nowhere is not there"):
        files_at(project, folder, [Path("nowhere")])


def test_a_rollback_may_take_away_what_its_migration_brought(root: Path) -> None:
    write("migrations/a.sql", "CREATE VIEW v AS SELECT 1;")
    write("migrations/a.rollback.sql", "DROP VIEW v;")
    assert "drop-view" not in ids(run())


def test_sql_schema_is_judged_by_names_and_types_alone(root: Path) -> None:
    write("sql/schema/a.sql", "CREATE TABLE t (a varchar(3));\nALTER TABLE u ADD UNIQUE (a);\nCREATE INDEX i ON u (b);")
    found = ids(run())
    assert "prefer-text-field" in found
    assert {"add-unique", "require-concurrent-index-creation"}.isdisjoint(found)


def test_a_file_that_cannot_be_run_is_looked_at_all_the_same(root: Path) -> None:
    write("x.sql", "BEGIN;\nDROP VIEW v;\nCOMMIT;\n")
    found = run("x.sql")
    assert of(found, "transaction-control") == [("x.sql", 1, 1), ("x.sql", 3, 1)]
    assert of(found, "drop-view") == [("x.sql", 2, 1)]


def git(*words: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    subprocess.run(["git", *words], check=True, capture_output=True, env=os.environ | identity)


def test_new_is_what_the_base_branch_has_not(root: Path) -> None:
    write("migrations/a.sql", "SELECT 1;")
    write("sql/schema/old.sql", "CREATE TABLE t ();")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "mine")
    project = load_project()
    write("migrations/b é.sql", "SELECT 1;")
    write("sql/schema/old.sql", "CREATE TABLE t (a int);")
    changed = not_on_base(project, None)
    assert changed and changed.base == "main"

    def chosen(applied: set[str] | None) -> list[str]:
        files = all_files(project, read_migrations(project.migrations))
        return sorted(file.name for file in choose(files, changed, applied))

    assert chosen(None) == ["migrations/b é.sql", "sql/schema/old.sql"]
    assert chosen({"b é"}) == ["migrations/a.sql", "migrations/b é.sql", "sql/schema/old.sql"]
    git("add", "-A")
    git("commit", "-qm", "two")
    assert chosen(None) == ["migrations/b é.sql", "sql/schema/old.sql"]
    with pytest.raises(UsageError, match="git does not know nothing-of-this-name"):
        not_on_base(project, "nothing-of-this-name")


def test_without_git_and_target_all_files_are_new(root: Path) -> None:
    write("migrations/a.sql", "SELECT 1;")
    write("sql/schema/b.sql", "CREATE TABLE t ();")
    project = load_project()
    files = all_files(project, read_migrations(project.migrations))
    assert not_on_base(project, None) is None
    assert choose(files, None, None) == files
    assert [file.name for file in choose(files, None, {"a"})] == ["sql/schema/b.sql"]
    nothing = Changed(base="main", paths=frozenset())
    assert choose(files, nothing, {"a"}) == []


# ---- what is kept


def test_the_second_run_finds_the_same_without_looking(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("migrations/a.sql", "-- dbtool: allow drop-table because old\nDROP TABLE t;\nDROP VIEW v;\nselect 1;\n")
    write("migrations/b.sql", "CREATE TABEL x;")
    first = run(style=True)
    monkeypatch.setattr("dbtool.lint.squawk.subprocess.Popen", None)
    monkeypatch.setattr("dbtool.lint.style.subprocess.Popen", None)
    monkeypatch.setattr("dbtool.lint.work.examine_script", None)
    assert run(style=True) == first
    assert {"drop-view", "capitalisation-keywords", "syntax-error"} <= set(ids(first))
    assert first.allowed == 1


@pytest.mark.parametrize("change", ["text", "version", "context", "header"])
def test_what_the_answer_depends_on_is_in_its_key(change: str, root: Path) -> None:
    text = "ALTER TABLE t ADD COLUMN a int;\n"
    write("migrations/b.sql", text)
    run()
    before = json.loads((root / ".dbtool" / "lint" / "findings.json").read_text())["entries"]
    if change == "context":
        write("sql/schema/t.sql", "CREATE TABLE t ();")
    if change in ("text", "header"):
        write("migrations/b.sql", text + ("SELECT 1;" if change == "text" else "-- transactional: false"))
    run(version=15 if change == "version" else 18)
    after = json.loads((root / ".dbtool" / "lint" / "findings.json").read_text())["entries"]
    assert set(before) < set(after)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "entries": {"k": 3}}', "\x00"])
def test_a_cache_that_cannot_be_read_is_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "lint.json"
    file.write_text(text)
    cache = Cache(file)
    assert cache.get("k") is None
    cache.put("k", [1])
    cache.save()
    assert Cache(file).get("k") == [1]


def test_a_cache_stays_within_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbtool.lint.cache.MOST", 3)
    cache = Cache(tmp_path / "lint.json")
    for number in range(5):
        cache.put(key_of(number), number)
    cache.save()
    assert len(json.loads((tmp_path / "lint.json").read_text())["entries"]) == 3


def test_a_folder_that_is_no_project_is_left_as_it_is(root: Path) -> None:
    (root / "dbtool.toml").unlink()
    write("x.sql", "DROP VIEW v;")
    run("x.sql")
    assert not (root / ".dbtool").exists()


# ---- style


def test_style_is_checked_and_corrected(root: Path) -> None:
    (root / "safety" / "sqlfluff.cfg").write_text((ROOT / "safety" / "sqlfluff.cfg").read_text())
    file = write("sql/schema/a.sql", "\ufeffcreate table t (\r\n    a int\r\n);\r\n")
    found = run(style=True)
    assert of(found, "capitalisation-keywords") == [("a.sql", 1, 1), ("a.sql", 1, 8)]
    assert {f.severity for f in found.findings if f.source == "sqlfluff"} == {Severity.WARNING}
    project = load_project()
    assert fix_files(project, all_files(project, read_migrations(project.migrations))) == (file,)
    assert file.read_bytes() == "\ufeffCREATE TABLE t (\r\n    a int\r\n);\r\n".encode()
    assert "capitalisation-keywords" not in ids(run(style=True))


def test_a_correction_that_says_something_else_is_not_made(root: Path) -> None:
    """sqlfluff makes `= NULL` an `IS NULL`: that is another statement, and the rest of its corrections are made."""
    file = write("sql/schema/a.sql", "create view v as select a from t where a = null;\n")
    project = load_project()
    fix_files(project, all_files(project, read_migrations(project.migrations)))
    assert file.read_text().replace("\n", " ").split() == [
        "CREATE",
        "VIEW",
        "v",
        "AS",
        "SELECT",
        "a",
        "FROM",
        "t",
        "WHERE",
        "a",
        "=",
        "NULL;",
    ]


def test_files_with_data_are_not_shown_to_sqlfluff(root: Path) -> None:
    write("sql/seeds/dev/a.sql", "COPY t FROM stdin;\n1\n\\.\n")
    found = run(style=True)
    assert [(f.id, f.source, f.severity) for f in found.findings] == [("not-analysed", "sqlfluff", Severity.NOTE)]


def test_an_allow_is_for_style_too(root: Path) -> None:
    write("sql/schema/a.sql", "-- dbtool: allow capitalisation-keywords because it is quoted so\nselect 1;\n")
    found = run(style=True)
    assert found.allowed and not ids(found)
    assert "unused-allow" not in ids(run(style=False))


def test_a_migration_on_the_base_branch_is_not_rewritten(root: Path) -> None:
    write("migrations/a.sql", "select 1;")
    write("migrations/b.sql", "select 1;")
    project = load_project()
    files = all_files(project, read_migrations(project.migrations))
    changed = Changed(base="main", paths=frozenset([(root / "migrations/b.sql").resolve()]))
    kept = kept_files(project, lambda: load_target(project), files, changed)
    assert [(one.file.name, one.why) for one in kept] == [("migrations/a.sql", "it is on main")]


def test_it_is_not_rewritten_where_nobody_can_be_asked(root: Path) -> None:
    (root / "dbtool.toml").write_text('[environments.staging]\nurl = "postgresql://x@127.0.0.1:1/x"\n')
    write("migrations/a.sql", "select 1;")
    project = load_project()
    files = all_files(project, read_migrations(project.migrations))
    with pytest.raises(UsageError, match="what staging has applied"):
        kept_files(project, lambda: load_target(project), files, None)


# ---- words


def test_the_hazards_of_the_engine_can_be_allowed() -> None:
    table = (ROOT / "docs" / "schema-engine.md").read_text().split("## Hazards")[1].split("\n## ")[0]
    import re

    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == ENGINE


def test_no_rule_looks_like_one_of_sqlfluffs() -> None:
    import re

    from dbtool.lint.hazards import known_hazards

    assert [
        id for id in known_hazards() if re.fullmatch(r"[A-Za-z]{2}\d\d", id) or not re.fullmatch("[a-z0-9-]+", id)
    ] == []


# ---- several processes


def test_many_files_are_judged_in_several_processes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("migrations/000.sql", "CREATE TABLE t (id bigint PRIMARY KEY, a bigint);")
    for number in range(1, 30):
        write(
            f"migrations/{number:03}.sql", f"ALTER TABLE t ADD COLUMN c{number} bigint NOT NULL;\nDROP VIEW v{number};"
        )
    alone = run()
    (root / ".dbtool" / "lint" / "findings.json").unlink()
    monkeypatch.setattr("dbtool.lint.shared.ENOUGH", 5)
    monkeypatch.setattr("dbtool.lint.shared.os.cpu_count", lambda: 3)
    assert run() == alone
    kept = (root / ".dbtool" / "lint" / "findings.json").read_bytes()
    assert run() == alone
    assert (root / ".dbtool" / "lint" / "findings.json").read_bytes() == kept


def test_a_part_whose_process_dies_is_judged_here(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        write(f"migrations/{number:03}.sql", f"DROP VIEW v{number};")
    here = os.getpid()

    def dying() -> bytes:
        if os.getpid() != here:
            os._exit(3)
        return b"{}"

    from dbtool.lint.work import Work

    found = Work.found
    monkeypatch.setattr(Work, "found", lambda one: (dying(), found(one))[1])
    monkeypatch.setattr("dbtool.lint.shared.ENOUGH", 2)
    monkeypatch.setattr("dbtool.lint.shared.os.cpu_count", lambda: 2)
    assert len(of(run(), "drop-view")) == 10


def test_what_is_said_of_a_key_is_not_said_of_its_type_again(root: Path) -> None:
    write("x.sql", "CREATE TABLE t (\n  a int,\n  id int PRIMARY KEY,\n  b int\n);")
    found = run("x.sql")
    assert of(found, "integer-primary-key") == [("x.sql", 3, 3)]
    assert [line for _, line, _ in of(found, "prefer-bigint-over-int")] == [2, 4]


def test_a_file_of_another_place_may_open_its_own_transaction(root: Path) -> None:
    write("other/x.sql", "BEGIN;\nSELECT 1;\nCOMMIT;\n")
    found = run("other/x.sql")
    assert {f.severity for f in found.findings if f.id == "transaction-control"} == {Severity.NOTE}
    assert "missing-rollback" not in ids(found)
