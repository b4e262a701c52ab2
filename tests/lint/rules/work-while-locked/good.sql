SELECT count(*) FROM orders;
SELECT set_config('app.user', 'migration', true);
ALTER TABLE users ADD COLUMN a integer;
SELECT set_config('app.user', '', true);
