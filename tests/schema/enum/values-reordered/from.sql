-- rows: INSERT INTO t VALUES ('low'), ('high');
CREATE TYPE prio AS ENUM ('low', 'mid', 'high');
CREATE TABLE t (p prio PRIMARY KEY);
