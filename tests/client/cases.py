"""Schemas with what the clients are to have of them: ``inside`` and ``outside`` as a record tells itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    sql: str
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # what is said of what is left out: a part of each
    since: int = 14
    extensions: tuple[str, ...] = ()


CASES = (
    Case(
        "categories",
        """
        CREATE TABLE notes (id uuid PRIMARY KEY, title text NOT NULL);
        COMMENT ON TABLE notes IS 'What one writes. @category domain';
        CREATE TABLE jobs (id int PRIMARY KEY); COMMENT ON TABLE jobs IS '@category system';
        CREATE TABLE logs (id int PRIMARY KEY); COMMENT ON TABLE logs IS '@category utility';
        CREATE TABLE plain (id int PRIMARY KEY);
        CREATE TABLE secret (id int PRIMARY KEY); COMMENT ON TABLE secret IS '@category domain @server-only';
        CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb);
        COMMENT ON TABLE outbox IS 'Writes that wait for the net. @client-only';
        """,
        inside=("table public.notes", "column title on public.notes", "table public.outbox"),
        outside=("table public.jobs", "table public.logs", "table public.plain", "table public.secret"),
    ),
    Case(
        "columns, and what names them",
        """
        CREATE TABLE people (
            id uuid PRIMARY KEY, email text NOT NULL UNIQUE, hash text NOT NULL DEFAULT '' CHECK (length(hash) < 99),
            login text GENERATED ALWAYS AS (email || hash) STORED, code text NOT NULL,
            CONSTRAINT twin UNIQUE (id, hash)
        );
        CREATE INDEX by_hash ON people (hash);
        CREATE INDEX by_part ON people (email) WHERE hash <> '';
        CREATE STATISTICS of_both ON email, hash FROM people;
        CREATE FUNCTION hashed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.hash := 'x'; RETURN NEW; END $$;
        CREATE TRIGGER hashed BEFORE UPDATE OF hash ON people FOR EACH ROW EXECUTE FUNCTION hashed();
        COMMENT ON TABLE people IS '@category domain';
        COMMENT ON COLUMN people.hash IS '@server-only';
        COMMENT ON COLUMN people.code IS '@server-only';
        """,
        inside=("column email on public.people", "constraint people_email_key on public.people"),
        outside=(
            "column hash on public.people",
            "column login on public.people",
            "constraint twin on public.people",
            "index by_hash on public.people",
            "index by_part on public.people",
            "trigger hashed on public.people",
            "statistics object of_both on public.people",
            "constraint people_hash_check on public.people",
            "function public.hashed()",
            "default hash on public.people",
        ),
        told=(
            "column hash of public.people is @server-only",
            "index by_hash of public.people needs column hash of public.people, which is @server-only",
            "column code of public.people must have a value on the server, has no default",
        ),
    ),
    Case(
        "foreign keys",
        """
        CREATE TABLE tenants (id int PRIMARY KEY); COMMENT ON TABLE tenants IS '@category system';
        CREATE TABLE a (id int PRIMARY KEY, tenant int REFERENCES tenants, b int); COMMENT ON TABLE a IS '@category domain';
        CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
        COMMENT ON TABLE b IS '@category domain';
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
        """,
        inside=("constraint b_a_fkey on public.b", "constraint a_b_fkey on public.a"),
        outside=("constraint a_tenant_fkey on public.a", "table public.tenants"),
        told=("constraint a_tenant_fkey of public.a needs table public.tenants, which is of the category system",),
    ),
    Case(
        "types, domains, sequences, functions come when they are needed",
        """
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE TYPE idle AS ENUM ('x');
        CREATE DOMAIN short AS text CHECK (length(VALUE) < 20);
        CREATE TYPE pair AS (x int, y short);
        CREATE TYPE span AS RANGE (subtype = int4);
        CREATE SEQUENCE numbers START 7;
        CREATE SEQUENCE idle_numbers;
        CREATE FUNCTION inner_one(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x + 1';
        CREATE FUNCTION outer_one(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN inner_one(x); END';
        CREATE FUNCTION idle_one() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION length_of(p pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (pair AS int) WITH FUNCTION length_of(pair);
        CREATE TABLE t (
            id serial PRIMARY KEY, mood mood DEFAULT 'sad', name short, pair pair, span span,
            n int DEFAULT nextval('numbers'), m int GENERATED ALWAYS AS (outer_one(1)) STORED
        );
        COMMENT ON TABLE t IS '@category domain';
        CREATE VIEW lengths AS SELECT pair::int AS length FROM t; COMMENT ON VIEW lengths IS '@category domain';
        """,
        inside=(
            "type public.mood",
            "type public.short",
            "type public.pair",
            "type public.span",
            "sequence public.numbers",
            "sequence public.t_id_seq",
            "ownership t_id_seq on public.t_id_seq",
            "function public.outer_one(integer)",
            "function public.inner_one(integer)",
            "domain constraint short_check on public.short",
        ),
        outside=("type public.idle", "sequence public.idle_numbers", "function public.idle_one()"),
    ),
    Case(
        "triggers",
        """
        CREATE TABLE feed (id int PRIMARY KEY); COMMENT ON TABLE feed IS '@category utility';
        CREATE TABLE t (id int PRIMARY KEY, at timestamptz); COMMENT ON TABLE t IS '@category domain';
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN INSERT INTO feed VALUES (NEW.id); RETURN NEW; END $$;
        CREATE FUNCTION check_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        COMMENT ON FUNCTION check_it() IS 'Only there. @server-only';
        CREATE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE NOTICE 'this is no feed'; RETURN NEW; END $$;
        COMMENT ON FUNCTION speak() IS 'For both. @category domain';
        CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TRIGGER tell AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
        CREATE TRIGGER check_it BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION check_it();
        CREATE TRIGGER speak BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION speak();
        CREATE TRIGGER quiet BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
        ALTER TABLE t ENABLE ALWAYS TRIGGER touch;
        COMMENT ON TRIGGER quiet ON t IS '@server-only';
        """,
        inside=("trigger touch on public.t", "trigger speak on public.t", "function public.touch()"),
        outside=("trigger tell on public.t", "trigger check_it on public.t", "trigger quiet on public.t"),
        told=(
            "trigger tell of public.t needs table public.feed, which is of the category utility",
            "trigger check_it of public.t needs function public.check_it(), which is @server-only",
            "trigger quiet of public.t is @server-only",
        ),
    ),
    Case(
        "views",
        """
        CREATE TABLE t (id int PRIMARY KEY, n int); COMMENT ON TABLE t IS '@category domain';
        CREATE VIEW plain AS SELECT id FROM t;
        CREATE VIEW small AS SELECT id, n FROM t WHERE n < 9; COMMENT ON VIEW small IS '@category domain';
        CREATE VIEW smaller AS SELECT id FROM small WHERE n < 3; COMMENT ON VIEW smaller IS '@client-only';
        CREATE VIEW hidden AS SELECT id FROM t; COMMENT ON VIEW hidden IS '@category domain @server-only';
        CREATE MATERIALIZED VIEW summed AS SELECT sum(n) AS n FROM t; COMMENT ON MATERIALIZED VIEW summed IS '@category domain';
        CREATE INDEX summed_n ON summed (n);
        CREATE VIEW partly AS SELECT id, n FROM t; COMMENT ON VIEW partly IS '@category domain';
        COMMENT ON COLUMN partly.n IS '@server-only';
        """,
        inside=(
            "view public.small",
            "view public.smaller",
            "materialized view public.summed",
            "index summed_n on public.summed",
        ),
        outside=("view public.plain", "view public.hidden", "view public.partly"),
        told=("view public.partly has the column n, which is @server-only",),
    ),
    Case(
        "partitions",
        """
        CREATE TABLE events (id int, at date, secret text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
        CREATE TABLE events_2025_1 PARTITION OF events_2025 FOR VALUES IN (1);
        CREATE TABLE events_old PARTITION OF events DEFAULT;
        CREATE INDEX events_at ON events (at);
        CREATE INDEX events_secret ON events (secret);
        COMMENT ON TABLE events IS '@category domain';
        COMMENT ON COLUMN events.secret IS '@server-only';
        COMMENT ON TABLE events_old IS '@server-only';
        CREATE TABLE runs (id int, at date) PARTITION BY RANGE (at); COMMENT ON TABLE runs IS '@category system';
        CREATE TABLE runs_1 PARTITION OF runs DEFAULT; COMMENT ON TABLE runs_1 IS '@category domain';
        """,
        inside=(
            "table public.events",
            "table public.events_2024",
            "table public.events_2025_1",
            "index events_at on public.events",
        ),
        outside=(
            "column secret on public.events_2024",
            "index events_secret on public.events",
            "table public.events_old",
            "table public.runs",
            "table public.runs_1",
        ),
    ),
    Case(
        "inheritance",
        """
        CREATE TABLE parent (id int PRIMARY KEY, a text, b text CHECK (b <> '')); COMMENT ON TABLE parent IS '@category domain';
        CREATE TABLE child (c int) INHERITS (parent); COMMENT ON TABLE child IS '@category domain';
        COMMENT ON COLUMN parent.b IS '@server-only';
        """,
        inside=("table public.child", "column a on public.child", "column c on public.child"),
        outside=("column b on public.child", "constraint parent_b_check on public.child"),
    ),
    Case(
        "who may do what",
        """
        CREATE TABLE t (id int PRIMARY KEY); COMMENT ON TABLE t IS '@category domain';
        CREATE FUNCTION me() RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;
        CREATE POLICY mine ON t USING (id = me());
        GRANT SELECT ON t TO PUBLIC; GRANT SELECT (id) ON t TO PUBLIC; ALTER TABLE t OWNER TO pg_monitor;
        GRANT ALL ON SCHEMA public TO pg_monitor;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
        CREATE PUBLICATION everything FOR TABLE t;
        """,
        inside=("table public.t",),
        outside=("policy mine on public.t", "publication everything", "function public.me()"),
        told=("row-level security of table public.t", "publication everything is about replication"),
    ),
    Case(
        "extensions",
        """
        CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist;
        CREATE EXTENSION postgres_fdw; CREATE EXTENSION tablefunc;
        CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE away (id int) SERVER far; COMMENT ON FOREIGN TABLE away IS '@category domain';
        CREATE TABLE t (
            id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), name citext, room int, during tstzrange,
            EXCLUDE USING gist (room WITH =, during WITH &&)
        );
        COMMENT ON TABLE t IS '@category domain';
        CREATE INDEX t_name ON t USING gin ((name::text) gin_trgm_ops);
        """,
        inside=(
            "extension citext",
            "extension pg_trgm",
            "extension uuid-ossp",
            "extension btree_gist",
            "index t_name on public.t",
        ),
        outside=("extension postgres_fdw", "extension tablefunc", "foreign table public.away"),
        extensions=("citext", "pg_trgm", "uuid-ossp", "btree_gist"),
    ),
    Case(
        "collations, storage",
        """
        CREATE COLLATION numeric_order (provider = icu, locale = 'en-u-kn-true');
        CREATE TABLE t (id int PRIMARY KEY, a text COLLATE "en-x-icu", b text COLLATE "C", c text COLLATE numeric_order, d text,
            e text COMPRESSION pglz);
        COMMENT ON TABLE t IS '@category domain';
        CREATE INDEX t_d ON t (d COLLATE "de-x-icu");
        CREATE INDEX t_b ON t (b COLLATE "POSIX");
        ALTER TABLE t ALTER d SET STORAGE EXTERNAL;
        """,
        inside=("column a on public.t", "collation public.numeric_order", "index t_b on public.t"),
        outside=("index t_d on public.t",),
        told=(
            'collation of column a of public.t is "en-x-icu", which no PGlite has',
            'index t_d of public.t sorts by the collation "de-x-icu"',
        ),
    ),
    Case(
        "names and schemas",
        """
        CREATE SCHEMA "My App"; CREATE SCHEMA idle;
        CREATE SCHEMA internal; COMMENT ON SCHEMA internal IS '@server-only';
        CREATE TABLE internal.t (id int PRIMARY KEY); COMMENT ON TABLE internal.t IS '@category domain';
        CREATE TABLE "My App"."Order" ("Id" int PRIMARY KEY, "select" text, "größe" numeric(5, 2), "a""b" int DEFAULT 1);
        COMMENT ON TABLE "My App"."Order" IS '@category domain';
        COMMENT ON COLUMN "My App"."Order"."select" IS '@server-only';
        CREATE INDEX "I x" ON "My App"."Order" ("größe");
        """,
        inside=("table My App.Order", "schema My App", 'index I x on "My App"."Order"'),
        outside=("schema idle", "schema internal", "table internal.t", 'column select on "My App"."Order"'),
    ),
    Case(
        "no key is left",
        """
        CREATE TABLE t (id int PRIMARY KEY, n int); COMMENT ON TABLE t IS '@category domain';
        COMMENT ON COLUMN t.id IS '@server-only';
        CREATE TABLE p (at date, n int) PARTITION BY RANGE (at); COMMENT ON TABLE p IS '@category domain';
        COMMENT ON COLUMN p.at IS '@server-only';
        CREATE VIEW v AS SELECT id, n FROM t; COMMENT ON VIEW v IS '@category domain';
        """,
        inside=("table public.t",),
        outside=("constraint t_pkey on public.t", "table public.p", "view public.v"),
        told=(
            "is the primary key, and needs column id",
            "table public.p is partitioned by at, which is @server-only",
            "view public.v needs column id of public.t, which is @server-only",
        ),
    ),
    Case(
        "rules, unlogged, options, comments",
        """
        CREATE UNLOGGED TABLE cache (id int PRIMARY KEY, v jsonb) WITH (fillfactor = 70); COMMENT ON TABLE cache IS '@client-only';
        CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY (START 10) PRIMARY KEY, tags text[] DEFAULT '{}', xml xml,
            at timestamptz DEFAULT now(), i interval DEFAULT '1 day', v tsvector GENERATED ALWAYS AS (to_tsvector('english', 'x')) STORED);
        COMMENT ON TABLE t IS 'It''s a "table". @category domain'; COMMENT ON COLUMN t.tags IS E'two\\nlines';
        CREATE RULE nothing AS ON DELETE TO t DO INSTEAD NOTHING;
        CREATE INDEX t_tags ON t USING gin (tags); CREATE INDEX t_v ON t USING gin (v);
        ALTER TABLE t REPLICA IDENTITY FULL;
        """,
        inside=("table public.cache", "rule nothing on public.t", "index t_tags on public.t"),
    ),
)
