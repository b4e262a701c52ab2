CREATE TABLE a (id bigserial PRIMARY KEY, amount integer);
CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE c (a bigint, b integer, PRIMARY KEY (a, b));
CREATE TABLE d (id uuid PRIMARY KEY DEFAULT gen_random_uuid());
