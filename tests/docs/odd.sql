-- A schema that is hard to write about: every kind of thing that a page tells, and names that mean something elsewhere.
COMMENT ON SCHEMA public IS 'The shop.';
CREATE SCHEMA "Odd | schema";
COMMENT ON SCHEMA "Odd | schema" IS E'Names with <b>marks</b> in them.\n\n- no list\n# no heading';

CREATE TYPE mood AS ENUM ('glad', 'so | so', '`sad`', '<b>');
COMMENT ON TYPE mood IS 'How it goes.';
CREATE TYPE size AS (width numeric(10, 2), "the height" numeric(10, 2));
COMMENT ON COLUMN size.width IS 'In metres.';
CREATE DOMAIN short_text AS text NOT NULL DEFAULT '' CONSTRAINT is_short CHECK (length(VALUE) < 10);
CREATE SEQUENCE numbers AS integer START 100 INCREMENT 10;

CREATE TABLE tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name character varying(80) NOT NULL,
    mood mood DEFAULT 'glad',
    secret text,
    size size,
    at timestamp(3) with time zone NOT NULL DEFAULT now(),
    low text GENERATED ALWAYS AS (lower(name)) STORED
);
COMMENT ON TABLE tenants IS 'A customer; see https://example.org/a_b_c. @category system';
COMMENT ON COLUMN tenants.secret IS 'Nobody sees it. @server-only';

CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
    boss_id bigint REFERENCES people DEFERRABLE INITIALLY DEFERRED,
    nick short_text UNIQUE,
    CONSTRAINT "is | odd" CHECK (nick <> '|' OR nick <> '`')
);
COMMENT ON TABLE people IS 'A person. @category domain';
COMMENT ON CONSTRAINT "is | odd" ON people IS 'A pipe | in a cell.';
CREATE INDEX people_nick ON people (lower(nick)) WHERE boss_id IS NULL;
COMMENT ON INDEX people_nick IS 'For the search.';
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own rows" ON people USING (nick = 'a|b') WITH CHECK (true);

CREATE TABLE passports (
    person_id bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    number text NOT NULL
);
COMMENT ON TABLE passports IS '@category domain';

-- a circle, and a key of two columns
CREATE TABLE teams (id integer, area integer, lead_id integer, PRIMARY KEY (id, area));
CREATE TABLE leads (id integer PRIMARY KEY, team_id integer NOT NULL, team_area integer NOT NULL,
    FOREIGN KEY (team_id, team_area) REFERENCES teams (id, area));
ALTER TABLE teams ADD FOREIGN KEY (lead_id) REFERENCES leads;

CREATE TABLE events (id bigint, at date NOT NULL, tenant_id uuid REFERENCES tenants) PARTITION BY RANGE (at);
COMMENT ON TABLE events IS 'What happened. @category utility @server-only';
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE events_2025_one PARTITION OF events_2025 FOR VALUES IN (1);
CREATE TABLE events_rest PARTITION OF events DEFAULT;

CREATE TABLE "Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \ %" (
    "Id #1" integer PRIMARY KEY,
    "a|b`c" text DEFAULT '`|`',
    "2nd place" numeric(10, 2)[] NOT NULL,
    "naïve" text,
    "]} --> x" bigint REFERENCES public.people,
    parent integer REFERENCES "Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \ %"
);
COMMENT ON TABLE "Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \ %" IS E'</article><script>x()</script> | ``` *a* _b_\n\n1. two @category domain';
COMMENT ON COLUMN "Odd | schema"."Order `by` ""it"" | <b>ü 漢字</b> \ %"."a|b`c" IS 'one | two <i>';
CREATE TABLE "Odd | schema"."order" ("select" integer);
CREATE TABLE "Odd | schema"."Order" ("select" integer);
CREATE TABLE "Odd | schema".nothing ();

CREATE VIEW glad AS SELECT id, name AS "the name" FROM tenants WHERE mood = 'glad' OR name = '```';
COMMENT ON VIEW glad IS 'The glad ones.';
COMMENT ON COLUMN glad."the name" IS 'What they are called.';
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS number FROM people;
CREATE UNIQUE INDEX counts_number ON counts (number);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    -- ```` not the end
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION touch() IS 'Does | nothing.';
CREATE FUNCTION "Odd | schema"."Add(" (a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN a + b;
CREATE AGGREGATE longest(text) (SFUNC = text_larger, STYPE = text);
CREATE TRIGGER touched BEFORE UPDATE OF nick ON people FOR EACH ROW WHEN (old.nick <> '|') EXECUTE FUNCTION touch();
ALTER TABLE people ENABLE ALWAYS TRIGGER touched;
CREATE PUBLICATION out_there FOR TABLE people, tenants;
