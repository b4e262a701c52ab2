CREATE TABLE a (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE a WITH (publish = 'delete, truncate', publish_via_partition_root = true);
