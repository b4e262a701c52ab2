CREATE SCHEMA x;
CREATE TABLE public.pg_tables_like (a int);
