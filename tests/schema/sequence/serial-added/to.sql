CREATE TABLE t (a text, id bigserial UNIQUE, small smallserial);
