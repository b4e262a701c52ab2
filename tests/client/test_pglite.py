"""Schemas and bundles in a real PGlite: one for all tests, since each costs five seconds and 750 MB."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbtool.client.bundle import MODULE, Bundle, Version, texts_of
from dbtool.client.pglite import Made, NoPGlite, PGlite, catalog_queries, find_pglite, made_in_pglite, schema_of
from dbtool.client.prove import compared, from_nothing, wished
from dbtool.config import load_project
from dbtool.errors import DatabaseRefused
from tests.client.cases import CASES, Case
from tests.client.modules import node_modules
from tests.client.reading import derived
from tests.conftest import Database
from tests.servers import Server

HERE = Path(__file__).parent
Ask = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Put a question to the one PGlite."""
    extensions = sorted({name for case in CASES for name in case.extensions})
    modules = node_modules()
    process = subprocess.Popen(
        ["node", "--no-warnings", HERE / "served.mjs", modules.parent / "tests.js", *extensions],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout

    def put(question: dict[str, Any]) -> Any:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())
        assert "error" not in said, said["error"]
        return said["answer"]

    yield put
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=30)


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[Database]:
    with server.connect("postgres") as conn:
        conn.execute("CREATE DATABASE for_pglite")
    yield Database(server, "for_pglite")
    with server.connect("postgres") as conn:
        conn.execute("DROP DATABASE for_pglite")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_pglite_can_have_the_set(case: Case, place: Database, ask: Ask) -> None:
    wanted = derived(place, case).schema
    found = schema_of(ask({"sql": from_nothing(wanted), **catalog_queries()}), 180000)
    assert not [f"{d.what} {d.record} {d.changes}" for d in compared(wanted, found)]


def test_what_an_older_shadow_does_not_know_is_no_difference(ask: Ask) -> None:
    """A column that is renamed keeps the name of its NOT NULL, which a server before 18 does not tell."""
    whole = "CREATE TABLE t (b int NOT NULL);"
    made = schema_of(
        ask({"sql": "CREATE TABLE t (a int NOT NULL); ALTER TABLE t RENAME a TO b;", **catalog_queries()}), 180000
    )
    fresh = schema_of(ask({"sql": whole, **catalog_queries()}), 180000)
    assert compared(wished(replace(fresh, version=180000), Made(schema=made, fresh=fresh)), made)
    assert not compared(wished(replace(fresh, version=170000), Made(schema=made, fresh=fresh)), made)


A = ("20250101_a", "CREATE TABLE notes (id int PRIMARY KEY, title text NOT NULL);\nCREATE INDEX ON notes (title);\n")
B = (
    "20250102_b",
    "CREATE TYPE state AS ENUM ('open', 'done');\nALTER TABLE notes ADD state state NOT NULL DEFAULT 'open';",
)
C = ("20250103_c", "-- ünïcödé, \\ and `ticks` ${x}\nUPDATE notes SET title = upper(title);\n")
HALF = ("20250102_half", "CREATE TABLE half (id int);\nSELECT 1 / 0;\n")


def _bundle(*versions: tuple[str, str]) -> Bundle:
    from hashlib import sha256

    return Bundle(
        versions=tuple(Version(id=id, checksum=sha256(sql.encode()).hexdigest(), sql=sql) for id, sql in versions),
        extensions=(),
    )


@pytest.fixture
def play(ask: Ask, tmp_path: Path) -> Callable[..., Any]:
    def play(scene: str, **bundles: Bundle) -> Any:
        for name, bundle in bundles.items():
            (tmp_path / f"{name}.mjs").write_text(texts_of(bundle)[MODULE], encoding="utf-8")
        return ask({"scene": scene, "bundles": {name: str(tmp_path / f"{name}.mjs") for name in bundles}})

    return play


OLDER, NEWER = _bundle(A), _bundle(A, B, C)
IDS = [[A[0]], [B[0]], [C[0]]]


def test_from_empty(play: Callable[..., Any]) -> None:
    assert play("from_empty", newer=NEWER) == {"first": [A[0], B[0], C[0]], "second": [], "ledger": IDS, "columns": []}


def test_from_an_older_version_with_rows(play: Callable[..., Any]) -> None:
    found = play("from_older", older=OLDER, newer=NEWER)
    rows = [[1, "ONE", "open"], [2, "TWO", "open"], [3, "three", "done"]]
    assert found == {"before": [A[0]], "after": [B[0], C[0]], "again": [], "rows": rows}


def test_in_a_copy(play: Callable[..., Any]) -> None:
    found = play("in_a_copy", older=OLDER, newer=NEWER)
    assert found == {"after": [B[0], C[0]], "ledger": IDS[:1], "copied": [[1, "open"]]}


def test_at_the_same_time_each_is_applied_once(play: Callable[..., Any]) -> None:
    assert play("at_the_same_time", newer=NEWER) == {"applied": [A[0], B[0], C[0]], "ledger": IDS}


def test_one_that_fails_leaves_nothing(play: Callable[..., Any]) -> None:
    found = play("one_fails", broken=_bundle(A, HALF, C), newer=NEWER)
    assert found["error"] == {
        "name": "MigrationError", "code": "failed", "migration": HALF[0],
        "message": f"the migration {HALF[0]} failed: division by zero",
    }  # fmt: skip
    assert found["left"] == [[None, "notes"]]
    assert found["before"] == IDS[:1]
    assert found["after"] == [B[0], C[0]]


def test_another_text_is_refused(play: Callable[..., Any]) -> None:
    found = play("another_text", older=OLDER, edited=_bundle((A[0], A[1] + "-- more"), B))
    assert (found["error"]["code"], found["error"]["migration"]) == ("edited", A[0])
    assert "was edited after it was applied here" in found["error"]["message"]
    assert found["ledger"] == IDS[:1]


def test_a_newer_app_was_here(play: Callable[..., Any]) -> None:
    error = play("a_newer_app_was_here", older=OLDER, newer=NEWER)["error"]
    assert (error["code"], error["migration"]) == ("unknown", B[0])


def test_who_drops_all_starts_anew(play: Callable[..., Any]) -> None:
    found = play("somebody_dropped_all", newer=NEWER)
    assert found["first"] == found["second"] == [A[0], B[0], C[0]]


# ---- node that does not do what it should


def _node(folder: Path, script: str) -> PGlite:
    node = folder / "node"
    node.write_text(f"#!/bin/sh\n{script}\n")
    node.chmod(0o755)
    return PGlite(node=node, modules=folder / "node_modules", version="0.0.0")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no memory >&2; kill -9 $$", "node ended by signal 9, and PGlite 0.0.0 did not answer\nno memory"),
        ("exit 3", "node ended with 3"),
        ("exec sleep 5", "was not done after 1 s, and node was ended"),
        (
            'cat >/dev/null; echo \'{"error": {"message": "it broke", "detail": "here"}}\'',
            "PGlite 0.0.0: it broke\nhere",
        ),
    ],
)
def test_a_node_that_does_not_answer(script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbtool.client.pglite._SECONDS", 1)
    project = replace(load_project(tmp_path), state=tmp_path / ".dbtool")
    with pytest.raises(DatabaseRefused) as refused:
        made_in_pglite(project, _node(tmp_path, script), OLDER)
    assert said in refused.value.message
    assert not (tmp_path / ".dbtool").exists()  # what failed is not kept


def test_a_project_without_node_or_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = load_project(tmp_path)
    with pytest.raises(NoPGlite, match="node_modules"):
        find_pglite(replace(project, client=replace(project.client, node_modules=tmp_path)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPGlite, match="there is no node"):
        find_pglite(project)
