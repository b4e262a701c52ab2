CREATE TABLE "a""b.c" ("d""e.f" int, CONSTRAINT "g.h""i" CHECK ("d""e.f" > 0));
