CREATE PROCEDURE p(IN a int, OUT b int) LANGUAGE plpgsql AS 'BEGIN b := a + 1; END';
GRANT EXECUTE ON PROCEDURE p(int) TO case_writer;
