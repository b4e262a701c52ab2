CREATE TABLE t (a tsvector, b text);
CREATE TRIGGER vec BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger('a', 'pg_catalog.simple', 'b');
CREATE TRIGGER same BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
