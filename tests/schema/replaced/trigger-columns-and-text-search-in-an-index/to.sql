CREATE TABLE t (a int, c int, w text);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE UPDATE OF a, c ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE INDEX i ON t USING gin (to_tsvector('simple'::regconfig, w));
