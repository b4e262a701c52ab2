-- expect
ALTER TYPE state RENAME VALUE 'open' TO 'opened';
-- expect
ALTER TYPE state RENAME TO status;
