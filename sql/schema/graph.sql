-- What a tenant has: projects, the resources in them, and edges between any two of users, projects and resources.

CREATE TYPE entity_kind AS ENUM ('user', 'project', 'resource');

COMMENT ON TYPE entity_kind IS 'What an edge can join. The labels are the tables, in the singular.';

CREATE TABLE entity_types (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind entity_kind NOT NULL,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    fields jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(fields) = 'array'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    client_id uuid,
    UNIQUE (tenant_id, kind)
);

COMMENT ON TABLE entity_types IS 'What a tenant calls each kind of entity, and the fields it adds. @category domain';
COMMENT ON COLUMN entity_types.client_id IS 'The client that wrote this version of the row; null for the server.';

CREATE TABLE projects (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    owner_id uuid REFERENCES users (id) ON DELETE SET NULL,
    key text NOT NULL CHECK (key ~ '^[A-Z][A-Z0-9]{1,15}$'),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('planned', 'active', 'archived')),
    starts_on date,
    due_on date,
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    client_id uuid,
    UNIQUE (tenant_id, key),
    CHECK (due_on >= starts_on)
);

CREATE INDEX projects_owner_id_idx ON projects (owner_id);

COMMENT ON TABLE projects IS 'Work with a name, an owner and dates. @category domain';
COMMENT ON COLUMN projects.key IS 'The short name in references, as in WEB-12.';
COMMENT ON COLUMN projects.client_id IS 'The client that wrote this version of the row; null for the server.';

CREATE TABLE resources (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('document', 'dataset', 'image', 'link')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    uri text NOT NULL CHECK (uri ~ '^[a-z][a-z0-9+.-]*:'),
    size_bytes bigint CHECK (size_bytes >= 0),
    tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    client_id uuid
);

CREATE INDEX resources_tenant_id_kind_idx ON resources (tenant_id, kind);
CREATE INDEX resources_project_id_idx ON resources (project_id);

COMMENT ON TABLE resources IS 'Something that a project works with, kept elsewhere at its uri. @category domain';
COMMENT ON COLUMN resources.client_id IS 'The client that wrote this version of the row; null for the server.';

-- An end of an edge may be in any of three tables, so there is no foreign key on it: delete_edges() keeps the ends
-- true when a row goes.
CREATE TABLE edges (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    source_kind entity_kind NOT NULL,
    source_id uuid NOT NULL,
    relation text NOT NULL CHECK (relation ~ '^[a-z][a-z_]*$'),
    target_kind entity_kind NOT NULL,
    target_id uuid NOT NULL,
    weight real NOT NULL DEFAULT 1 CHECK (weight >= 0),
    properties jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(properties) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    client_id uuid,
    CONSTRAINT edges_ends_key UNIQUE (tenant_id, source_kind, source_id, relation, target_kind, target_id),
    CONSTRAINT edges_ends_differ CHECK (source_kind <> target_kind OR source_id <> target_id)
);

CREATE INDEX edges_target_idx ON edges (tenant_id, target_kind, target_id);

COMMENT ON TABLE edges IS 'A directed, named relation between two entities of a tenant. @category domain';
COMMENT ON COLUMN edges.relation IS 'A verb, read from source to target: owns, contains, depends_on.';
COMMENT ON COLUMN edges.client_id IS 'The client that wrote this version of the row; null for the server.';

-- Once for a statement, not for a row: deleting 10,000 resources costs two statements here, not 20,000.
CREATE FUNCTION delete_edges() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
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

COMMENT ON FUNCTION delete_edges() IS 'Deletes the edges from and to the rows that a statement deleted.';

CREATE TRIGGER delete_edges AFTER DELETE ON users
REFERENCING OLD TABLE AS deleted_rows
FOR EACH STATEMENT EXECUTE FUNCTION delete_edges('user');

CREATE TRIGGER delete_edges AFTER DELETE ON projects
REFERENCING OLD TABLE AS deleted_rows
FOR EACH STATEMENT EXECUTE FUNCTION delete_edges('project');

CREATE TRIGGER delete_edges AFTER DELETE ON resources
REFERENCING OLD TABLE AS deleted_rows
FOR EACH STATEMENT EXECUTE FUNCTION delete_edges('resource');
