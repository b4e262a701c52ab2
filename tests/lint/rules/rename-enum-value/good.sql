-- also: create-enum
CREATE TYPE mood AS ENUM ('good');
ALTER TYPE mood RENAME VALUE 'good' TO 'fine';
ALTER TYPE state ADD VALUE 'closed';
