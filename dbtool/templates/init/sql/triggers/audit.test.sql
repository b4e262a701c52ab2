-- What the family audit promises; dbtool triggers test audit tries it. case_value is a column that is there to be
-- written.

SELECT set_config('app.user_id', 'ann', TRUE) = 'ann';

-- case: an INSERT is in the log, with the new row
INSERT INTO this_table (case_value) VALUES ('a');
SELECT count(*) = 1 FROM public.audit_log
WHERE transaction_id = pg_current_xact_id();
SELECT operation = 'INSERT' AND old_row IS NULL AND new_row ->> 'case_value' = 'a'
FROM public.audit_log
WHERE transaction_id = pg_current_xact_id();

-- case: an UPDATE is in the log, with the old and the new row
INSERT INTO this_table (case_value) VALUES ('a');
UPDATE this_table SET case_value = 'b';
SELECT old_row ->> 'case_value' = 'a' AND new_row ->> 'case_value' = 'b'
FROM public.audit_log
WHERE transaction_id = pg_current_xact_id() AND operation = 'UPDATE';

-- case: a DELETE is in the log, with the old row
INSERT INTO this_table (case_value) VALUES ('a');
DELETE FROM this_table;
SELECT old_row ->> 'case_value' = 'a' AND new_row IS NULL
FROM public.audit_log
WHERE transaction_id = pg_current_xact_id() AND operation = 'DELETE';

-- case: a TRUNCATE is in the log
TRUNCATE this_table;
SELECT operation = 'TRUNCATE' FROM public.audit_log
WHERE transaction_id = pg_current_xact_id();

-- case: the log says who, when and by which program
INSERT INTO this_table (case_value) VALUES ('a');
SELECT
    user_id = 'ann' AS user_id,
    session_role = session_user AS session_role,
    acting_role = current_user AS acting_role,
    application_name = current_setting('application_name') AS application_name,
    changed_at BETWEEN now() AND clock_timestamp() AS changed_at
FROM public.audit_log
WHERE transaction_id = pg_current_xact_id();
