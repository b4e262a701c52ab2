CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY);
CREATE PUBLICATION one FOR TABLE a, b WITH (publish = 'insert, update');
CREATE PUBLICATION every FOR ALL TABLES;
CREATE PUBLICATION none_yet WITH (publish_via_partition_root = true);
COMMENT ON PUBLICATION one IS 'one';
