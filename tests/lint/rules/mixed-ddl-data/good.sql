UPDATE users SET name = '' WHERE name IS NULL AND id < 1000;
INSERT INTO settings (key, value) VALUES ('a', 'b');
