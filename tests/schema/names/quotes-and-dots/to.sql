CREATE TABLE "a""b.c" ("d""e.f" int DEFAULT 3, "it's" text, CONSTRAINT "g.h""i" CHECK ("d""e.f" > 1));
CREATE SEQUENCE "s.""q'" OWNED BY "a""b.c"."it's";
CREATE TYPE "en.""um" AS ENUM ('x');
