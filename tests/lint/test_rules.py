"""Each rule over its examples: a bad file gives what its comments expect, a good one nothing, whichever rule looks.

In an example, "-- expect" stands above each line with a finding. The first lines may say "-- transactional: false",
"-- version: 14", "-- role: schema", "-- rollback: none", and in a good file "-- also: <ids>": what other rules say of it.
``before.sql`` is an earlier migration, ``schema.sql`` what sql/schema says.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import Rule, look
from dbtool.lint.rules import RULES
from dbtool.lint.source import Role, Source, read_source

EXAMPLES = Path(__file__).parent / "rules"
BAD = sorted(EXAMPLES.glob("*/bad*.sql"))
GOOD = sorted(EXAMPLES.glob("*/good*.sql"))


def _said(path: Path) -> dict[str, str]:
    found = re.findall(r"^-- (transactional|version|role|rollback|also): *(.*)$", path.read_text(), re.MULTILINE)
    return dict(found)


def _source(path: Path) -> tuple[Source, Context]:
    said = _said(path)
    before, schema = (path.parent / name for name in ("before.sql", "schema.sql"))
    context = Context(
        version=int(said.get("version", 18)),
        schema=(schema,) if schema.exists() else (),
        migrations=(before, path) if before.exists() else (),
    )
    source = read_source(
        path,
        Role(said.get("role", "migration")),
        transactional=said.get("transactional") != "false",
        rollback=None if said.get("rollback") == "none" else path,
    )
    return source, context


def _lines(path: Path, rules: Iterable[Rule]) -> list[tuple[int, str]]:
    source, context = _source(path)
    return sorted((source.script.place(seen.start).line, rule.id) for rule, seen in look(rules, source, context))


def _expected(path: Path) -> list[int]:
    expected, waiting = [], 0
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.strip() == "-- expect":
            waiting += 1
        else:
            expected += [number] * waiting
            waiting = 0
    return expected


@pytest.mark.parametrize("path", BAD, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_bad(path: Path) -> None:
    found = [line for line, _ in _lines(path, [RULES[path.parent.name]])]
    assert Counter(found) == Counter(_expected(path))


@pytest.mark.parametrize("path", GOOD, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_good(path: Path) -> None:
    """No rule is alarmed by what another rule recommends, but for what the example names itself."""
    also = set(_said(path).get("also", "").split())
    assert path.parent.name not in also
    assert [f for f in _lines(path, RULES.values()) if f[1] not in also] == []


@pytest.mark.parametrize("id", RULES)
def test_rule(id: str) -> None:
    rule = RULES[id]
    assert rule.id == id
    assert rule.title and rule.why and rule.help and rule.page.split("#")[0].endswith(".html")
    assert any(path.parent.name == id for path in BAD), "no bad example"
    assert any(path.parent.name == id for path in GOOD), "no good example"


@pytest.mark.parametrize("path", [*BAD, *GOOD], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_places(path: Path) -> None:
    """Each finding has a place in the file, and words without a hole in them."""
    source, context = _source(path)
    for rule, seen in look(RULES.values(), source, context):
        assert 0 <= seen.start < seen.end <= len(source.script.source), rule.id
        assert seen.message and "  " not in seen.message and not seen.message.endswith("."), (rule.id, seen.message)
        assert seen.help or rule.help
        assert seen.severity is None or seen.severity in Severity


def test_pages_are_current() -> None:
    """docs/rules/ is written by python -m tests.tools.rule_pages."""
    from tests.tools.rule_pages import PAGES, pages

    assert {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")} == pages()
