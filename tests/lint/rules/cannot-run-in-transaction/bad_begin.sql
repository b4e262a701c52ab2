-- transactional: false
CREATE INDEX CONCURRENTLY a ON users (a);
BEGIN;
-- expect
CREATE INDEX CONCURRENTLY b ON users (b);
COMMIT;
CREATE INDEX CONCURRENTLY c ON users (c);
DO $$
BEGIN
    -- expect
    CREATE INDEX CONCURRENTLY d ON users (d);
END
$$;
