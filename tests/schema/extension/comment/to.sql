CREATE EXTENSION citext;
COMMENT ON EXTENSION citext IS 'names without case';
