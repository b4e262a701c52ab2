// What a PGlite's catalog says, by the same queries that read a server's.

// json, jsonb and bigint as texts: JavaScript's numbers lose digits
const options = { rowMode: "array", parsers: { 20: (text) => text, 114: (text) => text, 3802: (text) => text } };

/** The rows of each query, by its name. `settings` hold until the end of the transaction. */
export async function readCatalog(transaction, { settings, queries }) {
  await transaction.query(settings);
  const found = {};
  for (const [name, sql] of Object.entries(queries)) found[name] = (await transaction.query(sql, [], options)).rows;
  return found;
}

/** What `sql` makes of `db`, which stays as it was. */
export async function catalogOf(db, sql, work) {
  let found;
  await db.transaction(async (transaction) => {
    await transaction.exec(sql);
    found = await readCatalog(transaction, work);
    await transaction.rollback();
  });
  return found;
}

/** The extension that a module exports: the one object with a setup function. */
export function extensionIn(module, name) {
  const found = Object.values({ ...module.default, ...module }).find((one) => typeof one?.setup === "function");
  if (!found) throw new Error(`the module ${name} exports no extension of PGlite's`);
  return found;
}

/** An error with what its cause says beside it, as JSON can hold it. */
export function told(error) {
  const cause = error.cause ?? {};
  return {
    message: error.message,
    code: error.code,
    migration: error.migration,
    detail: error.detail ?? cause.detail,
    hint: error.hint ?? cause.hint,
    where: error.where ?? cause.where,
  };
}
