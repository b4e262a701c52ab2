-- The number of this transaction, by which its outcome can be asked for where the connection is lost. Gives it one.
SELECT pg_current_xact_id()::text AS id
