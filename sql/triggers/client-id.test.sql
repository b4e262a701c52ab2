-- What the family client-id promises; dbtool triggers test client-id tries it. The values are uuids: where client_id is
-- of another type, write others. case_value is a column that is there to be written.

INSERT INTO this_table (client_id, case_value) VALUES ('11111111-1111-4111-8111-111111111111', 'a');

-- case: an INSERT keeps client_id
SELECT client_id = '11111111-1111-4111-8111-111111111111' FROM this_table;

-- case: an UPDATE that does not set client_id resets it to NULL
UPDATE this_table SET case_value = 'b';
SELECT client_id IS NULL AND case_value = 'b' FROM this_table;

-- case: an UPDATE that sets another client_id keeps that
UPDATE this_table SET client_id = '22222222-2222-4222-8222-222222222222', case_value = 'b';
SELECT client_id = '22222222-2222-4222-8222-222222222222' FROM this_table;

-- case: an UPDATE that sets the client_id that was there keeps it
UPDATE this_table SET client_id = '11111111-1111-4111-8111-111111111111', case_value = 'b';
SELECT client_id = '11111111-1111-4111-8111-111111111111' AND case_value = 'b' FROM this_table;

-- case: an UPDATE that sets client_id to NULL keeps NULL
UPDATE this_table SET client_id = NULL, case_value = 'b';
SELECT client_id IS NULL AND case_value = 'b' FROM this_table;

-- case: a client that writes after the server keeps its client_id
UPDATE this_table SET case_value = 'b';
UPDATE this_table SET client_id = '11111111-1111-4111-8111-111111111111', case_value = 'c';
SELECT client_id = '11111111-1111-4111-8111-111111111111' FROM this_table;

-- case: one UPDATE of several rows treats each as one
INSERT INTO this_table (client_id, case_value)
VALUES ('22222222-2222-4222-8222-222222222222', 'a'), (NULL, 'a');
UPDATE this_table SET client_id = '11111111-1111-4111-8111-111111111111', case_value = 'b';
SELECT client_id = '11111111-1111-4111-8111-111111111111' FROM this_table;
UPDATE this_table SET case_value = 'c';
SELECT client_id IS NULL FROM this_table;
