-- expect
ALTER TABLE events DETACH PARTITION events_2020;
-- expect
alter table app.events detach partition app.events_2021;
