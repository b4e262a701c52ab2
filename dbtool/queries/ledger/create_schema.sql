-- The schema that the configuration names for the ledger.
CREATE SCHEMA IF NOT EXISTS {schema}
