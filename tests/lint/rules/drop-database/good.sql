DROP ROLE leaver;
