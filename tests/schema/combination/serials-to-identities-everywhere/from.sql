-- rows: INSERT INTO a (x) VALUES ('1'), ('2'); INSERT INTO b (a) VALUES (1);
CREATE TABLE a (
    id serial PRIMARY KEY,
    x text
);
CREATE TABLE b (
    id serial PRIMARY KEY, a int REFERENCES a
);
CREATE TABLE c (
    id bigserial PRIMARY KEY, b int REFERENCES b
);
CREATE VIEW v AS SELECT a.id, c.id AS c FROM a JOIN b ON b.a = a.id JOIN c ON c.b = b.id;
GRANT INSERT ON a, b, c TO case_writer;
