"""The kinds of change that the generated migrations are made of, as statements with their way back."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

MODULES = ("billing", "stock", "people", "sales", "audit", "shipping", "support", "media", "ledger", "access")
NOUNS = (
    "accounts addresses agents articles assets batches bookings brands carts contacts contracts coupons "
    "credits customers deliveries devices discounts documents entries events groups invoices items journals "
    "labels locations meters notes offers orders owners parcels payments plans prices products profiles "
    "quotes receipts refunds regions reports returns reviews roles routes rules sessions shifts "
    "suppliers surveys tasks taxes teams tickets tokens transfers units vehicles vouchers warehouses"
)
TENANTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One statement, the one that takes it back (none for a change of rows), and what it adds."""

    sql: str
    undo: str | None = None
    creates: Counter[str] = field(default_factory=Counter[str])


Recipe = tuple[str, tuple[Change, ...]]


class Schema:
    """What the migrations so far have made: the only thing a recipe knows about those before it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.tables: list[str] = []
        self.number = 0
        names = [f"{module}_{noun}" for module in MODULES for noun in NOUNS.split()]
        self._names = chance.sample(names, len(names))

    def new_table(self) -> str:
        name = self._names[len(self.tables) % len(self._names)]
        turn = len(self.tables) // len(self._names)
        self.tables.append(name if turn == 0 else f"{name}_{turn + 1}")
        return self.tables[-1]

    def table(self) -> str:
        return self.chance.choice(self.tables)

    def next(self) -> int:
        """A number that no other change has, to make names of."""
        self.number += 1
        return self.number


def foundation(schema: Schema) -> Recipe:
    """The schema, the tenants, and the function that touches updated_at."""
    tenants = ", ".join(f"('tenant-{number}')" for number in range(1, TENANTS + 1))
    return "foundation", (
        Change(sql="CREATE SCHEMA app;", undo="DROP SCHEMA app;"),
        Change(
            sql="CREATE TABLE app.tenants (\n"
            "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
            "    name text NOT NULL UNIQUE,\n"
            "    created_at timestamptz NOT NULL DEFAULT now()\n);",
            undo="DROP TABLE app.tenants;",
            creates=Counter(tables=1),
        ),
        Change(sql=f"INSERT INTO app.tenants (name) VALUES {tenants};", creates=Counter(rows=TENANTS)),
        Change(
            sql="CREATE FUNCTION app.current_tenant() RETURNS bigint LANGUAGE sql STABLE AS $$\n"
            "    SELECT nullif(current_setting('app.tenant', true), '')::bigint;\n$$;",
            undo="DROP FUNCTION app.current_tenant();",
            creates=Counter(functions=1),
        ),
    )


def create_table(schema: Schema) -> Recipe:
    """A table with keys, checks, two indexes and row level security."""
    parent = schema.table() if schema.tables else "tenants"
    table = schema.new_table()
    return f"create_{table}", (
        Change(
            sql=f"-- {table}: kept by the {table.split('_')[0]} team; one row per thing; never deleted\n"
            f"CREATE TABLE app.{table} (\n"
            "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
            "    tenant_id bigint NOT NULL REFERENCES app.tenants (id),\n"
            f"    parent_id bigint REFERENCES app.{parent} (id) ON DELETE SET NULL,\n"
            "    code text NOT NULL,\n"
            "    title text NOT NULL DEFAULT '',\n"
            "    amount numeric(12, 2) NOT NULL DEFAULT 0,\n"
            "    attributes jsonb NOT NULL DEFAULT '{}'::jsonb,\n"
            "    created_at timestamptz NOT NULL DEFAULT now(),\n"
            "    updated_at timestamptz NOT NULL DEFAULT now(),\n"
            f"    CONSTRAINT {table}_code_key UNIQUE (tenant_id, code),\n"
            f"    CONSTRAINT {table}_amount_check CHECK (amount >= 0)\n);",
            undo=f"DROP TABLE app.{table};",
            creates=Counter(tables=1),
        ),
        _index(table, f"{table}_parent_idx", "(parent_id)"),
        _index(table, f"{table}_created_idx", "(tenant_id, created_at DESC)"),
        Change(sql=f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY;"),
        Change(
            sql=f"CREATE POLICY {table}_tenant ON app.{table}\n    USING (tenant_id = app.current_tenant());",
            undo=f"DROP POLICY {table}_tenant ON app.{table};",
            creates=Counter(policies=1),
        ),
        Change(sql=f"COMMENT ON TABLE app.{table} IS 'One row per {table}; it''s kept for 7 years';"),
    )


def add_column(schema: Schema) -> Recipe:
    """A column added, filled, and made NOT NULL."""
    table, column = schema.table(), f"score_{schema.next()}"
    return f"add_{column}_to_{table}", (
        Change(
            sql=f"ALTER TABLE app.{table} ADD COLUMN {column} integer;",
            undo=f"ALTER TABLE app.{table} DROP COLUMN {column};",
        ),
        Change(sql=f"UPDATE app.{table} SET {column} = (id % 10)::integer WHERE {column} IS NULL;"),
        Change(
            sql=f"ALTER TABLE app.{table}\n    ALTER COLUMN {column} SET DEFAULT 0,\n"
            f"    ALTER COLUMN {column} SET NOT NULL;"
        ),
        _index(table, f"{table}_{column}_idx", f"({column}) WHERE {column} > 5"),
    )


def add_trigger(schema: Schema) -> Recipe:
    """A plpgsql function and the trigger that calls it."""
    table, number = schema.table(), schema.next()
    function, trigger = f"{table}_guard_{number}", f"{table}_guard_{number}"
    return f"guard_{table}_{number}", (
        Change(
            sql=f"CREATE FUNCTION app.{function}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            "DECLARE\n    largest constant numeric := 100000;  -- agreed with the auditors; see handbook\n"
            "BEGIN\n"
            "    IF NEW.amount > largest THEN\n"
            "        RAISE EXCEPTION 'amount % of % is too large', NEW.amount, NEW.code\n"
            "            USING HINT = 'Split it; at most 100,000 each.';\n"
            "    END IF;\n"
            "    NEW.title := trim(NEW.title);\n    NEW.updated_at := now();\n    RETURN NEW;\nEND\n$$;",
            undo=f"DROP FUNCTION app.{function}();",
            creates=Counter(functions=1),
        ),
        Change(
            sql=f"CREATE TRIGGER {trigger}\n    BEFORE INSERT OR UPDATE ON app.{table}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION app.{function}();",
            undo=f"DROP TRIGGER {trigger} ON app.{table};",
            creates=Counter(triggers=1),
        ),
        Change(sql=f"COMMENT ON FUNCTION app.{function}() IS 'Keeps {table} within bounds';"),
    )


def load_rows(schema: Schema) -> Recipe:
    """Some rows, a correction to them, and what the database knows about them."""
    table, number, rows = schema.table(), schema.next(), schema.chance.randint(5, 40)
    values = ",\n".join(
        f"    ({row % TENANTS + 1}, 'c{number}-{row}', 'No. {row}: O''Brien; naïve – 10 €', "
        f'{schema.chance.randint(1, 99999)}.50, \'{{"source": "import", "row": {row}}}\')'
        for row in range(rows)
    )
    return f"load_{table}_{number}", (
        Change(
            sql=f"INSERT INTO app.{table} (tenant_id, code, title, amount, attributes) VALUES\n{values};",
            undo=f"DELETE FROM app.{table} WHERE code LIKE 'c{number}-%';",
            creates=Counter(rows=rows),
        ),
        Change(sql=f"UPDATE app.{table} SET title = upper(title) WHERE code = 'c{number}-1';"),
        Change(sql=f"ANALYZE app.{table};"),
    )


def tighten(schema: Schema) -> Recipe:
    """A constraint added and validated, with an index on an expression."""
    table, number = schema.table(), schema.next()
    constraint = f"{table}_title_check_{number}"
    return f"tighten_{table}_{number}", (
        Change(
            sql=f"ALTER TABLE app.{table}\n    ADD CONSTRAINT {constraint} CHECK (length(title) < 500) NOT VALID;",
            undo=f"ALTER TABLE app.{table} DROP CONSTRAINT {constraint};",
        ),
        Change(sql=f"ALTER TABLE app.{table} VALIDATE CONSTRAINT {constraint};"),
        _index(table, f"{table}_title_idx_{number}", "(lower(title))"),
    )


def create_view(schema: Schema) -> Recipe:
    """A view over two tables, and a function that reads it."""
    table, other, number = schema.table(), schema.table(), schema.next()
    view = f"{table}_summary_{number}"
    return f"create_{view}", (
        Change(
            sql=f"CREATE VIEW app.{view} AS\n"
            "SELECT a.tenant_id, count(*) AS things, sum(a.amount) AS total,\n"
            f"    max(b.created_at) AS latest\nFROM app.{table} AS a\n"
            f"LEFT JOIN app.{other} AS b ON b.id = a.parent_id\nGROUP BY a.tenant_id;",
            undo=f"DROP VIEW app.{view};",
            creates=Counter(views=1),
        ),
        Change(
            sql=f"CREATE FUNCTION app.{view}_of(tenant bigint) RETURNS numeric\n"
            "LANGUAGE sql STABLE AS $body$\n"
            f"    SELECT coalesce(sum(total), 0) FROM app.{view} WHERE tenant_id = tenant;\n$body$;",
            undo=f"DROP FUNCTION app.{view}_of(bigint);",
            creates=Counter(functions=1),
        ),
        Change(sql=f"COMMENT ON VIEW app.{view} IS 'What {table} come to, for each tenant';"),
    )


def add_enum(schema: Schema) -> Recipe:
    """A type and a column of it."""
    table, number = schema.table(), schema.next()
    name = f"state_{number}"
    return f"add_{name}_to_{table}", (
        Change(
            sql=f"CREATE TYPE app.{name} AS ENUM ('draft', 'open', 'paused', 'closed');",
            undo=f"DROP TYPE app.{name};",
            creates=Counter(enums=1),
        ),
        Change(
            sql=f"ALTER TABLE app.{table} ADD COLUMN {name} app.{name} NOT NULL DEFAULT 'draft';",
            undo=f"ALTER TABLE app.{table} DROP COLUMN {name};",
        ),
        _index(table, f"{table}_{name}_idx", f"({name}) WHERE {name} <> 'closed'"),
        Change(sql=f"COMMENT ON COLUMN app.{table}.{name} IS 'Where it stands';"),
    )


def _index(table: str, name: str, on: str) -> Change:
    return Change(
        sql=f"CREATE INDEX {name} ON app.{table} {on};",
        undo=f"DROP INDEX app.{name};",
        creates=Counter(indexes=1),
    )
