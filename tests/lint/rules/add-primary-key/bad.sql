-- expect
ALTER TABLE users ADD PRIMARY KEY (id);
-- expect
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
-- expect
alter table users add column uid bigint primary key;
-- expect
ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_nullable;
-- expect
ALTER TABLE never_seen ADD CONSTRAINT never_seen_pkey PRIMARY KEY USING INDEX some_index;
