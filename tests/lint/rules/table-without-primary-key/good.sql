-- also: create-partition-of
CREATE TABLE a (id bigint PRIMARY KEY);
CREATE TABLE b (id bigint);
ALTER TABLE b ADD CONSTRAINT b_pkey PRIMARY KEY (id);
CREATE TEMP TABLE work (a integer);
CREATE TABLE c (LIKE a INCLUDING ALL);
CREATE TABLE d PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE e (id bigint, CONSTRAINT e_pkey PRIMARY KEY (id));
