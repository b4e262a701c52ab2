-- rows: INSERT INTO kid VALUES (1, 'x');
CREATE TABLE base (id int, a text);
CREATE TABLE kid (id int, a text);
CREATE TABLE other () INHERITS (base);
