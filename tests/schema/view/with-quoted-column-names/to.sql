CREATE VIEW v AS SELECT 1 AS "First Name", 2 AS "select", 3 AS "ünï ""q""";
