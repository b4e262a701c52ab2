CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    name varchar(20),
    note text,
    amount numeric(10, 2),
    price numeric(10, 2),
    made_at timestamptz
);
