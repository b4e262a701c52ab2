-- no way back: extension hstore cannot go back from 1.7 to 1.6
CREATE EXTENSION hstore VERSION '1.7';
CREATE TABLE t (id int);
