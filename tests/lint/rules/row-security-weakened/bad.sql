-- expect
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
-- expect
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
-- expect
DROP POLICY own_rows ON orders;
-- expect
CREATE POLICY anything ON users USING (true);
-- expect
CREATE POLICY written ON users FOR INSERT WITH CHECK (true);
-- expect
ALTER POLICY own ON users USING (1 = 1);
