CREATE TABLE t (a interval, b time(3), c timestamptz(6), d bit(4), e char(3));
