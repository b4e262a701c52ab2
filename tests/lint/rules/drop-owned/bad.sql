-- expect
DROP OWNED BY leaver;
