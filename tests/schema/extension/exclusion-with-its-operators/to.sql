CREATE EXTENSION btree_gist;
CREATE TABLE booking (room int, at tsrange, EXCLUDE USING gist (room WITH =, at WITH &&));
