CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    balance numeric(12, 2) DEFAULT 0 NOT NULL CHECK (balance >= 0),
    opened timestamptz DEFAULT now() NOT NULL
);
