-- also: drop-table
DROP POLICY own_rows ON orders;
DROP TABLE orders;
