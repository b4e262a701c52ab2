CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange, EXCLUDE USING gist (during WITH &&));
ALTER TABLE bookings ADD CONSTRAINT again EXCLUDE USING gist (during WITH &&);
