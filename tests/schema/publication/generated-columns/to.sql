-- since: 18
CREATE TABLE a (id int PRIMARY KEY, b int GENERATED ALWAYS AS (id + 1) STORED);
CREATE PUBLICATION p FOR TABLE a WITH (publish_generated_columns = stored);
