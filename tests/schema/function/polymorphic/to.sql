CREATE FUNCTION f(anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
CREATE FUNCTION g(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql AS 'SELECT $1';
