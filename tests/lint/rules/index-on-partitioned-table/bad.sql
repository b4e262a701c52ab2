-- expect
CREATE INDEX events_id ON events (id);
-- expect
CREATE UNIQUE INDEX ON public.events (id, at);
