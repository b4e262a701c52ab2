"""dbtool docs: what it writes, keeps, removes and refuses; --check; from a database."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run_here  # noqa: F401 - a fixture
from tests.conftest import Database, Project

_SCHEMA = {
    "a.sql": "CREATE TABLE a (id int PRIMARY KEY);\nCOMMENT ON TABLE a IS 'First. @category domain';\n",
    "b.sql": "CREATE TABLE b (id int PRIMARY KEY REFERENCES a);\n",
}


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with two tables in sql/schema."""
    folder = project.root / "sql/schema"
    folder.mkdir(parents=True)
    for name, text in _SCHEMA.items():
        (folder / name).write_text(text)
    return project


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_writing_checking_and_removing(shop: Project, run_here: Run) -> None:  # noqa: F811
    folder = shop.root / "docs/schema"
    assert run_here("docs", "--check").returncode == 4
    assert not folder.exists()
    assert run_here("docs").stdout == "wrote 4 files to docs/schema\n"
    before = files(folder)
    assert before.keys() == {"README.md", "schemas/public.md", "tables/public-a.md", "tables/public-b.md"}
    assert run_here("docs").stdout.startswith("nothing to do")
    assert run_here("docs", "--check").returncode == 0

    (folder / "mine.md").write_text("# Mine\n")
    (folder / "tables/notes.txt").write_text("mine as well")
    (shop.root / "sql/schema/b.sql").write_text("CREATE TABLE c (id int PRIMARY KEY REFERENCES a);\n")
    done = run_here("docs", "--check", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["stale"]) == (
        4, ["tables/public-c.md", "README.md", "schemas/public.md", "tables/public-a.md", "tables/public-b.md"],
    )  # fmt: skip
    assert [f["id"] for f in answer["findings"]] == ["stale-docs"] * 5
    assert files(folder) == before | {"mine.md": "# Mine\n", "tables/notes.txt": "mine as well"}
    assert run_here("docs").stdout == "wrote 4 files to docs/schema, removed 1\n"
    assert files(folder).keys() == {
        "README.md", "mine.md", "schemas/public.md", "tables/public-a.md", "tables/public-c.md", "tables/notes.txt",
    }  # fmt: skip
    assert run_here("docs", "--check").returncode == 0


def test_the_html_is_kept_up_to_date_once_it_is_there(shop: Project, run_here: Run) -> None:  # noqa: F811
    html = shop.root / "docs/schema/index.html"
    assert run_here("docs", "--html").stdout == "wrote 5 files to docs/schema\n"
    (shop.root / "sql/schema/c.sql").write_text("CREATE TABLE cc (id int);\n")
    assert "docs/schema/index.html: error" in run_here("docs", "--check").stderr
    assert run_here("docs").returncode == 0
    assert 'id="table-public-cc"' in html.read_text()
    html.unlink()
    assert run_here("docs", "--check").returncode == 0, "without --html it need not be there"
    assert run_here("docs", "--check", "--html").returncode == 4


def test_a_file_of_somebody_else_is_not_lost(shop: Project, run_here: Run) -> None:  # noqa: F811
    folder = shop.root / "docs/schema"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# Ours\n")
    done = run_here("docs")
    assert done.returncode == 2
    assert "is not a file that dbtool docs wrote" in done.stderr
    assert files(folder) == {"README.md": "# Ours\n"}
    assert run_here("docs", "--out", "elsewhere").returncode == 0
    assert len(files(shop.root / "elsewhere")) == 4


def test_line_ends_do_not_count(shop: Project, run_here: Run) -> None:  # noqa: F811
    assert run_here("docs").returncode == 0
    page = shop.root / "docs/schema/README.md"
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    assert run_here("docs", "--check").returncode == 0


def test_from_the_target(shop: Project, database: Database, run_here: Run) -> None:  # noqa: F811
    with database.connect() as conn:
        conn.execute("".join(_SCHEMA.values()))
    assert run_here("docs").returncode == 0
    assert run_here("docs", "--from", "target", "--check").returncode == 0
    with database.connect() as conn:
        conn.execute("COMMENT ON TABLE b IS 'by hand'")
    done = run_here("docs", "--from", "target", "--check")
    assert done.returncode == 4
    assert "docs/schema/tables/public-b.md" in done.stderr


def test_the_configuration_says_where_and_what(shop: Project, run_here: Run) -> None:  # noqa: F811
    (shop.root / "dbtool.toml").write_text('[docs]\npath = "wiki/db"\ntitle = "The shop"\n')
    assert run_here("docs").stdout == "wrote 4 files to wiki/db\n"
    assert "# The shop" in (shop.root / "wiki/db/README.md").read_text()
    (shop.root / "dbtool.toml").write_text("[docs]\npth = 1\n")
    assert "did you mean path?" in run_here("docs").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--from", "shadows"], "--from shadow, target"), (["--out", ""], "--out is empty")],
)
def test_what_cannot_be_meant(shop: Project, run_here: Run, words: list[str], said: str) -> None:  # noqa: F811
    done = run_here("docs", *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_nothing_at_all_can_be_told(project: Project, run_here: Run) -> None:  # noqa: F811
    (project.root / "sql/schema").mkdir(parents=True)
    assert run_here("docs", "--html").returncode == 0
    assert "0 tables in 0 schemas." in (project.root / "docs/schema/README.md").read_text()
