"""The truth table of the guard, line by line, through `guard explain` as it is typed."""

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from dbtool.commands.guard import explain
from tests.conftest import clean_environment
from tests.guard.cases import Case, read_cases

SERVICES = """
[local]
host=localhost
dbname=app

[prod]
host=db.prod.example.net
dbname=app

[far]
host=db7.example.net
dbname=app

[aws]
host=app.c9akciq32.eu-west-1.rds.amazonaws.com
dbname=app

[name]
host=localhost
dbname=production
"""
CASES = read_cases()


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 250
    for verdict in ("allow", "confirm", "block"):
        assert sum(case.verdict == verdict for case in CASES) >= 50


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_verdict(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    services = tmp_path / "pg_service.conf"
    services.write_text(SERVICES)
    environment = clean_environment() | {"PGSERVICEFILE": str(services), "HOME": str(tmp_path)} | case.environment
    with patch.dict(os.environ, environment, clear=True):
        answer = explain(case.command.split(), env=case.env, url=case.url or None, server_mark=case.mark)
    reasons = [f"{r['rule']}: {r['message']}" for r in answer.data["reasons"]]  # type: ignore[union-attr,index]
    assert answer.data["verdict"] == case.verdict, f"line {case.line}, {case.why}: {case}\n" + "\n".join(reasons)
    assert reasons
