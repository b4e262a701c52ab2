CREATE TABLE t (c text, d date);
