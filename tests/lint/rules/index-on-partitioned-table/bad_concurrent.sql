-- transactional: false
-- expect
CREATE INDEX CONCURRENTLY events_id ON events (id);
