CREATE TABLE t (
    a int4range, b circle, CONSTRAINT far EXCLUDE USING gist (b WITH &&)
);
