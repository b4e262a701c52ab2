CREATE DOMAIN e AS text CHECK (VALUE = 'a');
CREATE TABLE other (id int);
