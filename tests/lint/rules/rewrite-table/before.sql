CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE accounts (
    id integer PRIMARY KEY,
    name varchar(20),
    nick varchar(20),
    email text,
    code char(3),
    amount numeric(10, 2),
    total numeric(10, 2),
    made_at timestamp
);
