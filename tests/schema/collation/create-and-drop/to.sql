CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk');
CREATE TABLE t (a text COLLATE german);
