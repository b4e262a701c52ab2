"""What is allowed, and what becomes of an allow: comments above a statement, [lint] in safety/policy.toml."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dbtool.config import Project, load_project
from dbtool.errors import BadFile
from dbtool.finding import Severity
from dbtool.lint.allow import LintPolicy, allows_of, complaints_on, foreign_ignores, judge, read_lint_policy
from dbtool.lint.told import Told
from dbtool.marks import mark_of
from dbtool.script import Script, examine_script

TODAY = date(2026, 1, 2)
KNOWN = frozenset(("drop-table", "drop-column", "missing-rollback"))


def script_of(folder: Path, text: str) -> Script:
    path = folder / "a.sql"
    path.write_text(text, encoding="utf-8")
    return examine_script(path)[0]


def told(id: str, statement: int) -> Told:
    return Told(id=id, message="m", help="", severity=Severity.ERROR, source="dbtool", statement=statement)


def left(script: Script, *found: Told, policy: LintPolicy | None = None) -> list[str]:
    """The ids of what is left when the allows of *script* were taken into account."""
    policy = policy or LintPolicy()
    judged = judge(found, allows_of(script), policy, path="migrations/a.sql", today=TODAY, known=KNOWN)
    return [one.id for one in judged.told]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-- dbtool: allow drop-table because nobody reads it", []),
        ("--dbtool:allow drop-table because nobody reads it\n\n-- and more", []),
        ("-- dbtool: allow drop-table: nobody reads it", []),
        ("-- dbtool: allow drop-table because it waits until 2026-01-02", []),
        ("-- dbtool: allow drop-table because it waits until the release", []),
        ("-- dbtool: allow drop-table because it waits until 2026-01-01", ["drop-table", "allow-expired"]),
        ("-- dbtool: allow drop-table because it waits until 2026-13-01", ["drop-table", "allow-expired"]),
        ("-- dbtool: allow drop-table", ["drop-table", "allow-without-reason"]),
        ("-- dbtool: allow drop-table because until 2026-05-01", ["drop-table", "allow-without-reason"]),
        ("-- dbtool: allow drop-tabel because nobody reads it", ["drop-table", "unknown-hazard"]),
        ("-- dbtool: allow drop-column because nobody reads it", ["drop-table", "unused-allow"]),
        ("-- dbtool: hazard drop-table: it goes", ["drop-table"]),
        ("SELECT '\n-- dbtool: allow drop-table because nobody reads it\n';", ["drop-table"]),
    ],
)
def test_an_allow_above_a_statement(line: str, expected: list[str], tmp_path: Path) -> None:
    script = script_of(tmp_path, f"{line}\nDROP TABLE t;\n")
    assert left(script, told("drop-table", len(script.statements) - 1)) == expected


def test_it_is_for_the_statement_below_it_alone(tmp_path: Path) -> None:
    text = "DROP TABLE a;\n-- dbtool: allow drop-table because so\nDROP TABLE b;\nDROP TABLE c;"
    script = script_of(tmp_path, text)
    assert left(script, *(told("drop-table", n) for n in range(3))) == ["drop-table"] * 2


def test_what_is_said_of_the_file_is_allowed_at_its_top(tmp_path: Path) -> None:
    script = script_of(tmp_path, "-- dbtool: allow missing-rollback because nothing comes back\n\nDROP TABLE a;")
    assert left(script, told("missing-rollback", -1)) == []


def test_a_place_counts_characters(tmp_path: Path) -> None:
    (allow,) = allows_of(script_of(tmp_path, "\ufeff  -- dbtool: allow drop-tabel because é\nDROP TABLE t;"))
    assert (allow.line, allow.column, allow.end_column) == (1, 3, 40)


def test_the_suggestion_names_what_may_have_been_meant(tmp_path: Path) -> None:
    script = script_of(tmp_path, "-- dbtool: allow drop-tabel because x\nSELECT 1;")
    (one,) = judge([], allows_of(script), LintPolicy(), path="a", today=TODAY, known=KNOWN).told
    assert one.help.startswith("did you mean drop-table?")


def test_squawks_own_comments_are_seen(tmp_path: Path) -> None:
    script = script_of(tmp_path, "-- squawk-ignore ban-drop-table\nDROP TABLE t;")
    assert [script.source[a:b] for a, b in foreign_ignores(script)] == [b"-- squawk-ignore ban-drop-table"]


@pytest.mark.parametrize("line", ["-- dbtool: allow a because b", "-- dbtool: allow a: b", "--dbtool: hazard a: b"])
def test_one_door_reads_marks(line: str) -> None:
    mark = mark_of(line)
    assert mark and (mark.hazard, mark.said) == ("a", "b")


# ---- the policy


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "safety").mkdir()
    (tmp_path / "dbtool.toml").write_text("")
    yield load_project(tmp_path)


def policy_of(project: Project, text: str) -> LintPolicy:
    (project.root / "safety" / "policy.toml").write_text(text)
    return read_lint_policy(project, KNOWN, {"require-table-schema"})


ENTRY = '[[lint.allow]]\npath = "migrations/a*"\nhazard = "drop-table"\n'


@pytest.mark.parametrize(
    ("more", "expected", "complaints"),
    [
        ('reason = "old"', [], []),
        ('reason = "old"\nuntil = 2026-01-02', [], []),
        ('reason = "old"\nuntil = "2026-01-01"', ["drop-table"], ["allow-expired"]),
        ("", ["drop-table"], ["allow-without-reason"]),
        ('reason = " "', ["drop-table"], ["allow-without-reason"]),
    ],
)
def test_an_entry_of_the_policy(
    more: str, expected: list[str], complaints: list[str], project: Project, tmp_path: Path
) -> None:
    policy = policy_of(project, ENTRY + more)
    assert left(script_of(tmp_path, "DROP TABLE t;"), told("drop-table", 0), policy=policy) == expected
    assert [finding.id for finding in complaints_on(policy, TODAY)] == complaints


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (ENTRY.replace("drop-table", "drop-tabel"), 1, "there is no hazard drop-tabel"),
        ("\n" + ENTRY + 'why = "x"', 2, "why is not a key"),
        ('[[lint.allow]]\nhazard = "drop-table"', 1, "path is missing"),
        (ENTRY + 'until = "soon"', 1, "until must be a date"),
        ('[lint]\non = ["no-such-rule"]', 1, "no rule that can be switched on"),
        ("[lint]\nof = 1", 1, "lint.of is not a key"),
        ("lint = 1", 1, "lint must be a table"),
    ],
)
def test_a_mistake_in_the_policy_is_told_with_its_line(text: str, line: int, said: str, project: Project) -> None:
    with pytest.raises(BadFile) as raised:
        policy_of(project, text)
    (finding,) = raised.value.findings
    assert said in finding.message
    assert finding.place and finding.place.line == line


def test_optional_rules_are_switched_on(project: Project) -> None:
    assert policy_of(project, '[lint]\non = ["require-table-schema"]').on == {"require-table-schema"}


def test_the_guard_reads_the_same_file(project: Project) -> None:
    from dbtool.guard.policy import read_policy

    policy_of(project, ENTRY + 'reason = "old"\n[production]\nrefuse = ["drop-table"]')
    assert any("drop-table" in hazards for hazards in read_policy(project).hazards.values())
