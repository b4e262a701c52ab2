-- also: unnamed-constraint
ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_id;
CREATE TABLE fresh (id bigint);
ALTER TABLE fresh ADD PRIMARY KEY (id);
