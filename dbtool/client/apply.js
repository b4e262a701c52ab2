// Remembers what was applied. In public, so that whoever drops that schema starts from nothing.
const ledger = "public._dbtool_migration";

/** Why nothing, or no more, was applied. `code`: "edited", "unknown" or "failed"; `migration`: its id. */
export class MigrationError extends Error {
  constructor(code, migration, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "MigrationError";
    this.code = code;
    this.migration = migration;
  }
}

/**
 * Applies to a PGlite what is pending, oldest first, each in one transaction with its row in the ledger. Returns the ids
 * that were applied. What was applied stays applied where a later one fails; calls at the same time share the work.
 */
export async function migrate(db) {
  await db.exec(`CREATE SCHEMA IF NOT EXISTS public;
    CREATE TABLE IF NOT EXISTS ${ledger} (
      id text PRIMARY KEY,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  const recorded = await db.query(`SELECT id, checksum FROM ${ledger}`);
  const applied = new Map(recorded.rows.map((row) => [row.id, row.checksum]));
  refuseDrift(applied);
  const now = [];
  for (const migration of migrations) {
    if (!applied.has(migration.id) && (await apply(db, migration))) now.push(migration.id);
  }
  return now;
}

function refuseDrift(applied) {
  const known = new Map(migrations.map((migration) => [migration.id, migration.checksum]));
  for (const [id, checksum] of applied) {
    if (!known.has(id)) {
      throw new MigrationError(
        "unknown",
        id,
        `this database has the migration ${id}, and this version of the app does not know it: a newer one was here`,
      );
    }
    if (known.get(id) !== checksum) {
      const both = `(recorded ${checksum.slice(0, 8)}, here ${known.get(id).slice(0, 8)})`;
      throw new MigrationError("edited", id, `the migration ${id} was edited after it was applied here ${both}`);
    }
  }
}

async function apply(db, migration) {
  try {
    return await db.transaction(async (transaction) => {
      const mine = await transaction.query(
        `INSERT INTO ${ledger} (id, checksum) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id`,
        [migration.id, migration.checksum],
      );
      if (mine.rows.length === 0) return false; // another call was faster
      await transaction.exec(migration.sql);
      return true;
    });
  } catch (error) {
    throw new MigrationError("failed", migration.id, `the migration ${migration.id} failed: ${error.message}`, error);
  }
}
