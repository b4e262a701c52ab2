CREATE TABLE users (id bigint PRIMARY KEY, name text, state text, note text);
CREATE PUBLICATION feed FOR TABLE users (id, name) WHERE (state = 'open');
