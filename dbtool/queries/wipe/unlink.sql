-- Deletes the large objects of these roles. Writes.
SELECT count(lo_unlink(l.oid))
FROM pg_catalog.pg_largeobject_metadata AS l
WHERE pg_get_userbyid(l.lomowner) = any(%(owners)s::text[])
