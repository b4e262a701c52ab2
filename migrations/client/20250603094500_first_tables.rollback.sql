-- undoes 20250603094500_first_tables.sql

-- dbtool: allow drop-table because drops the table public.edges with all its rows
DROP TABLE public.edges;

-- dbtool: allow drop-table because drops the table public.entity_types with all its rows
DROP TABLE public.entity_types;

DROP TYPE public.entity_kind;

-- dbtool: allow drop-table because drops the table public.outbox with all its rows
DROP TABLE public.outbox;

-- dbtool: allow drop-table because drops the table public.resources with all its rows
DROP TABLE public.resources;

-- dbtool: allow drop-table because drops the table public.workflows with all its rows
DROP TABLE public.workflows;

-- dbtool: allow drop-table because drops the table public.projects with all its rows
DROP TABLE public.projects;

-- dbtool: allow drop-table because drops the table public.users with all its rows
DROP TABLE public.users;

DROP FUNCTION public.delete_edges();
