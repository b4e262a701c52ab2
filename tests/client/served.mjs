// One PGlite for all tests: a line of JSON asks, a line of JSON answers. Each question finds it empty.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { catalogOf, extensionIn, told } from "../../dbtool/client/catalog.mjs";
import * as scenes from "./scenes.mjs";

const [from, ...names] = process.argv.slice(2);
const require = createRequire(from);
const load = async (name) => await import(pathToFileURL(require.resolve(name)).href);

const { PGlite } = await load("@electric-sql/pglite");
const extensions = {};
for (const name of names) {
  const module = `@electric-sql/pglite/contrib/${name.replaceAll("-", "_")}`;
  extensions[name] = extensionIn(await load(module), module);
}
const db = await PGlite.create({ extensions });

async function answer(work) {
  if (work.sql !== undefined) return await catalogOf(db, work.sql, work);
  await db.exec("DROP SCHEMA IF EXISTS public CASCADE");
  const bundles = {};
  for (const [name, path] of Object.entries(work.bundles)) bundles[name] = await import(pathToFileURL(path).href);
  return await scenes[work.scene](db, bundles);
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = { answer: (await answer(JSON.parse(line))) ?? null };
  } catch (error) {
    said = { error: told(error) };
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
process.exit(0);
