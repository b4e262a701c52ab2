CREATE TABLE "My Table" ("The Id" int PRIMARY KEY, "A" int);
CREATE INDEX "An Index" ON "My Table" ("The Id");
CREATE VIEW "A View" AS SELECT "The Id" FROM "My Table";
COMMENT ON COLUMN "My Table"."The Id" IS 'id';
GRANT SELECT ("The Id") ON "My Table" TO case_reader;
