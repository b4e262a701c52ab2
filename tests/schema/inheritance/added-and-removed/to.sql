-- keep: SELECT id, a FROM kid
CREATE TABLE base (id int, a text);
CREATE TABLE kid (id int, a text) INHERITS (base);
CREATE TABLE other (id int, a text);
