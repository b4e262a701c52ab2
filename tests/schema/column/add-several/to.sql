-- keep: SELECT id FROM t ORDER BY id
CREATE TABLE t (id int PRIMARY KEY, a text, b int DEFAULT 3 NOT NULL, c timestamptz DEFAULT now(), d text[] DEFAULT '{}'::text[] NOT NULL);
