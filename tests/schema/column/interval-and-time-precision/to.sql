CREATE TABLE t (a interval day to second, b time(6), c timestamptz(3), d bit varying(8), e char(5));
