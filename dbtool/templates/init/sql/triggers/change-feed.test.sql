-- What the family change-feed promises; dbtool triggers test change-feed tries it. Nobody is told anything:
-- notifications go out at COMMIT, and cases are rolled back. dbtool.change_feed_rows counts the rows that were told
-- one by one. case_value is a column that is there to be written.

-- case: rows are told one by one
INSERT INTO this_table (case_value) VALUES ('a'), ('b');
UPDATE this_table SET case_value = 'c';
DELETE FROM this_table;
SELECT current_setting('dbtool.change_feed_rows') = '6';

-- case: a statement that changes nothing tells nothing
UPDATE this_table SET case_value = 'c';
SELECT coalesce(nullif(current_setting('dbtool.change_feed_rows', TRUE), ''), '0') = '0';

-- case: of many rows the table is told, and not each row
INSERT INTO this_table (case_value) SELECT 'a' FROM generate_series(1, 1001);
SELECT coalesce(nullif(current_setting('dbtool.change_feed_rows', TRUE), ''), '0') = '0';

-- case: a row as large as any can be told
INSERT INTO this_table (case_value) VALUES (repeat('é', 100000));
SELECT current_setting('dbtool.change_feed_rows') = '1';

-- case: a row that fits is told whole, a larger one by its key, and the table where the key is too large
SELECT
    public.change_feed_payload('s', 't', 'update', '{"id": 1}', '{"id": 1, "x": "y"}')::jsonb
    = '{"schema": "s", "table": "t", "operation": "update", "key": {"id": 1}, "row": {"id": 1, "x": "y"}}' AS whole,
    public.change_feed_payload('s', 't', 'update', '{"id": 1}', jsonb_build_object('x', repeat('é', 4000)))::jsonb
    = '{"schema": "s", "table": "t", "operation": "update", "key": {"id": 1}}' AS by_key,
    public.change_feed_payload('s', 't', 'update', jsonb_build_object('id', repeat('é', 4000)), '{}')::jsonb
    = '{"schema": "s", "table": "t", "operation": "update"}' AS by_table;
