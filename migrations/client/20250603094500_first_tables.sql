SET LOCAL check_function_bodies = off;

CREATE TYPE public.entity_kind AS ENUM (
    'user',
    'project',
    'resource'
);

COMMENT ON TYPE public.entity_kind IS 'What an edge can join. The labels are the tables, in the singular.';

CREATE TABLE public.edges (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    source_kind public.entity_kind NOT NULL,
    source_id uuid NOT NULL,
    relation text NOT NULL,
    target_kind public.entity_kind NOT NULL,
    target_id uuid NOT NULL,
    weight real NOT NULL DEFAULT 1,
    properties jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    client_id uuid,
    CONSTRAINT edges_pkey PRIMARY KEY (id),
    CONSTRAINT edges_ends_key UNIQUE (tenant_id, source_kind, source_id, relation, target_kind, target_id),
    CONSTRAINT edges_ends_differ CHECK (((source_kind <> target_kind) OR (source_id <> target_id))),
    CONSTRAINT edges_properties_check CHECK ((jsonb_typeof(properties) = 'object'::text)),
    CONSTRAINT edges_relation_check CHECK ((relation ~ '^[a-z][a-z_]*$'::text)),
    CONSTRAINT edges_weight_check CHECK ((weight >= (0)::double precision))
);

COMMENT ON TABLE public.edges IS 'A directed, named relation between two entities of a tenant. @category domain';

COMMENT ON COLUMN public.edges.client_id IS 'The client that wrote this version of the row; null for the server.';

COMMENT ON COLUMN public.edges.relation IS 'A verb, read from source to target: owns, contains, depends_on.';

CREATE FUNCTION public.delete_edges()
    RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO public, pg_temp
AS $$
DECLARE
    deleted_kind CONSTANT entity_kind := TG_ARGV[0];
BEGIN
    DELETE FROM edges USING deleted_rows
    WHERE edges.tenant_id = deleted_rows.tenant_id
        AND edges.source_kind = deleted_kind
        AND edges.source_id = deleted_rows.id;
    DELETE FROM edges USING deleted_rows
    WHERE edges.tenant_id = deleted_rows.tenant_id
        AND edges.target_kind = deleted_kind
        AND edges.target_id = deleted_rows.id;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION public.delete_edges() IS 'Deletes the edges from and to the rows that a statement deleted.';

CREATE INDEX edges_target_idx ON public.edges USING btree (tenant_id, target_kind, target_id);

CREATE TABLE public.entity_types (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    kind public.entity_kind NOT NULL,
    title text NOT NULL,
    fields jsonb NOT NULL DEFAULT '[]'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    client_id uuid,
    CONSTRAINT entity_types_pkey PRIMARY KEY (id),
    CONSTRAINT entity_types_tenant_id_kind_key UNIQUE (tenant_id, kind),
    CONSTRAINT entity_types_fields_check CHECK ((jsonb_typeof(fields) = 'array'::text)),
    CONSTRAINT entity_types_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200)))
);

COMMENT ON TABLE public.entity_types IS 'What a tenant calls each kind of entity, and the fields it adds. @category domain';

COMMENT ON COLUMN public.entity_types.client_id IS 'The client that wrote this version of the row; null for the server.';

CREATE TABLE public.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    operation text NOT NULL,
    changes jsonb NOT NULL DEFAULT '{}'::jsonb,
    attempts integer NOT NULL DEFAULT 0,
    error text,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT outbox_pkey PRIMARY KEY (id),
    CONSTRAINT outbox_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT outbox_changes_check CHECK ((jsonb_typeof(changes) = 'object'::text)),
    CONSTRAINT outbox_operation_check CHECK ((operation = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))
);

COMMENT ON TABLE public.outbox IS 'What this client wrote and the server has not confirmed. @category utility @client-only';

COMMENT ON COLUMN public.outbox.changes IS 'The columns that were written, and their values.';

CREATE TABLE public.users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL DEFAULT 'member'::text,
    status text NOT NULL DEFAULT 'active'::text,
    profile jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    last_seen_at timestamp with time zone,
    client_id uuid,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_check CHECK ((email ~~ '_%@_%'::text)),
    CONSTRAINT users_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT users_profile_check CHECK ((jsonb_typeof(profile) = 'object'::text)),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),
    CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text, 'disabled'::text])))
);

COMMENT ON TABLE public.users IS 'A person in one tenant. @category domain';

COMMENT ON COLUMN public.users.client_id IS 'The client that wrote this version of the row; null for the server.';

CREATE TABLE public.projects (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    owner_id uuid,
    key text NOT NULL,
    title text NOT NULL,
    description text NOT NULL DEFAULT ''::text,
    status text NOT NULL DEFAULT 'active'::text,
    starts_on date,
    due_on date,
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    client_id uuid,
    CONSTRAINT projects_pkey PRIMARY KEY (id),
    CONSTRAINT projects_tenant_id_key_key UNIQUE (tenant_id, key),
    CONSTRAINT projects_check CHECK ((due_on >= starts_on)),
    CONSTRAINT projects_key_check CHECK ((key ~ '^[A-Z][A-Z0-9]{1,15}$'::text)),
    CONSTRAINT projects_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT projects_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'active'::text, 'archived'::text]))),
    CONSTRAINT projects_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200))),
    CONSTRAINT projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id) ON DELETE SET NULL
);

COMMENT ON TABLE public.projects IS 'Work with a name, an owner and dates. @category domain';

COMMENT ON COLUMN public.projects.client_id IS 'The client that wrote this version of the row; null for the server.';

COMMENT ON COLUMN public.projects.key IS 'The short name in references, as in WEB-12.';

CREATE INDEX projects_owner_id_idx ON public.projects USING btree (owner_id);

CREATE TRIGGER delete_edges AFTER DELETE ON public.projects
    REFERENCING OLD TABLE AS deleted_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.delete_edges('project');

CREATE TABLE public.resources (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    project_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    uri text NOT NULL,
    size_bytes bigint,
    tags text[] NOT NULL DEFAULT '{}'::text[],
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    client_id uuid,
    CONSTRAINT resources_pkey PRIMARY KEY (id),
    CONSTRAINT resources_kind_check CHECK ((kind = ANY (ARRAY['document'::text, 'dataset'::text, 'image'::text, 'link'::text]))),
    CONSTRAINT resources_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT resources_size_bytes_check CHECK ((size_bytes >= 0)),
    CONSTRAINT resources_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200))),
    CONSTRAINT resources_uri_check CHECK ((uri ~ '^[a-z][a-z0-9+.-]*:'::text)),
    CONSTRAINT resources_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE
);

COMMENT ON TABLE public.resources IS 'Something that a project works with, kept elsewhere at its uri. @category domain';

COMMENT ON COLUMN public.resources.client_id IS 'The client that wrote this version of the row; null for the server.';

CREATE INDEX resources_project_id_idx ON public.resources USING btree (project_id);

CREATE INDEX resources_tenant_id_kind_idx ON public.resources USING btree (tenant_id, kind);

CREATE TRIGGER delete_edges AFTER DELETE ON public.resources
    REFERENCING OLD TABLE AS deleted_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.delete_edges('resource');

CREATE UNIQUE INDEX users_tenant_id_email_key ON public.users USING btree (tenant_id, lower(email));

CREATE TRIGGER delete_edges AFTER DELETE ON public.users
    REFERENCING OLD TABLE AS deleted_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.delete_edges('user');

CREATE TABLE public.workflows (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    project_id uuid NOT NULL,
    created_by uuid,
    name text NOT NULL,
    description text NOT NULL DEFAULT ''::text,
    status text NOT NULL DEFAULT 'draft'::text,
    version integer NOT NULL DEFAULT 1,
    nodes jsonb NOT NULL DEFAULT '[]'::jsonb,
    edges jsonb NOT NULL DEFAULT '[]'::jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    max_duration interval NOT NULL DEFAULT '01:00:00'::interval,
    client_id uuid,
    CONSTRAINT workflows_pkey PRIMARY KEY (id),
    CONSTRAINT workflows_project_id_name_key UNIQUE (project_id, name),
    CONSTRAINT workflows_edges_check CHECK ((jsonb_typeof(edges) = 'array'::text)),
    CONSTRAINT workflows_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT workflows_nodes_check CHECK ((jsonb_typeof(nodes) = 'array'::text)),
    CONSTRAINT workflows_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'archived'::text]))),
    CONSTRAINT workflows_version_check CHECK ((version > 0)),
    CONSTRAINT workflows_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL,
    CONSTRAINT workflows_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE CASCADE
);

COMMENT ON TABLE public.workflows IS 'A graph of nodes that can be executed. @category domain';

COMMENT ON COLUMN public.workflows.client_id IS 'The client that wrote this version of the row; null for the server.';

COMMENT ON COLUMN public.workflows.edges IS 'Array of {"from", "to"}: ids of nodes.';

COMMENT ON COLUMN public.workflows.max_duration IS 'An execution that runs for longer is failed.';

COMMENT ON COLUMN public.workflows.nodes IS 'Array of {"id", "type", "config"}; type is a key of node_types.';

CREATE INDEX workflows_created_by_idx ON public.workflows USING btree (created_by);

CREATE INDEX workflows_tenant_id_idx ON public.workflows USING btree (tenant_id);
