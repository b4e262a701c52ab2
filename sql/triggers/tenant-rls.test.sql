-- What the family tenant-rls promises; dbtool triggers test tenant-rls tries it. The values of tenant_id are uuids:
-- where it is of another type, write others. case_value is a column that is there to be written.
-- dbtool: as application

SELECT set_config('app.tenant_id', '22222222-2222-4222-8222-222222222222', TRUE) LIKE '2%';
INSERT INTO this_table (tenant_id, case_value) VALUES ('22222222-2222-4222-8222-222222222222', 'theirs');
SELECT set_config('app.tenant_id', '11111111-1111-4111-8111-111111111111', TRUE) LIKE '1%';
INSERT INTO this_table (tenant_id, case_value) VALUES ('11111111-1111-4111-8111-111111111111', 'ours');

-- case: a tenant sees its own rows alone
SELECT count(*) = 1 AND min(case_value) = 'ours' FROM this_table;

-- case: a tenant cannot write rows of another
-- fails: 42501
INSERT INTO this_table (tenant_id, case_value) VALUES ('22222222-2222-4222-8222-222222222222', 'a');
-- fails: 42501
UPDATE this_table SET tenant_id = '22222222-2222-4222-8222-222222222222';

-- case: a tenant cannot change or delete the rows of another
UPDATE this_table SET case_value = 'b'
WHERE case_value = 'theirs';
DELETE FROM this_table
WHERE case_value = 'theirs';
SELECT set_config('app.tenant_id', '22222222-2222-4222-8222-222222222222', TRUE) LIKE '2%';
SELECT case_value = 'theirs' FROM this_table;

-- case: without a tenant there are no rows
SELECT set_config('app.tenant_id', '', TRUE) = '';
SELECT count(*) = 0 FROM this_table;
