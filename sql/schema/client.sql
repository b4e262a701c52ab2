-- What a client keeps for itself: it is in migrations/client alone.

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    operation text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    changes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(changes) = 'object'),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    error text,
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE outbox IS 'What this client wrote and the server has not confirmed. @category utility @client-only';
COMMENT ON COLUMN outbox.changes IS 'The columns that were written, and their values.';
