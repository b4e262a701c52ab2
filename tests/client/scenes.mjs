// What an app does with its bundles at a start. Each gets an empty PGlite.

const rows = async (db, sql) => (await db.query(sql, [], { rowMode: "array" })).rows;
const ledger = (db) => rows(db, "SELECT id FROM public._dbtool_migration ORDER BY id");

async function refused(migrate, db) {
  try {
    await migrate(db);
  } catch (error) {
    return { name: error.name, code: error.code, migration: error.migration, message: error.message };
  }
  return null;
}

export async function from_empty(db, { newer }) {
  const first = await newer.migrate(db);
  const second = await newer.migrate(db);
  return { first, second, ledger: await ledger(db), columns: await rows(db, "SELECT * FROM notes") };
}

export async function from_older(db, { older, newer }) {
  const before = await older.migrate(db);
  await db.exec("INSERT INTO notes (id, title) VALUES (1, 'one'), (2, 'two')");
  const after = await newer.migrate(db);
  const again = await newer.migrate(db);
  await db.exec("INSERT INTO notes (id, title, state) VALUES (3, 'three', 'done')");
  return { before, after, again, rows: await rows(db, "SELECT id, title, state::text FROM notes ORDER BY id") };
}

export async function in_a_copy(db, { older, newer }) {
  await older.migrate(db);
  await db.exec("INSERT INTO notes (id, title) VALUES (1, 'one')");
  const copy = await db.clone();
  const found = { after: await newer.migrate(copy), ledger: await ledger(db), copied: await rows(copy, "SELECT id, state::text FROM notes") };
  await copy.close();
  return found;
}

export async function at_the_same_time(db, { newer }) {
  const all = await Promise.all([newer.migrate(db), newer.migrate(db), newer.migrate(db)]);
  return { applied: all.flat().sort(), ledger: await ledger(db) };
}

export async function one_fails(db, { broken, newer }) {
  const error = await refused(broken.migrate, db);
  const left = await rows(db, "SELECT to_regclass('public.half')::text, to_regclass('public.notes')::text");
  const before = await ledger(db);
  return { error, left, before, after: await newer.migrate(db) };
}

export async function another_text(db, { older, edited }) {
  await older.migrate(db);
  return { error: await refused(edited.migrate, db), ledger: await ledger(db) };
}

export async function a_newer_app_was_here(db, { older, newer }) {
  await newer.migrate(db);
  return { error: await refused(older.migrate, db) };
}

export async function somebody_dropped_all(db, { newer }) {
  const first = await newer.migrate(db);
  await db.exec("DROP SCHEMA public CASCADE");
  return { first, second: await newer.migrate(db) };
}
