"""The example project: its migrations make its schema, rollbacks undo them, and plain yoyo agrees."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg.rows import TupleRow

from dbtool.config import Environment, Types, TypesOutput, load_project
from dbtool.families.family import read_families
from dbtool.schema.files import sources
from dbtool.script import read_script

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = sorted(p for p in (ROOT / "migrations").glob("*.sql") if not p.name.endswith(".rollback.sql"))
TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "99999999-9999-9999-9999-999999999999"

Connection = psycopg.Connection[TupleRow]
Catalog = frozenset[tuple[str, str, str]]

# One row for an object: its kind, its name, what PostgreSQL says of it. Not the tables of yoyo.
CATALOG = r"""
WITH relation AS (
    SELECT * FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname !~ '^_?yoyo_' AND relkind IN ('r', 'i', 'S')
)
SELECT 'relation', relname::text, concat_ws('|', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
    relreplident, reloptions, relowner::regrole, obj_description(oid, 'pg_class')) FROM relation
UNION ALL
SELECT 'column', attrelid::regclass || '.' || attname, concat_ws('|',
    row_number() OVER (PARTITION BY attrelid ORDER BY attnum), format_type(atttypid, atttypmod), attnotnull,
    pg_get_expr(adbin, adrelid), attidentity, attgenerated, attcollation::regcollation, attstorage,
    col_description(attrelid, attnum))
FROM pg_attribute JOIN relation ON relation.oid = attrelid
LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname, concat_ws('|', pg_get_constraintdef(c.oid),
    convalidated, conislocal, obj_description(c.oid, 'pg_constraint'))
FROM pg_constraint AS c JOIN relation ON relation.oid = conrelid
UNION ALL
SELECT 'index', indexrelid::regclass::text, concat_ws('|', pg_get_indexdef(indexrelid), indisvalid)
FROM pg_index JOIN relation ON relation.oid = indexrelid
UNION ALL
SELECT 'sequence', seqrelid::regclass::text, concat_ws('|', seqtypid::regtype, seqstart, seqincrement, seqmax)
FROM pg_sequence JOIN relation ON relation.oid = seqrelid
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, concat_ws('|', pg_get_triggerdef(oid), tgenabled)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'policy', polrelid::regclass || '.' || polname, concat_ws('|', polcmd, polpermissive,
    polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL
SELECT 'function', oid::regprocedure::text, concat_ws('|', pg_get_functiondef(oid),
    obj_description(oid, 'pg_proc')) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'enum', enumtypid::regtype::text, concat_ws('|', array_agg(enumlabel ORDER BY enumsortorder),
    obj_description(enumtypid, 'pg_type')) FROM pg_enum GROUP BY enumtypid
UNION ALL
SELECT 'extension', extname::text, '' FROM pg_extension WHERE extname <> 'plpgsql'
"""


def run_file(connection: Connection, path: Path) -> None:
    """Run a file as one message, which is one transaction unless it is one statement. Writes."""
    connection.execute(cast(LiteralString, path.read_text()))


def read_catalog(connection: Connection) -> Catalog:
    """What the database holds, as a set that two states can be compared by. Read-only."""
    rows = connection.execute(CATALOG).fetchall()
    catalog = frozenset((str(kind), str(name), str(text)) for kind, name, text in rows)
    assert len(catalog) == len(rows)
    return catalog


def apply_schema(connection: Connection) -> None:
    """Run the files of sql/schema and sql/triggers as dbtool does; what clients alone have is taken out. Writes."""
    sources.apply_schema(connection, ROOT / "sql/schema", read_families(ROOT / "sql/triggers"))
    connection.execute("DROP TABLE outbox")


def rollback_of(migration: Path) -> Path:
    """The file that undoes the migration."""
    return migration.with_name(f"{migration.stem}.rollback.sql")


def apply_migrations(connection: Connection) -> None:
    """Run every migration. Writes."""
    for migration in MIGRATIONS:
        run_file(connection, migration)


def apply_seeds(connection: Connection, name: str) -> None:
    """Run the files of a set in order, each in a transaction. Writes."""
    for path in sorted((ROOT / "sql/seeds" / name).glob("*.sql")):
        run_file(connection, path)


def read_rows(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table as text. Read-only."""
    tables = connection.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {
        table: [row for (row,) in connection.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")]  # pyright: ignore
        for (table,) in tables
    }


def run_yoyo(url: str, command: str, *options: str) -> None:
    """Run plain yoyo on the folder, as somebody without dbtool would. Writes."""
    where = [
        "--no-config-file",
        "--batch",
        "--database",
        url.replace("postgresql://", "postgresql+psycopg://", 1),
    ]
    argv = [sys.executable, "-m", "yoyo", command, *options, *where, str(ROOT / "migrations")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def connection(database) -> Iterator[Connection]:
    """A connection to an empty database."""
    with database.connect() as connection:
        yield connection


@pytest.fixture
def example(connection: Connection) -> Connection:
    """A connection to the example, migrated, with its small seeds."""
    apply_migrations(connection)
    apply_seeds(connection, "reference")
    apply_seeds(connection, "dev")
    return connection


def test_the_migrations_make_the_schema(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        apply_schema(connection)
        wanted = read_catalog(connection)
    apply_migrations(connection)
    assert read_catalog(connection) == wanted
    assert not [name for kind, name, _ in wanted if kind == "extension"]


def test_each_rollback_restores_what_was_there(connection: Connection) -> None:
    before = [read_catalog(connection)]
    for migration in MIGRATIONS:
        run_file(connection, migration)
        after = read_catalog(connection)
        run_file(connection, rollback_of(migration))
        assert read_catalog(connection) == before[-1], f"{rollback_of(migration).name} did not restore the schema"
        run_file(connection, migration)
        assert read_catalog(connection) == after, f"{migration.name} does not go in again"
        before.append(after)
    assert before[0] == frozenset()

    apply_seeds(connection, "reference")
    apply_seeds(connection, "dev")
    for migration, expected in reversed(list(zip(MIGRATIONS, before, strict=False))):
        run_file(connection, rollback_of(migration))
        assert read_catalog(connection) == expected, f"{rollback_of(migration).name}, with rows in the tables"


def test_all_but_the_concurrent_one_go_in_one_transaction(connection: Connection) -> None:
    """A value that ALTER TYPE ADD VALUE adds may not be used before COMMIT: the later files must not."""
    with connection.transaction():
        for migration in MIGRATIONS:
            if "CONCURRENTLY" not in migration.read_text():
                run_file(connection, migration)


def test_plain_yoyo_applies_and_rolls_back_the_same_folder(database, connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        apply_schema(connection)
        wanted = read_catalog(connection)
    run_yoyo(database.url, "apply")
    assert read_catalog(connection) == wanted
    run_yoyo(database.url, "rollback", "--all")
    assert read_catalog(connection) == frozenset()


def test_the_seeds_give_the_same_rows_twice(example: Connection) -> None:
    once = read_rows(example)
    apply_seeds(example, "reference")
    apply_seeds(example, "dev")
    assert read_rows(example) == once
    assert example.execute("SELECT name FROM tenants WHERE id = %s", (TENANT,)).fetchall() == [("Development Tenant",)]


def test_a_tenant_sees_and_writes_its_own_rows_only(example: Connection) -> None:
    example.execute("INSERT INTO tenants (id, slug, name) VALUES (%s, 'other', 'Other')", (OTHER_TENANT,))
    # The predefined roles are no superusers and do not bypass row-level security, so none has to be made.
    with example.transaction():
        example.execute("SET LOCAL ROLE pg_read_all_data")
        everything = "SELECT count(*) FROM tenants, users, change_feed"
        assert example.execute(everything).fetchone() == (0,)
        example.execute("SELECT set_config('app.tenant_id', %s, true)", (TENANT,))
        assert example.execute("SELECT count(*) FROM users").fetchone() == (2,)
        assert example.execute("SELECT array_agg(slug) FROM tenants").fetchone() == (["development"],)
        example.execute("SELECT set_config('app.tenant_id', %s, true)", (OTHER_TENANT,))
        assert example.execute("SELECT count(*) FROM users").fetchone() == (0,)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        example.transaction(),
    ):
        example.execute("SELECT set_config('app.tenant_id', %s, true)", (OTHER_TENANT,))
        example.execute("SET LOCAL ROLE pg_write_all_data")
        example.execute("INSERT INTO users (tenant_id, email, name) VALUES (%s, 'eve@example.com', 'Eve')", (TENANT,))
    # SET LOCAL leaves an empty string behind, which is no tenant and no error.
    with example.transaction():
        example.execute("SET LOCAL ROLE pg_read_all_data")
        assert example.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_the_change_feed_tells_of_each_statement(example: Connection) -> None:
    example.execute("LISTEN change_feed")
    with example.transaction():
        example.execute("UPDATE projects SET title = title || '!'")
        example.execute("UPDATE projects SET title = 'none' WHERE false")
        example.execute("SET LOCAL app.change_feed = 'off'")
        example.execute("UPDATE projects SET description = 'loaded in bulk'")
    (notice,) = example.notifies(timeout=5, stop_after=1)
    payload = json.loads(notice.payload)
    assert (payload["tenant"], payload["table"], payload["operation"], payload["rows"]) == (
        TENANT,
        "projects",
        "update",
        2,
    )
    feed = "SELECT table_name, operation, count(*) FROM change_feed WHERE id BETWEEN %s AND %s GROUP BY 1, 2"
    assert example.execute(feed, (payload["first"], payload["last"])).fetchall() == [("projects", "update", 2)]
    assert not list(example.notifies(timeout=0.05))

    example.execute("UPDATE users SET password_hash = repeat('x', 100000)")
    (notice,) = example.notifies(timeout=5, stop_after=1)
    assert len(notice.payload.encode()) < 1000, "NOTIFY takes less than 8,000 bytes"


def test_updated_at_moves_unless_the_writer_sets_it(example: Connection) -> None:
    old = example.execute("SELECT max(updated_at) FROM projects").fetchone()
    example.execute("UPDATE projects SET description = 'new'")
    assert example.execute("SELECT min(updated_at) FROM projects").fetchone() > old  # pyright: ignore
    example.execute("UPDATE projects SET description = 'newer', updated_at = '2020-02-02 02:02:02+00'")
    assert example.execute("SELECT DISTINCT extract(year FROM updated_at) FROM projects").fetchall() == [(2020,)]


def test_what_goes_takes_its_edges_and_a_tenant_takes_everything(example: Connection) -> None:
    example.execute("DELETE FROM resources")
    kinds = "SELECT DISTINCT unnest(ARRAY[source_kind, target_kind])::text AS kind FROM edges ORDER BY kind"
    assert example.execute(kinds).fetchall() == [("project",), ("user",)]
    example.execute("DELETE FROM tenants WHERE id = %s", (TENANT,))
    left = {table for table, rows in read_rows(example).items() if rows}
    assert left == {"node_types", "change_feed"}


def test_every_table_has_a_category_and_every_foreign_key_an_index(example: Connection) -> None:
    uncategorised = r"""
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND obj_description(oid, 'pg_class') !~ '@category (domain|system|utility)\M' IS NOT FALSE"""
    assert example.execute(uncategorised).fetchall() == []
    unindexed = """
        SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
            AND (indkey::int2[])[0:cardinality(conkey) - 1] = conkey)"""
    assert example.execute(unindexed).fetchall() == []


def test_the_configuration_that_is_commented_out_is_read_and_states_the_defaults(tmp_path: Path) -> None:
    text = (ROOT / "dbtool/templates/init/dbtool.toml").read_text()
    active = re.sub(r"^# (?=\[[\w.]+\]$|\[\[[\w.]+\]\]$|\w+ = )", "", text, flags=re.MULTILINE)
    (tmp_path / "dbtool.toml").write_text(active)
    project, plain = load_project(tmp_path), load_project(ROOT)
    stated = replace(
        project,
        root=ROOT,
        file=plain.file,
        migrations=plain.migrations,
        state=plain.state,
        schema=plain.schema,
        triggers=plain.triggers,
        types=Types(outputs=tuple(replace(o, path=ROOT / o.path.name, schemas=()) for o in project.types.outputs)),
    )
    assert [output.path for output in project.types.outputs] == [tmp_path / "generated/db.ts"]
    assert stated.types == Types(outputs=(TypesOutput(path=ROOT / "db.ts"),))
    stated = replace(stated, types=plain.types)
    assert project.client.bundle == tmp_path / "generated/client"
    assert project.client.extensions == {"vector": "@electric-sql/pglite-pgvector"}
    stated = replace(stated, client=plain.client)
    assert (project.docs.path, project.docs.title) == (tmp_path / "docs/schema", plain.docs.title)
    stated = replace(stated, docs=plain.docs)
    production = Environment(
        name="production", url="env:DATABASE_URL", direct_url="env:DIRECT_URL", shadow="env:SHADOW_URL", protected=True
    )  # fmt: skip
    assert stated.environments == {"production": replace(production, statement_timeout=0)}
    assert project.server_bin == Path("/usr/lib/postgresql/17/bin")
    assert project.replication.consumers == {"orders_cdc": "the search indexer"}
    examples = {"consumers": {}, "ignore": (), "disk_free": None}
    stated = replace(stated, replication=replace(stated.replication, **examples))
    assert replace(stated, environments={}, server_bin=None) == plain
    assert len(re.findall(r"^# \w+ = ", text, flags=re.MULTILINE)) == len(re.findall(r"^\w+ = ", active, flags=re.M))


_ENDS = (".sql", ".test.sql")


def test_init_copies_what_this_project_has(tmp_path: Path) -> None:
    template = ROOT / "dbtool/templates/init"
    names = {
        path.relative_to(template).as_posix().replace("dot-", ".") for path in template.rglob("*") if path.is_file()
    }
    assert not [name for name in names if name.endswith(".py") or name.startswith("migrations/2")]
    own = {"sql/schema/README.md", ".gitignore"}
    families = {f"sql/triggers/{name}{end}" for name in ("audit", "lww", "change-feed", "tenant-rls") for end in _ENDS}
    for name in names - own - families:  # this project has those otherwise, or not at all
        if not name.endswith(".gitkeep"):
            copied = (template / re.sub(r"(^|/)\.", r"\1dot-", name)).read_bytes()
            here = (ROOT / name).read_bytes()
            assert here.startswith(copied), f"{name} differs from the copy in dbtool/templates/init"
            assert here == copied or name == "dbtool.toml", f"{name} has more than the copy in dbtool/templates/init"
    (shown,) = re.findall(r"```sql\n(.*?)```", (template / "sql/schema/README.md").read_text(), flags=re.DOTALL)
    (tmp_path / "shown.sql").write_text(shown)
    assert len(read_script(tmp_path / "shown.sql").statements) == 2
