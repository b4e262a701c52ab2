-- What the log says of a part of a large seed file.
SELECT l.comment
FROM {schema}._yoyo_log AS l
WHERE l.id = %(id)s AND l.migration_hash = %(run)s
