CREATE SCHEMA x;
CREATE TABLE x.t (id serial);
