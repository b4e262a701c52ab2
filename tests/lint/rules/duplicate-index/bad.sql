CREATE TABLE a (id bigint PRIMARY KEY, code text UNIQUE, b text);
-- expect
CREATE INDEX a_id ON a (id);
-- expect
CREATE INDEX a_code ON public.a USING btree (code);
CREATE INDEX a_b ON a (b);
-- expect
CREATE INDEX a_b2 ON public.a (b);
