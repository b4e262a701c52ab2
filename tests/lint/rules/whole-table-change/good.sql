UPDATE users SET a = 1 WHERE id = 4;
DELETE FROM users WHERE made_at < '2020-01-01' AND id < 5000;
UPDATE users SET a = o.a FROM others AS o WHERE o.id = users.id;
CREATE TABLE fresh (id bigint PRIMARY KEY, a integer);
UPDATE fresh SET a = 1;
