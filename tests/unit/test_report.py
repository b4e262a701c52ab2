"""What a command answers: as JSON whose keys only grow, and as text."""

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbtool import console
from dbtool.errors import BadFile, DatabaseRefused, Drift, LockNotHad, Refused, Unreachable, UsageError
from dbtool.finding import Finding, Place, Severity
from dbtool.progress import Step
from dbtool.report import Report, Table, plain, seconds, to_json
from dbtool.where import Where

WHERE = Where(
    host="h", port=5432, database="d", role="r", server_version="18.4", environment="staging", why="because", url_from="x"
)  # fmt: skip
FINDING = Finding(
    id="late-migration",
    message="m",
    help="h",
    severity=Severity.WARNING,
    place=Place(path=Path("a.sql"), line=2, column=3),
)
# docs/json.md promises these to scripts: never take one away, never change its meaning.
REPORT_KEYS = {"command", "ok", "exit_code", "summary", "target", "steps", "findings", "next"}
TARGET_KEYS = {"host", "port", "database", "role", "server_version", "environment", "why", "url_from"}
STEP_KEYS = {"migration", "action", "seconds", "statements"}
FINDING_KEYS = {"id", "message", "help", "severity", "place", "migration"}
ERROR_KEYS = {"kind", "message", "hint", "sqlstate", "place"}


def shown(draw: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    draw()
    return capsys.readouterr()


def test_the_keys_of_a_report_are_stable() -> None:
    report = Report(
        command="migrate", summary="s", where=WHERE, steps=[Step(migration="a", action="applied")], findings=[FINDING],
        data={"extra": Path("x"), "at": datetime(2026, 1, 1, tzinfo=UTC)},
    )  # fmt: skip
    drawn = json.loads(json.dumps(to_json(report)))
    assert set(drawn) >= REPORT_KEYS
    assert set(drawn["target"]) >= TARGET_KEYS
    assert set(drawn["steps"][0]) >= STEP_KEYS
    assert set(drawn["findings"][0]) >= FINDING_KEYS
    assert drawn["findings"][0]["place"] == {"path": "a.sql", "line": 2, "column": 3}
    assert drawn["findings"][0]["severity"] == "warning"
    assert (drawn["extra"], drawn["at"]) == ("x", "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize("code", [0, 3, 4])
def test_ok_is_exit_code_zero(code: int) -> None:
    assert to_json(Report(command="status", summary="", exit_code=code))["ok"] is (code == 0)


@pytest.mark.parametrize(
    "error",
    [
        UsageError("m", hint="h"), DatabaseRefused("m"), Refused("m"), Unreachable("m"), LockNotHad("m"),
        Drift(FINDING, hint="h"), BadFile(FINDING),
    ],
    ids=lambda e: type(e).__name__,
)  # fmt: skip
def test_every_error_is_json_with_the_same_keys(error: UsageError, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(lambda: console.show_error(error, as_json=True, command="migrate"), capsys)
    drawn = json.loads(out)
    assert (drawn["command"], drawn["ok"], drawn["exit_code"]) == ("migrate", False, error.exit_code)
    assert set(drawn["error"]) >= ERROR_KEYS
    assert [set(f) >= FINDING_KEYS for f in drawn["findings"]] == [True] * len(getattr(error, "findings", ()))


def test_exit_codes_are_what_design_says() -> None:
    kinds = (DatabaseRefused, UsageError, Refused, Unreachable, LockNotHad, Drift, BadFile)
    assert [kind.exit_code for kind in kinds] == [1, 2, 6, 7, 8, 4, 2]


def test_results_go_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(
        command="status", summary="1 pending", where=WHERE, findings=[FINDING], next=("dbtool migrate",),
        tables=[Table(columns=("state", "migration"), rows=[("pending", "a")])],
    )  # fmt: skip
    out, err = shown(lambda: console.show(report, as_json=False), capsys)
    assert out == "state    migration\npending  a\n1 pending\n  next: dbtool migrate\n"
    assert err == (
        "staging: d on h:5432 as r, PostgreSQL 18.4 (because; x)\na.sql:2:3: warning: m [late-migration]\n  to do: h\n"
    )


def test_a_text_is_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(
        lambda: console.show(Report(command="x", summary="s", text="select 1\n", where=WHERE), as_json=False), capsys
    )
    assert (out, err) == ("select 1\n", "")


@given(st.sampled_from(["postgresql://u:{}@h/d", "password={} host=h", "x postgres://u:{}@h y"]))
def test_no_password_in_any_message(form: str) -> None:
    from contextlib import redirect_stderr, redirect_stdout

    text = form.format("Zq-secret-qZ")
    out, err = io.StringIO(), io.StringIO()
    bad = Finding(id="x", message=text, help=text)
    with redirect_stdout(out), redirect_stderr(err):
        for as_json in (False, True):
            console.show_error(UsageError(text, hint=text), as_json=as_json, command="x")
            console.show_error(BadFile(bad), as_json=as_json, command="x")
            console.show(
                Report(
                    command="x",
                    summary=text,
                    findings=[bad],
                    tables=[Table(columns=("a",), rows=[(text,)])],
                    next=(text,),
                ),
                as_json=as_json,
            )
        console.say(text)
    assert "Zq-secret-qZ" not in out.getvalue() + err.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "coloured"),
    [
        (_Terminal(), {"TERM": "xterm"}, True),
        (io.StringIO(), {"TERM": "xterm"}, False),
        (_Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (_Terminal(), {"TERM": "dumb"}, False),
        (_Terminal(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: TextIO, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in console.colour("x", "red", stream)) is coloured


@given(st.floats(0, 100_000, allow_nan=False))
def test_durations_read_well(value: float) -> None:
    assert re.fullmatch(r"\d+ ms|\d+\.\d s|\d+ min \d+ s|\d+ h \d+ min", seconds(value))
    assert " 60 " not in seconds(value), "59.9 s is not 60 s"


def test_durations_never_show_sixty_of_a_unit() -> None:
    assert [seconds(v) for v in (0.9996, 59.96, 119.7, 3599.9, 7199.9)] == [
        "1.0 s",
        "1 min 0 s",
        "2 min 0 s",
        "1 h 0 min",
        "2 h 0 min",
    ]


def test_plain_takes_apart_what_json_cannot_hold() -> None:
    assert plain({1: (Severity.NOTE, Path("x"), None, WHERE)})["1"][:3] == ["note", "x", None]
