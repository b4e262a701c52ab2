-- expect
CREATE TYPE mood AS ENUM ('good', 'bad');
