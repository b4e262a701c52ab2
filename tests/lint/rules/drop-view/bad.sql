-- expect
DROP VIEW people;
-- expect
drop materialized view if exists app."Totals", other;
