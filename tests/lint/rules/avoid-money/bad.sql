CREATE TABLE prices (
    id bigint PRIMARY KEY,
    -- expect
    amount money,
    -- expect
    opens time with time zone
);
