-- expect
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- expect
DROP TRIGGER touch ON app.users;
