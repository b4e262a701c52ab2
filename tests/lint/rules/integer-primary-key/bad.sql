CREATE TABLE a (
    -- expect
    id serial PRIMARY KEY
);
CREATE TABLE b (
    -- expect
    id integer GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (id)
);
CREATE TABLE c (
    -- expect
    id int,
    CONSTRAINT c_pkey PRIMARY KEY (id)
);
