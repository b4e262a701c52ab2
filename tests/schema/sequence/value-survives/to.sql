-- keep: SELECT last_value, is_called FROM s
CREATE SEQUENCE s CACHE 5 MAXVALUE 9999;
