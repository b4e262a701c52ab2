-- refused: is in the key that the table is partitioned by
CREATE TABLE other (id int);
CREATE TABLE p (a bigint, b int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
