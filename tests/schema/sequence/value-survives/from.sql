-- rows: SELECT nextval('s'), nextval('s'), nextval('s');
CREATE SEQUENCE s;
