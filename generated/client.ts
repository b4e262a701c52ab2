// Made by `dbtool types` out of the database's schema. Change that, and run it again.
/* eslint-disable */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** What an edge can join. The labels are the tables, in the singular. */
export type EntityKind = "user" | "project" | "resource";

/** A directed, named relation between two entities of a tenant. */
export type Edge = {
  id: string;
  tenant_id: string;
  source_kind: EntityKind;
  source_id: string;
  /** A verb, read from source to target: owns, contains, depends_on. */
  relation: string;
  target_kind: EntityKind;
  target_id: string;
  weight: number;
  properties: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of edges; what has a default can be left out. */
export type NewEdge = {
  id?: string;
  tenant_id: string;
  source_kind: EntityKind;
  source_id: string;
  /** A verb, read from source to target: owns, contains, depends_on. */
  relation: string;
  target_kind: EntityKind;
  target_id: string;
  weight?: number;
  properties?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of edges can set. */
export type EdgeUpdate = {
  id?: string;
  tenant_id?: string;
  source_kind?: EntityKind;
  source_id?: string;
  /** A verb, read from source to target: owns, contains, depends_on. */
  relation?: string;
  target_kind?: EntityKind;
  target_id?: string;
  weight?: number;
  properties?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What a tenant calls each kind of entity, and the fields it adds. */
export type EntityType = {
  id: string;
  tenant_id: string;
  kind: EntityKind;
  title: string;
  fields: Json[];
  created_at: Date;
  updated_at: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of entity_types; what has a default can be left out. */
export type NewEntityType = {
  id?: string;
  tenant_id: string;
  kind: EntityKind;
  title: string;
  fields?: Json[];
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of entity_types can set. */
export type EntityTypeUpdate = {
  id?: string;
  tenant_id?: string;
  kind?: EntityKind;
  title?: string;
  fields?: Json[];
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What this client wrote and the server has not confirmed. */
export type Outbox = {
  id: number | bigint;
  table_name: string;
  row_id: string;
  operation: "insert" | "update" | "delete";
  /** The columns that were written, and their values. */
  changes: { [key: string]: Json | undefined };
  attempts: number;
  error: string | null;
  created_at: Date;
};

/** A new row of outbox; what has a default can be left out. */
export type NewOutbox = {
  table_name: string;
  row_id: string;
  operation: "insert" | "update" | "delete";
  /** The columns that were written, and their values. */
  changes?: { [key: string]: Json | undefined };
  attempts?: number;
  error?: string | null;
  created_at?: Date;
};

/** What an update of outbox can set. */
export type OutboxUpdate = {
  table_name?: string;
  row_id?: string;
  operation?: "insert" | "update" | "delete";
  /** The columns that were written, and their values. */
  changes?: { [key: string]: Json | undefined };
  attempts?: number;
  error?: string | null;
  created_at?: Date;
};

/** Work with a name, an owner and dates. */
export type Project = {
  id: string;
  tenant_id: string;
  owner_id: string | null;
  /** The short name in references, as in WEB-12. */
  key: string;
  title: string;
  description: string;
  status: "planned" | "active" | "archived";
  starts_on: Date | null;
  due_on: Date | null;
  metadata: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of projects; what has a default can be left out. */
export type NewProject = {
  id?: string;
  tenant_id: string;
  owner_id?: string | null;
  /** The short name in references, as in WEB-12. */
  key: string;
  title: string;
  description?: string;
  status?: "planned" | "active" | "archived";
  starts_on?: Date | null;
  due_on?: Date | null;
  metadata?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of projects can set. */
export type ProjectUpdate = {
  id?: string;
  tenant_id?: string;
  owner_id?: string | null;
  /** The short name in references, as in WEB-12. */
  key?: string;
  title?: string;
  description?: string;
  status?: "planned" | "active" | "archived";
  starts_on?: Date | null;
  due_on?: Date | null;
  metadata?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** Something that a project works with, kept elsewhere at its uri. */
export type Resource = {
  id: string;
  tenant_id: string;
  project_id: string;
  kind: "document" | "dataset" | "image" | "link";
  title: string;
  uri: string;
  size_bytes: number | bigint | null;
  tags: string[];
  metadata: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of resources; what has a default can be left out. */
export type NewResource = {
  id?: string;
  tenant_id: string;
  project_id: string;
  kind: "document" | "dataset" | "image" | "link";
  title: string;
  uri: string;
  size_bytes?: number | bigint | null;
  tags?: string[];
  metadata?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of resources can set. */
export type ResourceUpdate = {
  id?: string;
  tenant_id?: string;
  project_id?: string;
  kind?: "document" | "dataset" | "image" | "link";
  title?: string;
  uri?: string;
  size_bytes?: number | bigint | null;
  tags?: string[];
  metadata?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** A person in one tenant. */
export type User = {
  id: string;
  tenant_id: string;
  email: string;
  name: string;
  role: "owner" | "admin" | "member" | "viewer";
  status: "invited" | "active" | "disabled";
  profile: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
  last_seen_at: Date | null;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of users; what has a default can be left out. */
export type NewUser = {
  id?: string;
  tenant_id: string;
  email: string;
  name: string;
  role?: "owner" | "admin" | "member" | "viewer";
  status?: "invited" | "active" | "disabled";
  profile?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  last_seen_at?: Date | null;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of users can set. */
export type UserUpdate = {
  id?: string;
  tenant_id?: string;
  email?: string;
  name?: string;
  role?: "owner" | "admin" | "member" | "viewer";
  status?: "invited" | "active" | "disabled";
  profile?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  last_seen_at?: Date | null;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** A graph of nodes that can be executed. */
export type Workflow = {
  id: string;
  tenant_id: string;
  project_id: string;
  created_by: string | null;
  name: string;
  description: string;
  status: "draft" | "active" | "archived";
  version: number;
  /** Array of {"id", "type", "config"}; type is a key of node_types. */
  nodes: Json[];
  /** Array of {"from", "to"}: ids of nodes. */
  edges: Json[];
  created_at: Date;
  updated_at: Date;
  /** An execution that runs for longer is failed. */
  max_duration: string;
  /** The client that wrote this version of the row; null for the server. */
  client_id: string | null;
};

/** A new row of workflows; what has a default can be left out. */
export type NewWorkflow = {
  id?: string;
  tenant_id: string;
  project_id: string;
  created_by?: string | null;
  name: string;
  description?: string;
  status?: "draft" | "active" | "archived";
  version?: number;
  /** Array of {"id", "type", "config"}; type is a key of node_types. */
  nodes?: Json[];
  /** Array of {"from", "to"}: ids of nodes. */
  edges?: Json[];
  created_at?: Date;
  updated_at?: Date;
  /** An execution that runs for longer is failed. */
  max_duration?: string;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** What an update of workflows can set. */
export type WorkflowUpdate = {
  id?: string;
  tenant_id?: string;
  project_id?: string;
  created_by?: string | null;
  name?: string;
  description?: string;
  status?: "draft" | "active" | "archived";
  version?: number;
  /** Array of {"id", "type", "config"}; type is a key of node_types. */
  nodes?: Json[];
  /** Array of {"from", "to"}: ids of nodes. */
  edges?: Json[];
  created_at?: Date;
  updated_at?: Date;
  /** An execution that runs for longer is failed. */
  max_duration?: string;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** All of it, by schema and by the names that the database has for it. */
export type Database = {
  public: {
    Tables: {
      edges: { Row: Edge; Insert: NewEdge; Update: EdgeUpdate };
      entity_types: { Row: EntityType; Insert: NewEntityType; Update: EntityTypeUpdate };
      outbox: { Row: Outbox; Insert: NewOutbox; Update: OutboxUpdate };
      projects: { Row: Project; Insert: NewProject; Update: ProjectUpdate };
      resources: { Row: Resource; Insert: NewResource; Update: ResourceUpdate };
      users: { Row: User; Insert: NewUser; Update: UserUpdate };
      workflows: { Row: Workflow; Insert: NewWorkflow; Update: WorkflowUpdate };
    };
    Views: {};
    Functions: {};
    Enums: {
      entity_kind: EntityKind;
    };
    Domains: {};
    CompositeTypes: {};
  };
};
