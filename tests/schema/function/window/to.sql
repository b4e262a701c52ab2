CREATE FUNCTION rank_it() RETURNS bigint LANGUAGE internal IMMUTABLE WINDOW AS 'window_rank';
