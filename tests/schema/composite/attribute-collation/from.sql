CREATE TYPE c AS (a text);
