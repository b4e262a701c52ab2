CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE f (a text) SERVER files OPTIONS (filename '/dev/null', format 'csv');
