CREATE TYPE text_range AS RANGE (SUBTYPE = text, COLLATION = "C", MULTIRANGE_TYPE_NAME = text_ranges);
CREATE TABLE t (id int, r text_range, m text_ranges);
