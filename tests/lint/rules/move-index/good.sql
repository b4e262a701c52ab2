-- also: beside-concurrent
-- transactional: false
REINDEX (CONCURRENTLY, TABLESPACE fast) INDEX users_name;
ALTER INDEX users_name RENAME TO users_by_name;
ALTER INDEX users_by_name SET (fillfactor = 90);
