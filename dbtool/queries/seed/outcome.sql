-- What became of a transaction: committed, aborted, in progress; NULL where it is too long ago. Read-only.
SELECT pg_xact_status(%(id)s::xid8) AS outcome
