CREATE TABLE t (
    a int4range, b circle, CONSTRAINT far EXCLUDE USING gist (b WITH &&) WHERE (lower(a) > 5), EXCLUDE USING gist (a WITH &&) INITIALLY DEFERRED
);
