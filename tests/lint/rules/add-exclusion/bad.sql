-- expect
ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);
-- expect
alter table bookings add exclude using gist (during with &&);
