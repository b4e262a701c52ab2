CREATE TABLE "größe" ("länge" int, "字段" text);
CREATE TYPE "типы" AS ENUM ('да', 'нет');
CREATE INDEX "größe_字" ON "größe" ("字段");
COMMENT ON TABLE "größe" IS '🐘';
