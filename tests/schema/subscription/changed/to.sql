CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p, q WITH (connect = false, slot_name = NONE, enabled = false, binary = true, synchronous_commit = 'remote_apply');
COMMENT ON SUBSCRIPTION s IS 'from there';
