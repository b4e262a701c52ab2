// Made by `dbtool migrate --target client`. What stands here is not to be edited.

/** The extensions that the PGlite has to be made with, by their SQL names. */
export const extensions = Object.freeze([]);

/** All versions, oldest first; `checksum` is the SHA-256 of `sql`. */
export const migrations = Object.freeze([
  {
    "id": "20250603094500_first_tables",
    "checksum": "0cb4bda1d12fed236a5dfda7e20cf21b52aea1463373d7122e08d48b4054db55",
    "sql": "SET LOCAL check_function_bodies = off;\n\nCREATE TYPE public.entity_kind AS ENUM (\n    'user',\n    'project',\n    'resource'\n);\n\nCOMMENT ON TYPE public.entity_kind IS 'What an edge can join. The labels are the tables, in the singular.';\n\nCREATE TABLE public.edges (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    source_kind public.entity_kind NOT NULL,\n    source_id uuid NOT NULL,\n    relation text NOT NULL,\n    target_kind public.entity_kind NOT NULL,\n    target_id uuid NOT NULL,\n    weight real NOT NULL DEFAULT 1,\n    properties jsonb NOT NULL DEFAULT '{}'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    client_id uuid,\n    CONSTRAINT edges_pkey PRIMARY KEY (id),\n    CONSTRAINT edges_ends_key UNIQUE (tenant_id, source_kind, source_id, relation, target_kind, target_id),\n    CONSTRAINT edges_ends_differ CHECK (((source_kind <> target_kind) OR (source_id <> target_id))),\n    CONSTRAINT edges_properties_check CHECK ((jsonb_typeof(properties) = 'object'::text)),\n    CONSTRAINT edges_relation_check CHECK ((relation ~ '^[a-z][a-z_]*$'::text)),\n    CONSTRAINT edges_weight_check CHECK ((weight >= (0)::double precision))\n);\n\nCOMMENT ON TABLE public.edges IS 'A directed, named relation between two entities of a tenant. @category domain';\n\nCOMMENT ON COLUMN public.edges.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCOMMENT ON COLUMN public.edges.relation IS 'A verb, read from source to target: owns, contains, depends_on.';\n\nCREATE FUNCTION public.delete_edges()\n    RETURNS trigger\n    LANGUAGE plpgsql\n    SET search_path TO public, pg_temp\nAS $$\nDECLARE\n    deleted_kind CONSTANT entity_kind := TG_ARGV[0];\nBEGIN\n    DELETE FROM edges USING deleted_rows\n    WHERE edges.tenant_id = deleted_rows.tenant_id\n        AND edges.source_kind = deleted_kind\n        AND edges.source_id = deleted_rows.id;\n    DELETE FROM edges USING deleted_rows\n    WHERE edges.tenant_id = deleted_rows.tenant_id\n        AND edges.target_kind = deleted_kind\n        AND edges.target_id = deleted_rows.id;\n    RETURN NULL;\nEND\n$$;\n\nCOMMENT ON FUNCTION public.delete_edges() IS 'Deletes the edges from and to the rows that a statement deleted.';\n\nCREATE INDEX edges_target_idx ON public.edges USING btree (tenant_id, target_kind, target_id);\n\nCREATE TABLE public.entity_types (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    kind public.entity_kind NOT NULL,\n    title text NOT NULL,\n    fields jsonb NOT NULL DEFAULT '[]'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    client_id uuid,\n    CONSTRAINT entity_types_pkey PRIMARY KEY (id),\n    CONSTRAINT entity_types_tenant_id_kind_key UNIQUE (tenant_id, kind),\n    CONSTRAINT entity_types_fields_check CHECK ((jsonb_typeof(fields) = 'array'::text)),\n    CONSTRAINT entity_types_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200)))\n);\n\nCOMMENT ON TABLE public.entity_types IS 'What a tenant calls each kind of entity, and the fields it adds. @category domain';\n\nCOMMENT ON COLUMN public.entity_types.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCREATE TABLE public.outbox (\n    id bigint GENERATED ALWAYS AS IDENTITY,\n    table_name text NOT NULL,\n    row_id uuid NOT NULL,\n    operation text NOT NULL,\n    changes jsonb NOT NULL DEFAULT '{}'::jsonb,\n    attempts integer NOT NULL DEFAULT 0,\n    error text,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    CONSTRAINT outbox_pkey PRIMARY KEY (id),\n    CONSTRAINT outbox_attempts_check CHECK ((attempts >= 0)),\n    CONSTRAINT outbox_changes_check CHECK ((jsonb_typeof(changes) = 'object'::text)),\n    CONSTRAINT outbox_operation_check CHECK ((operation = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))\n);\n\nCOMMENT ON TABLE public.outbox IS 'What this client wrote and the server has not confirmed. @category utility @client-only';\n\nCOMMENT ON COLUMN public.outbox.changes IS 'The columns that were written, and their values.';\n\nCREATE TABLE public.users (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    email text NOT NULL,\n    name text NOT NULL,\n    role text NOT NULL DEFAULT 'member'::text,\n    status text NOT NULL DEFAULT 'active'::text,\n    profile jsonb NOT NULL DEFAULT '{}'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    last_seen_at timestamp with time zone,\n    client_id uuid,\n    CONSTRAINT users_pkey PRIMARY KEY (id),\n    CONSTRAINT users_email_check CHECK ((email ~~ '_%@_%'::text)),\n    CONSTRAINT users_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),\n    CONSTRAINT users_profile_check CHECK ((jsonb_typeof(profile) = 'object'::text)),\n    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),\n    CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text])))\n);\n\nCOMMENT ON TABLE public.users IS 'A person in one tenant. @category domain';\n\nCOMMENT ON COLUMN public.users.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCREATE TABLE public.projects (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    owner_id uuid,\n    key text NOT NULL,\n    title text NOT NULL,\n    description text NOT NULL DEFAULT ''::text,\n    status text NOT NULL DEFAULT 'active'::text,\n    starts_on date,\n    due_on date,\n    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    client_id uuid,\n    CONSTRAINT projects_pkey PRIMARY KEY (id),\n    CONSTRAINT projects_tenant_id_key_key UNIQUE (tenant_id, key),\n    CONSTRAINT projects_check CHECK ((due_on >= starts_on)),\n    CONSTRAINT projects_key_check CHECK ((key ~ '^[A-Z][A-Z0-9]{1,15}$'::text)),\n    CONSTRAINT projects_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),\n    CONSTRAINT projects_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'active'::text, 'archived'::text]))),\n    CONSTRAINT projects_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200))),\n    CONSTRAINT projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id) ON DELETE SET NULL\n);\n\nCOMMENT ON TABLE public.projects IS 'Work with a name, an owner and dates. @category domain';\n\nCOMMENT ON COLUMN public.projects.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCOMMENT ON COLUMN public.projects.key IS 'The short name in references, as in WEB-12.';\n\nCREATE INDEX projects_owner_id_idx ON public.projects USING btree (owner_id);\n\nCREATE TRIGGER delete_edges AFTER DELETE ON public.projects\n    REFERENCING OLD TABLE AS deleted_rows\n    FOR EACH STATEMENT\n    EXECUTE FUNCTION public.delete_edges('project');\n\nCREATE TABLE public.resources (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    project_id uuid NOT NULL,\n    kind text NOT NULL,\n    title text NOT NULL,\n    uri text NOT NULL,\n    size_bytes bigint,\n    tags text[] NOT NULL DEFAULT '{}'::text[],\n    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    client_id uuid,\n    CONSTRAINT resources_pkey PRIMARY KEY (id),\n    CONSTRAINT resources_kind_check CHECK ((kind = ANY (ARRAY['document'::text, 'dataset'::text, 'image'::text, 'link'::text]))),\n    CONSTRAINT resources_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),\n    CONSTRAINT resources_size_bytes_check CHECK ((size_bytes >= 0)),\n    CONSTRAINT resources_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200))),\n    CONSTRAINT resources_uri_check CHECK ((uri ~ '^[a-z][a-z0-9+.-]*:'::text)),\n    CONSTRAINT resources_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE\n);\n\nCOMMENT ON TABLE public.resources IS 'Something that a project works with, kept elsewhere at its uri. @category domain';\n\nCOMMENT ON COLUMN public.resources.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCREATE INDEX resources_project_id_idx ON public.resources USING btree (project_id);\n\nCREATE INDEX resources_tenant_id_kind_idx ON public.resources USING btree (tenant_id, kind);\n\nCREATE TRIGGER delete_edges AFTER DELETE ON public.resources\n    REFERENCING OLD TABLE AS deleted_rows\n    FOR EACH STATEMENT\n    EXECUTE FUNCTION public.delete_edges('resource');\n\nCREATE UNIQUE INDEX users_tenant_id_email_key ON public.users USING btree (tenant_id, lower(email));\n\nCREATE TRIGGER delete_edges AFTER DELETE ON public.users\n    REFERENCING OLD TABLE AS deleted_rows\n    FOR EACH STATEMENT\n    EXECUTE FUNCTION public.delete_edges('user');\n\nCREATE TABLE public.workflows (\n    id uuid NOT NULL DEFAULT gen_random_uuid(),\n    tenant_id uuid NOT NULL,\n    project_id uuid NOT NULL,\n    created_by uuid,\n    name text NOT NULL,\n    description text NOT NULL DEFAULT ''::text,\n    status text NOT NULL DEFAULT 'draft'::text,\n    version integer NOT NULL DEFAULT 1,\n    nodes jsonb NOT NULL DEFAULT '[]'::jsonb,\n    edges jsonb NOT NULL DEFAULT '[]'::jsonb,\n    created_at timestamp with time zone NOT NULL DEFAULT now(),\n    updated_at timestamp with time zone NOT NULL DEFAULT now(),\n    max_duration interval NOT NULL DEFAULT '01:00:00'::interval,\n    client_id uuid,\n    CONSTRAINT workflows_pkey PRIMARY KEY (id),\n    CONSTRAINT workflows_project_id_name_key UNIQUE (project_id, name),\n    CONSTRAINT workflows_edges_check CHECK ((jsonb_typeof(edges) = 'array'::text)),\n    CONSTRAINT workflows_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),\n    CONSTRAINT workflows_nodes_check CHECK ((jsonb_typeof(nodes) = 'array'::text)),\n    CONSTRAINT workflows_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'archived'::text]))),\n    CONSTRAINT workflows_version_check CHECK ((version > 0)),\n    CONSTRAINT workflows_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL,\n    CONSTRAINT workflows_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE\n);\n\nCOMMENT ON TABLE public.workflows IS 'A graph of nodes that can be executed. @category domain';\n\nCOMMENT ON COLUMN public.workflows.client_id IS 'The client that wrote this version of the row; null for the server.';\n\nCOMMENT ON COLUMN public.workflows.edges IS 'Array of {\"from\", \"to\"}: ids of nodes.';\n\nCOMMENT ON COLUMN public.workflows.max_duration IS 'An execution that runs for longer is failed.';\n\nCOMMENT ON COLUMN public.workflows.nodes IS 'Array of {\"id\", \"type\", \"config\"}; type is a key of node_types.';\n\nCREATE INDEX workflows_created_by_idx ON public.workflows USING btree (created_by);\n\nCREATE INDEX workflows_tenant_id_idx ON public.workflows USING btree (tenant_id);\n"
  }
]);

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
