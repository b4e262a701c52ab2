-- What the change feed promises; dbtool triggers test change-feed tries it.

INSERT INTO this_table (tenant_id, case_value) VALUES ('11111111-1111-4111-8111-111111111111', 'a');

-- case: an INSERT is in the feed, with its tenant and its row
SELECT feed.tenant_id = r.tenant_id AND feed.operation = 'insert'
FROM change_feed AS feed INNER JOIN this_table AS r ON feed.row_id = r.id;

-- case: so is an UPDATE, each row of it
INSERT INTO this_table (tenant_id) VALUES ('22222222-2222-4222-8222-222222222222');
UPDATE this_table SET case_value = 'b';
SELECT count(*) = 2
FROM change_feed AS feed INNER JOIN this_table AS r ON feed.row_id = r.id
WHERE feed.operation = 'update';

-- case: and a DELETE
DELETE FROM this_table;
SELECT count(*) = 1 FROM change_feed
WHERE transaction_id = pg_current_xact_id() AND operation = 'delete';

-- case: where the setting is off, nothing is
SELECT set_config('app.change_feed', 'off', TRUE) = 'off';
UPDATE this_table SET case_value = 'b';
SELECT count(*) = 0
FROM change_feed AS feed INNER JOIN this_table AS r ON feed.row_id = r.id
WHERE feed.operation = 'update';
