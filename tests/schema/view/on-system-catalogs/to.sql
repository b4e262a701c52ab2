CREATE VIEW big AS SELECT c.oid::regclass AS name, pg_total_relation_size(c.oid) AS bytes FROM pg_catalog.pg_class c JOIN information_schema.tables i ON i.table_name = c.relname;
CREATE TABLE t (a int);
