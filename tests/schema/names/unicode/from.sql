CREATE TABLE "größe" ("länge" int);
