"""Findings drawn for machines: what the published schemas say of them, and what goes where."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from dbtool.finding import Finding, Place, Severity
from dbtool.lint.formats import FORMATS, fingerprints, github, gitlab, junit, markdown, sarif, text
from dbtool.lint.formats import json as json_format

SCHEMAS = Path(__file__).parent / "schemas"


def finding(id: str, severity: Severity, line: int = 3, *, message: str = "m", end: int | None = None) -> Finding:
    path = Path.cwd() / "migrations" / "2026 é.sql"
    return Finding(
        id=id,
        message=message,
        help="do <this> | 50%",
        severity=severity,
        place=Place(path=path, line=line, column=5),
        end=Place(path=path, line=end or line, column=9),
        source="squawk",
        url=f"docs/rules/{id}.md",
    )


FINDINGS = [
    finding("drop-table", Severity.ERROR, message='drops "a" & <b>\x01, for good'),
    finding("drop-table", Severity.ERROR, 7, message="two\nlines: one, two", end=9),
    finding("unused-allow", Severity.NOTE, 8),
    finding("missing-rollback", Severity.WARNING, 0),
    Finding(id="squawk", message="about nothing in particular", severity=Severity.WARNING),
    Finding(id="outside", message="x", place=Place(path=Path("/elsewhere/a b.sql"), line=1)),
]


def title_of(id: str) -> str:
    return f"title of {id}"


@pytest.mark.parametrize("findings", [FINDINGS, []], ids=["some", "none"])
def test_sarif_is_what_its_schema_says(findings: list[Finding]) -> None:
    log = json.loads(sarif.draw(findings, title_of, "1.2"))
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.4.json").read_text())
    jsonschema.Draft4Validator(schema).validate(log)
    assert len(log["runs"][0]["results"]) == len(findings)


def test_sarif_says_where_and_which_rule() -> None:
    (run,) = json.loads(sarif.draw(FINDINGS, title_of, "1.2"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f.id for f in FINDINGS]
    place = run["results"][1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "migrations/2026%20%C3%A9.sql"
    assert place["region"] == {"startLine": 7, "startColumn": 5, "endLine": 9, "endColumn": 9}
    assert run["results"][5]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "file:///elsewhere/a%20b.sql"
    )
    assert "region" not in run["results"][3]["locations"][0]["physicalLocation"]


@pytest.mark.parametrize("findings", [FINDINGS, []], ids=["some", "none"])
def test_junit_is_what_its_schema_says(findings: list[Finding]) -> None:
    drawn = junit.draw(findings, [Path("migrations/good.sql")], (Severity.ERROR,))
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(drawn)
    suite = ElementTree.fromstring(drawn)[0]
    assert int(suite.attrib["tests"]) == len(suite)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == (2 if findings else 0)


def test_junit_has_a_case_for_a_file_without_findings() -> None:
    drawn = ElementTree.fromstring(junit.draw([], [Path("migrations/good.sql")], (Severity.ERROR,)))
    assert [case.attrib["classname"] for case in drawn.iter("testcase")] == ["migrations/good.sql"]


def test_json_is_a_list_with_these_keys() -> None:
    found: list[dict[str, Any]] = json.loads(json_format.draw(FINDINGS, title_of))
    promised = "code name severity path line column end_line end_column message help source"
    assert all(set(promised.split()) <= set(one) for one in found)
    assert found[1]["path"] == "migrations/2026 é.sql"
    assert (found[1]["line"], found[1]["end_line"], found[1]["name"]) == (7, 9, "title of drop-table")
    assert all(one["line"] >= 1 and one["column"] >= 1 for one in found)


def test_github_escapes_what_would_end_a_command() -> None:
    lines = github.draw(FINDINGS).splitlines()
    assert len(lines) == len(FINDINGS)
    assert lines[1] == (
        "::error file=migrations/2026 é.sql,line=7,endLine=9,col=5,title=drop-table::two%0Alines: one, two"
        "%0Ado <this> | 50%25"
    )
    assert lines[2].startswith("::notice ") and "endColumn=9" in lines[2]
    assert lines[4] == "::warning title=squawk::about nothing in particular"


def test_gitlab_has_what_a_code_quality_report_needs() -> None:
    found: list[dict[str, Any]] = json.loads(gitlab.draw(FINDINGS))
    assert all({"description", "check_name", "fingerprint", "severity", "location"} == set(one) for one in found)
    assert {one["severity"] for one in found} == {"major", "minor", "info"}
    assert all(one["location"]["lines"]["begin"] >= 1 for one in found)
    assert len({one["fingerprint"] for one in found}) == len(found)


def test_a_fingerprint_stays_while_lines_move() -> None:
    before = [finding("drop-table", Severity.ERROR, line) for line in (3, 7)]
    after = [finding("drop-table", Severity.ERROR, line) for line in (30, 70)]
    assert fingerprints(before) == fingerprints(after)
    assert len(set(fingerprints(before))) == 2


def test_markdown_keeps_to_its_cells() -> None:
    drawn = markdown.draw(FINDINGS, "6 findings")
    rows = [line for line in drawn.splitlines() if line.startswith("| ") and "error" in line]
    assert "lines: one, two" in rows[1] and "\\|" in rows[1] and "<this>" not in drawn


def test_text_shows_the_line_and_what_is_meant() -> None:
    shown = text.draw(FINDINGS[2:3], "1 file: 1 note", lambda f: "\tDROP TABLE t;", lambda text, tint: text)
    assert shown.splitlines() == [
        "migrations/2026 é.sql:8:5: note: m [unused-allow]",
        "  8 | \tDROP TABLE t;",
        "    | \t   ^^^^",
        "  instead: do <this> | 50%",
        "",
        "1 file: 1 note",
    ]


def test_a_long_line_is_cut_around_its_place() -> None:
    one = Finding(id="a", message="m", place=Place(path=Path("a.sql"), line=1, column=301))
    lines = text.draw([one], "s", lambda f: "x" * 300 + "HERE" + "y" * 300, lambda text, tint: text).splitlines()
    assert lines[2].index("^") == lines[1].index("HERE")
    assert len(lines[1]) < 130


def test_every_format_is_drawn_by_a_module() -> None:
    import importlib

    assert all(callable(importlib.import_module(f"dbtool.lint.formats.{form}").draw) for form in FORMATS)
