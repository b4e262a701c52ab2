-- What the family lww promises; dbtool triggers test lww tries it. The values of client_id are uuids: where it is of
-- another type, write others. case_value is a column that is there to be written.

INSERT INTO this_table (updated_at, client_id, case_value)
VALUES ('2020-01-02 00:00:00+00', '22222222-2222-4222-8222-222222222222', 'm');

-- case: a newer write wins
UPDATE this_table
SET updated_at = '2020-01-03 00:00:00+00', client_id = '11111111-1111-4111-8111-111111111111', case_value = 'a';
SELECT case_value = 'a' AND updated_at = '2020-01-03 00:00:00+00' FROM this_table;

-- case: an older write changes nothing, and is counted
UPDATE this_table
SET updated_at = '2020-01-01 00:00:00+00', client_id = '33333333-3333-4333-8333-333333333333', case_value = 'z';
SELECT case_value = 'm' AND client_id = '22222222-2222-4222-8222-222222222222' FROM this_table;
SELECT count(*) = 1 FROM public.stale_writes
WHERE transaction_id = pg_current_xact_id() AND written_at = '2020-01-01 00:00:00+00';

-- case: of two writes of the same time the higher client_id wins
UPDATE this_table
SET updated_at = '2020-01-02 00:00:00+00', client_id = '33333333-3333-4333-8333-333333333333', case_value = 'a';
SELECT case_value = 'a' AND updated_at = '2020-01-02 00:00:00+00' FROM this_table;

-- case: of two writes of the same time the lower client_id loses, and so does none
UPDATE this_table
SET updated_at = '2020-01-02 00:00:00+00', client_id = '11111111-1111-4111-8111-111111111111', case_value = 'z';
UPDATE this_table SET updated_at = '2020-01-02 00:00:00+00', client_id = NULL, case_value = 'z';
SELECT case_value = 'm' FROM this_table;
SELECT count(*) = 2 FROM public.stale_writes
WHERE transaction_id = pg_current_xact_id();

-- case: of two writes of the same time by one client one wins, in whatever order they come
UPDATE this_table
SET updated_at = '2020-01-02 00:00:00+00', client_id = '22222222-2222-4222-8222-222222222222', case_value = 'n';
SELECT case_value = 'n' FROM this_table;
UPDATE this_table
SET updated_at = '2020-01-02 00:00:00+00', client_id = '22222222-2222-4222-8222-222222222222', case_value = 'm';
SELECT case_value = 'n' FROM this_table;

-- case: the same write once more changes nothing, and is not counted
UPDATE this_table
SET updated_at = '2020-01-02 00:00:00+00', client_id = '22222222-2222-4222-8222-222222222222', case_value = 'm';
SELECT case_value = 'm' FROM this_table;
SELECT count(*) = 0 FROM public.stale_writes
WHERE transaction_id = pg_current_xact_id();

-- case: a write that does not say its time is not judged
UPDATE this_table SET case_value = 'a';
SELECT case_value = 'a' FROM this_table;
