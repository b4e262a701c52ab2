-- expect
DROP SEQUENCE numbers;
-- expect
drop sequence if exists app.a, b;
