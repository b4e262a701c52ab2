CREATE TABLE pgtable (a int);
CREATE SCHEMA pgfoo;
CREATE TABLE pgfoo."int4" ("text" text, "date" date, "oid" int, "public" text);
CREATE FUNCTION pgfoo."text"("date" date) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
