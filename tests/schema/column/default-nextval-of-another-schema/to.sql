CREATE SCHEMA seqs;
CREATE SEQUENCE seqs.numbers;
CREATE SEQUENCE numbers;
CREATE TABLE t (id int DEFAULT nextval('seqs.numbers'));
