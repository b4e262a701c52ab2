-- keep: SELECT id, k FROM kid
CREATE TABLE kid (id int, k int);
