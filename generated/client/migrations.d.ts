// Made by `dbtool migrate --target client`. What stands here is not to be edited.

/** One version of the client's schema; `checksum` is the SHA-256 of `sql`. */
export interface Migration {
  readonly id: string;
  readonly checksum: string;
  readonly sql: string;
}

/** What a PGlite, or a PGliteWorker, has. */
export interface Queries {
  query<Row>(sql: string, parameters?: unknown[]): Promise<{ rows: Row[] }>;
  exec(sql: string): Promise<unknown>;
}

export interface Database extends Queries {
  transaction<Result>(run: (transaction: Queries) => Promise<Result>): Promise<Result>;
}

/** All versions, oldest first. */
export declare const migrations: readonly Migration[];

/** The extensions that the PGlite has to be made with, by their SQL names. */
export declare const extensions: readonly string[];

/** Why nothing, or no more, was applied. */
export declare class MigrationError extends Error {
  readonly code: "edited" | "unknown" | "failed";
  readonly migration: string;
}

/** Applies what is pending, oldest first, each in one transaction. Returns the ids that were applied. */
export declare function migrate(db: Database): Promise<string[]>;
