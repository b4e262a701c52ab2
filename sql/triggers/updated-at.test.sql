-- What the family updated-at promises; dbtool triggers test updated-at tries it. case_value is a column that is
-- there to be written.

INSERT INTO this_table (updated_at, case_value) VALUES ('2020-01-01 00:00:00+00', 'a');

-- case: an UPDATE that does not set updated_at sets it to the time of the transaction
UPDATE this_table SET case_value = 'b';
SELECT updated_at = now() FROM this_table;

-- case: a second UPDATE in one transaction is later than the first
UPDATE this_table SET case_value = 'b';
UPDATE this_table SET case_value = 'c';
SELECT updated_at > now() AND updated_at < now() + interval '1 second' FROM this_table;

-- case: an UPDATE that sets updated_at keeps it
UPDATE this_table SET updated_at = '2021-01-01 00:00:00+00', case_value = 'b';
SELECT updated_at = '2021-01-01 00:00:00+00' FROM this_table;

-- case: an UPDATE that sets updated_at to the time that was there keeps it
UPDATE this_table SET updated_at = '2020-01-01 00:00:00+00', case_value = 'b';
SELECT updated_at = '2020-01-01 00:00:00+00' AND case_value = 'b' FROM this_table;

-- case: an UPDATE that sets updated_at to NULL gets the time of the transaction
UPDATE this_table SET updated_at = NULL, case_value = 'b';
SELECT updated_at = now() FROM this_table;

-- case: the time never goes back, also where the row is ahead of the clock
UPDATE this_table SET updated_at = '2200-01-01 00:00:00+00';
UPDATE this_table SET case_value = 'b';
SELECT updated_at > '2200-01-01 00:00:00+00' FROM this_table;
