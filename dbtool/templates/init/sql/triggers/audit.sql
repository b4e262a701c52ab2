-- audit_log holds the history of rows: who changed what, when, from what to what, in which transaction. It is
-- partitioned by month; public.make_audit_partitions() makes the partitions.
--
-- Every domain table has it once the next line begins with "-- dbtool:"; one table, by "-- dbtool: table public.x".
-- off dbtool: category domain
-- dbtool: set server

-- Whole rows, before and after, rather than what differs between them: each entry is readable by itself, and no entry
-- that is lost makes the others unreadable. The row's text holds whatever the table holds, secrets as well: name
-- columns that must not be in the log in record_audit().
--
-- A sequence rather than an identity column, which partitions inherit from PostgreSQL 17 on, and before that do not.
CREATE SEQUENCE public.audit_log_id_seq;

CREATE TABLE public.audit_log (
    id bigint NOT NULL DEFAULT nextval('public.audit_log_id_seq'),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    table_schema text NOT NULL,
    table_name text NOT NULL,
    operation text NOT NULL,
    old_row jsonb,
    new_row jsonb,
    session_role text NOT NULL DEFAULT session_user,
    acting_role text NOT NULL,
    user_id text,
    application_name text NOT NULL DEFAULT current_setting('application_name'),
    CONSTRAINT audit_log_pkey PRIMARY KEY (id, changed_at),
    CONSTRAINT audit_log_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))
) PARTITION BY RANGE (changed_at);

ALTER SEQUENCE public.audit_log_id_seq OWNED BY public.audit_log.id;

-- The history of a row, where its key is a column named id.
CREATE INDEX audit_log_row_idx ON public.audit_log (table_name, (coalesce(new_row, old_row) ->> 'id'), id);

-- What comes before its month's partition is there; nothing is ever refused for want of a partition.
CREATE TABLE public.audit_log_default PARTITION OF public.audit_log DEFAULT;

COMMENT ON TABLE public.audit_log
IS 'Who changed which row, and how. @category utility @server-only @partitions-unmanaged';
COMMENT ON COLUMN public.audit_log.session_role IS 'Who connected (session_user).';
COMMENT ON COLUMN public.audit_log.acting_role IS 'Who acted: the role of SET ROLE, else who connected.';
COMMENT ON COLUMN public.audit_log.user_id IS 'The setting app.user_id: who the application says it was.';

-- The owner writes; nobody else has a way to change what is written. Whoever may read it is granted SELECT.
REVOKE ALL ON TABLE public.audit_log, public.audit_log_default FROM public;

CREATE FUNCTION public.record_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hidden constant text[] := '{}';  -- columns of any table that must not be in the log: '{password_hash}'
BEGIN
    INSERT INTO public.audit_log (
        table_schema, table_name, operation, old_row, new_row, acting_role, user_id
    )
    VALUES (
        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP,
        CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) - hidden END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) - hidden END,
        -- current_user is the owner in here
        coalesce(nullif(current_setting('role'), 'none'), session_user),
        nullif(current_setting('app.user_id', TRUE), '')
    );
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.record_audit() IS 'Writes to audit_log what happened to a row.';

-- Makes the partitions of this month and the next ones, and of every month of which there are rows in the default
-- partition, and moves those rows there. Call it any time, say once a day; it returns how many it made. Months are
-- of UTC. Nobody waits for partitions that are made ahead. Where rows are moved, writers wait until it is done, and
-- it waits for them, 5 s at most. To forget a month, drop its partition.
CREATE FUNCTION public.make_audit_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
    this_month constant timestamptz := date_trunc('month', now());
    first_day timestamptz;
    next_day timestamptz;
    partition_name text;
    grantee text;
    made integer := 0;
BEGIN
    LOCK TABLE ONLY public.audit_log IN SHARE UPDATE EXCLUSIVE MODE;  -- one caller at a time
    IF to_regclass(to_char(this_month, '"public.audit_log_"YYYY"_"MM')) IS NULL
        OR EXISTS (SELECT FROM public.audit_log_default)
    THEN
        -- A writer that found the default partition for its row, and waited there while that was attached, would fail.
        LOCK TABLE ONLY public.audit_log IN ACCESS EXCLUSIVE MODE;
    END IF;
    FOR first_day IN
        SELECT this_month + make_interval(months => ahead) FROM generate_series(0, months_ahead) AS ahead
        UNION
        SELECT date_trunc('month', changed_at) FROM public.audit_log_default
        ORDER BY 1
    LOOP
        next_day := first_day + interval '1 month';
        partition_name := to_char(first_day, '"audit_log_"YYYY"_"MM');
        CONTINUE WHEN to_regclass(format('public.%I', partition_name)) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.audit_log INCLUDING ALL)', partition_name
        );
        -- as the log itself: the same owner, and what default privileges gave to others taken away
        EXECUTE format('ALTER TABLE public.%I OWNER TO %s', partition_name, (
            SELECT relowner::regrole FROM pg_class WHERE oid = 'public.audit_log'::regclass
        ));
        FOR grantee IN
            SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
            FROM pg_class AS c, aclexplode(c.relacl) AS a
            WHERE c.oid = format('public.%I', partition_name)::regclass AND a.grantee <> c.relowner
        LOOP
            EXECUTE format('REVOKE ALL ON TABLE public.%I FROM %s', partition_name, grantee);
        END LOOP;
        EXECUTE format(
            'WITH moved AS ('
            'DELETE FROM public.audit_log_default WHERE changed_at >= $1 AND changed_at < $2 RETURNING *)'
            ' INSERT INTO public.%I SELECT * FROM moved', partition_name
        ) USING first_day, next_day;
        EXECUTE format(
            'ALTER TABLE public.audit_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            partition_name, first_day, next_day
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

COMMENT ON FUNCTION public.make_audit_partitions(integer)
IS 'Makes the monthly partitions of audit_log, and returns how many.';

CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON this_table
FOR EACH ROW EXECUTE FUNCTION public.record_audit();

CREATE TRIGGER audit_truncate AFTER TRUNCATE ON this_table
FOR EACH STATEMENT EXECUTE FUNCTION public.record_audit();
