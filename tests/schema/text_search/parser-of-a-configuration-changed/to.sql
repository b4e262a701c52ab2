CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION c (PARSER = pg_catalog.default);
ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple;
