CREATE TABLE notes (
    id bigint PRIMARY KEY,
    -- expect
    body json NOT NULL
);
-- expect
ALTER TABLE users ADD COLUMN meta json;
-- expect
ALTER TABLE users ADD COLUMN many json[];
