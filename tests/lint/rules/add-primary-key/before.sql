CREATE TABLE logs (id bigint NOT NULL, maybe bigint);
CREATE UNIQUE INDEX logs_nullable ON logs (maybe);
CREATE UNIQUE INDEX logs_id ON logs (id);
