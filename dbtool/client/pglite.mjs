// Applies a bundle to a new PGlite, and tells its catalog. Reads what to do from stdin, answers on stdout, both JSON.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { catalogOf, extensionIn, readCatalog, told } from "./catalog.mjs";

const work = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(work.from);

async function load(name) {
  return await import(pathToFileURL(require.resolve(name)).href);
}

async function main() {
  const { PGlite } = await load("@electric-sql/pglite");
  const extensions = {};
  for (const [name, module] of Object.entries(work.extensions)) extensions[name] = extensionIn(await load(module), module);
  const db = await PGlite.create({ extensions });
  const { migrate } = await import(pathToFileURL(work.bundle).href);
  const fresh = work.fresh === null ? null : await catalogOf(db, work.fresh, work);
  const applied = await migrate(db);
  const { rows } = await db.query("SELECT current_setting('server_version_num') AS version");
  const catalog = await db.transaction((transaction) => readCatalog(transaction, work));
  return { version: Number(rows[0].version), applied, fresh, catalog };
}

let answer;
try {
  answer = await main();
} catch (error) {
  answer = { error: told(error) };
}
const bytes = Buffer.from(JSON.stringify(answer));
for (let sent = 0; sent < bytes.length; ) sent += writeSync(1, bytes, sent);
process.exit(0); // a PGlite keeps node alive
