CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false);
