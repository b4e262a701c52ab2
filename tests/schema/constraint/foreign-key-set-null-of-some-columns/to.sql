-- since: 15
CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
CREATE TABLE b (
    x int, y int, CONSTRAINT xy FOREIGN KEY (x, y) REFERENCES a ON DELETE SET NULL (y)
);
