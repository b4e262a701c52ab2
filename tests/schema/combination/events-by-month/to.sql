-- keep: SELECT id, at, kind::text FROM event ORDER BY id
CREATE TYPE kind AS ENUM ('z', 'a', 'b');
CREATE TABLE event (id bigint NOT NULL, at date NOT NULL, kind kind DEFAULT 'z', data jsonb, n int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE event_2024_01 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE event_2024_02 PARTITION OF event FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE event_2024_03 PARTITION OF event FOR VALUES FROM ('2024-03-01') TO ('2024-04-01') PARTITION BY RANGE (at);
CREATE TABLE event_2024_03_a PARTITION OF event_2024_03 FOR VALUES FROM ('2024-03-01') TO ('2024-03-11');
CREATE INDEX event_kind ON event (kind);
CREATE INDEX event_data ON event USING gin (data jsonb_path_ops);
CREATE VIEW per_kind AS SELECT kind, count(*) AS n FROM event GROUP BY kind;
COMMENT ON TABLE event IS 'by month';
ALTER TABLE event_2024_01 SET (autovacuum_enabled = false);
GRANT SELECT ON event TO case_reader;
