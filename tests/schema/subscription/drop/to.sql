-- no way back: subscription s: it cannot be made
CREATE TABLE t (id int);
