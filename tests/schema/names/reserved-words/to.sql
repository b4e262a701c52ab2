CREATE SCHEMA "user";
CREATE TABLE "user"."table" ("select" int PRIMARY KEY, "order" text DEFAULT 'x', "group" int CONSTRAINT "check" CHECK ("group" > 0));
CREATE INDEX "index" ON "user"."table" ("order");
CREATE VIEW "user"."view" AS SELECT "select", "order" FROM "user"."table";
CREATE FUNCTION "user"."function"("in" int) RETURNS int LANGUAGE sql AS 'SELECT "in"';
