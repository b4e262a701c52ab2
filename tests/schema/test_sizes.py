"""A schema of the size that people have is made from nothing, and is then exactly what was wanted."""

from typing import Any, cast

import pytest

from dbtool.schema.catalog import compare
from dbtool.schema.migration.scripts import in_one
from dbtool.schema.planning.engine import difference
from dbtool.schema.reading.read import read_schema
from tests.conftest import Database

SHARED = """
CREATE TYPE status AS ENUM ('open', 'done');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_at = now(); RETURN NEW; END';
CREATE FUNCTION initial(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT left($1, 1)';
"""


def table(number: int) -> str:
    """Return a table with everything on it that tables have in projects; each refers to the one half as far."""
    t, other = f"t{number}", f"t{number // 2}"
    return f"""
    CREATE TABLE {t} (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant uuid NOT NULL, name text NOT NULL, email text UNIQUE,
        status status NOT NULL DEFAULT 'open', amount positive DEFAULT 1, doc jsonb NOT NULL DEFAULT '{{}}',
        changed_at timestamptz DEFAULT now(), first text GENERATED ALWAYS AS (initial(name)) STORED,
        parent bigint REFERENCES {other if number else t}, number serial, CHECK (amount < 1000 OR status = 'done')
    );
    CREATE INDEX ON {t} (tenant, status); CREATE INDEX {t}_lower ON {t} (lower(name)) WHERE amount > 1;
    CREATE TRIGGER touch BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION touch();
    ALTER TABLE {t} ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON {t} USING (tenant::text = current_user);
    COMMENT ON TABLE {t} IS 'number {number}'; COMMENT ON COLUMN {t}.name IS 'of {number}';
    GRANT SELECT ON {t} TO PUBLIC;
    CREATE VIEW v{number} AS SELECT a.id, a.name, b.status FROM {t} AS a LEFT JOIN {other} AS b ON a.parent = b.id;
    """


@pytest.mark.parametrize("tables", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_schema_of_that_size_is_made_from_nothing(database: Database, tables: int) -> None:
    with database.connect() as conn:
        empty = read_schema(conn, ledger_schema="public")
        with conn.transaction(force_rollback=True):
            conn.execute(cast(Any, SHARED + "".join(map(table, range(tables)))))
            wanted = read_schema(conn, ledger_schema="public")
        script = in_one(difference(empty, wanted))
        assert script is not None
        assert script.transactional
        with conn.pipeline(), conn.transaction():
            for statement in script.statements:
                conn.execute(cast(Any, statement.sql))
        made = read_schema(conn, ledger_schema="public")
        assert compare(wanted.parts, made.parts) == ()
        assert difference(made, wanted) == []
        assert len(made.parts) > tables * 25
