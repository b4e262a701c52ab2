CREATE TABLE t (a int);
COMMENT ON TABLE t IS E'line one\nline two; -- not a comment\n$$ \\ %s %(x)s ''quoted'' "double" é 字 \t';
