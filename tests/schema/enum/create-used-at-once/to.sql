CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "great"');
CREATE TABLE t (m mood DEFAULT 'ok' NOT NULL, ms mood[] DEFAULT '{sad}');
