-- expect
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
-- expect
ALTER DOMAIN app.email ADD CHECK (VALUE LIKE '%@%');
-- expect
alter domain email set not null;
