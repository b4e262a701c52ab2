-- also: table-without-primary-key
CREATE INDEX events_id ON ONLY events (id);
ALTER INDEX events_id ATTACH PARTITION events_2024_id;
CREATE TABLE others (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE INDEX ON others (id);
