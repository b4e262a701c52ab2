-- refused: subscription s: it cannot be made
CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p, "Q q" WITH (connect = false, slot_name = NONE, enabled = false);
CREATE TABLE t (id int);
