-- SHARE conflicts with the ROW EXCLUSIVE of yoyo's INSERT (manual, table 13.2), and needs no transaction id.
LOCK TABLE {schema}.yoyo_lock IN SHARE MODE NOWAIT
