CREATE COLLATION r (provider = icu, locale = 'und');
