-- since: 16
CREATE COLLATION r (provider = icu, locale = 'und', rules = '&a < g');
