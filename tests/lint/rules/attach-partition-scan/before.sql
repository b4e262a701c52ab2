CREATE TABLE events (id bigint, at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE bare (id bigint, at timestamptz);
CREATE TABLE checked (id bigint, at timestamptz, CONSTRAINT b CHECK (at IS NOT NULL AND at < '2024-01-01'));
CREATE TABLE logs (id bigint, at timestamptz) PARTITION BY RANGE (at);
