"""What sql/schema defines, made on a shadow beside other work; much of it is kept for next time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from dbtool.config import Project, load_project
from dbtool.errors import BadFile
from dbtool.schema.catalog import compare
from dbtool.schema.files.defined import defined
from dbtool.schema.files.made import made_of_files
from dbtool.target import Target, load_target
from tests.conftest import Database

TABLES = ";\n".join(f"CREATE TABLE t{number} (a int, some_rather_long_name_of_a_column text)" for number in range(400))


@pytest.fixture
def laid_out(
    each_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Project, Target]]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "dbtool.toml").write_text(f'[environments.development]\nshadow = "{each_database.url}"\n')
    (tmp_path / "sql" / "schema").mkdir(parents=True)
    project = load_project(tmp_path)
    yield project, load_target(project)
    with each_database.connect() as conn:
        for name in databases(each_database, "dbtool\\_replay\\_%"):
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def databases(database: Database, like: str) -> list[str]:
    return [str(name) for (name,) in database.rows(f"SELECT datname FROM pg_database WHERE datname LIKE '{like}'")]


def write(project: Project, text: str) -> Path:
    (project.schema / "all.sql").write_text(text)
    return project.schema


def test_what_took_much_work_is_kept(laid_out: tuple[Project, Target], each_database: Database) -> None:
    folder = write(laid_out[0], TABLES)
    first = made_of_files(*laid_out, folder)
    (kept,) = databases(each_database, "dbtool\\_replay\\_%")
    with each_database.connect() as conn:  # a mark that only the kept one has
        conn.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(kept)))
    with each_database.server.connect(kept) as inner:
        inner.execute("CREATE TABLE mark ()")
    again = made_of_files(*laid_out, folder)
    assert [(d.what, str(d.record)) for d in compare(first.parts, again.parts)] == [("extra", "table public.mark")]
    write(laid_out[0], f"{TABLES};\nCREATE TABLE more ()")
    edited = made_of_files(*laid_out, folder)
    assert [(d.what, str(d.record)) for d in compare(first.parts, edited.parts)] == [("extra", "table public.more")]


def test_little_is_not_kept(laid_out: tuple[Project, Target], each_database: Database) -> None:
    assert made_of_files(*laid_out, write(laid_out[0], "CREATE TABLE t ()")).parts
    assert databases(each_database, "dbtool\\_%") == []


def test_what_fails_is_not_kept(laid_out: tuple[Project, Target], each_database: Database) -> None:
    with pytest.raises(BadFile, match="nowhere"):
        made_of_files(*laid_out, write(laid_out[0], f"{TABLES};\nCREATE VIEW v AS SELECT 1 FROM nowhere"))
    assert databases(each_database, "dbtool\\_%") == []


def test_nothing_is_left_where_nobody_waits(laid_out: tuple[Project, Target], each_database: Database) -> None:
    folder = write(laid_out[0], TABLES)
    with pytest.raises(KeyboardInterrupt), defined(*laid_out, folder):
        raise KeyboardInterrupt
    assert databases(each_database, "dbtool\\_shadow\\_%") == []
