-- Takes the lock that says that the maker of a throw-away database lives: its number is in the database's name.
SELECT pg_advisory_lock(('x' || %(key)s::text)::bit(64)::int8)
