// Made by `dbtool types` out of the database's schema. Change that, and run it again.
/* eslint-disable */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** What an edge can join. The labels are the tables, in the singular. */
export type EntityKind = "user" | "project" | "resource";

/** The life of an execution; the last three are final. */
export type ExecutionStatus = "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";

/** The life of a step; the last three are final. */
export type StepStatus = "pending" | "running" | "completed" | "failed" | "skipped";

/** Which rows changed, in the order of writing. */
export type ChangeFeed = {
  id: string;
  tenant_id: string;
  table_name: string;
  operation: "insert" | "update" | "delete";
  row_id: string;
  transaction_id: string;
  changed_at: Date;
};

/** A new row of change_feed; what has a default can be left out. */
export type NewChangeFeed = {
  tenant_id: string;
  table_name: string;
  operation: "insert" | "update" | "delete";
  row_id: string;
  transaction_id?: string;
  changed_at?: Date;
};

/** What an update of change_feed can set. */
export type ChangeFeedUpdate = {
  tenant_id?: string;
  table_name?: string;
  operation?: "insert" | "update" | "delete";
  row_id?: string;
  transaction_id?: string;
  changed_at?: Date;
};

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

/** One attempt at one node of an execution. */
export type ExecutionStep = {
  id: string;
  tenant_id: string;
  execution_id: string;
  /** The id of a node in the workflow that is executed. */
  node_id: string;
  status: StepStatus;
  attempt: number;
  input: Json | null;
  output: Json | null;
  error: Json | null;
  started_at: Date | null;
  finished_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

/** A new row of execution_steps; what has a default can be left out. */
export type NewExecutionStep = {
  id?: string;
  tenant_id: string;
  execution_id: string;
  /** The id of a node in the workflow that is executed. */
  node_id: string;
  status?: StepStatus;
  attempt?: number;
  input?: Json | null;
  output?: Json | null;
  error?: Json | null;
  started_at?: Date | null;
  finished_at?: Date | null;
  created_at?: Date;
  updated_at?: Date;
};

/** What an update of execution_steps can set. */
export type ExecutionStepUpdate = {
  id?: string;
  tenant_id?: string;
  execution_id?: string;
  /** The id of a node in the workflow that is executed. */
  node_id?: string;
  status?: StepStatus;
  attempt?: number;
  input?: Json | null;
  output?: Json | null;
  error?: Json | null;
  started_at?: Date | null;
  finished_at?: Date | null;
  created_at?: Date;
  updated_at?: Date;
};

/** One run of one version of a workflow. */
export type Execution = {
  id: string;
  tenant_id: string;
  workflow_id: string;
  /** Who started it; null when a schedule or a webhook did. */
  user_id: string | null;
  status: ExecutionStatus;
  workflow_version: number;
  input: { [key: string]: Json | undefined };
  output: Json | null;
  error: Json | null;
  started_at: Date | null;
  finished_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

/** A new row of executions; what has a default can be left out. */
export type NewExecution = {
  id?: string;
  tenant_id: string;
  workflow_id: string;
  /** Who started it; null when a schedule or a webhook did. */
  user_id?: string | null;
  status?: ExecutionStatus;
  workflow_version: number;
  input?: { [key: string]: Json | undefined };
  output?: Json | null;
  error?: Json | null;
  started_at?: Date | null;
  finished_at?: Date | null;
  created_at?: Date;
  updated_at?: Date;
};

/** What an update of executions can set. */
export type ExecutionUpdate = {
  id?: string;
  tenant_id?: string;
  workflow_id?: string;
  /** Who started it; null when a schedule or a webhook did. */
  user_id?: string | null;
  status?: ExecutionStatus;
  workflow_version?: number;
  input?: { [key: string]: Json | undefined };
  output?: Json | null;
  error?: Json | null;
  started_at?: Date | null;
  finished_at?: Date | null;
  created_at?: Date;
  updated_at?: Date;
};

/** The kinds of node, the same for all tenants: a reference seed. */
export type NodeType = {
  key: string;
  title: string;
  role: "trigger" | "action" | "logic";
  /** JSON Schema of a node's config. */
  config_schema: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
};

/** A new row of node_types; what has a default can be left out. */
export type NewNodeType = {
  key: string;
  title: string;
  role: "trigger" | "action" | "logic";
  /** JSON Schema of a node's config. */
  config_schema?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
};

/** What an update of node_types can set. */
export type NodeTypeUpdate = {
  key?: string;
  title?: string;
  role?: "trigger" | "action" | "logic";
  /** JSON Schema of a node's config. */
  config_schema?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
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
  size_bytes: string | null;
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
  size_bytes?: string | null;
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
  size_bytes?: string | null;
  tags?: string[];
  metadata?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** A customer. Deleting one deletes all that it has. */
export type Tenant = {
  id: string;
  /** The name in addresses: lower case, digits, single hyphens. */
  slug: string;
  name: string;
  plan: "free" | "team" | "enterprise";
  status: "active" | "suspended" | "closed";
  settings: { [key: string]: Json | undefined };
  created_at: Date;
  updated_at: Date;
};

/** A new row of tenants; what has a default can be left out. */
export type NewTenant = {
  id?: string;
  /** The name in addresses: lower case, digits, single hyphens. */
  slug: string;
  name: string;
  plan?: "free" | "team" | "enterprise";
  status?: "active" | "suspended" | "closed";
  settings?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
};

/** What an update of tenants can set. */
export type TenantUpdate = {
  id?: string;
  /** The name in addresses: lower case, digits, single hyphens. */
  slug?: string;
  name?: string;
  plan?: "free" | "team" | "enterprise";
  status?: "active" | "suspended" | "closed";
  settings?: { [key: string]: Json | undefined };
  created_at?: Date;
  updated_at?: Date;
};

/** A person in one tenant. */
export type User = {
  id: string;
  tenant_id: string;
  email: string;
  name: string;
  role: "owner" | "admin" | "member" | "viewer";
  status: "invited" | "active" | "disabled";
  /** Null for those who sign in elsewhere. */
  password_hash: string | null;
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
  /** Null for those who sign in elsewhere. */
  password_hash?: string | null;
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
  /** Null for those who sign in elsewhere. */
  password_hash?: string | null;
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
  /** Signs what the webhook trigger is sent. */
  webhook_secret: string | null;
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
  /** Signs what the webhook trigger is sent. */
  webhook_secret?: string | null;
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
  /** Signs what the webhook trigger is sent. */
  webhook_secret?: string | null;
  created_at?: Date;
  updated_at?: Date;
  /** An execution that runs for longer is failed. */
  max_duration?: string;
  /** The client that wrote this version of the row; null for the server. */
  client_id?: string | null;
};

/** The tenant in the setting app.tenant_id; NULL where there is none. */
export type CurrentTenantIdArgs = { [argument: string]: never };

export type CurrentTenantIdResult = string | null;

/** All of it, by schema and by the names that the database has for it. */
export type Database = {
  public: {
    Tables: {
      change_feed: { Row: ChangeFeed; Insert: NewChangeFeed; Update: ChangeFeedUpdate };
      edges: { Row: Edge; Insert: NewEdge; Update: EdgeUpdate };
      entity_types: { Row: EntityType; Insert: NewEntityType; Update: EntityTypeUpdate };
      execution_steps: { Row: ExecutionStep; Insert: NewExecutionStep; Update: ExecutionStepUpdate };
      executions: { Row: Execution; Insert: NewExecution; Update: ExecutionUpdate };
      node_types: { Row: NodeType; Insert: NewNodeType; Update: NodeTypeUpdate };
      projects: { Row: Project; Insert: NewProject; Update: ProjectUpdate };
      resources: { Row: Resource; Insert: NewResource; Update: ResourceUpdate };
      tenants: { Row: Tenant; Insert: NewTenant; Update: TenantUpdate };
      users: { Row: User; Insert: NewUser; Update: UserUpdate };
      workflows: { Row: Workflow; Insert: NewWorkflow; Update: WorkflowUpdate };
    };
    Views: {};
    Functions: {
      current_tenant_id: { Args: CurrentTenantIdArgs; Returns: CurrentTenantIdResult };
    };
    Enums: {
      entity_kind: EntityKind;
      execution_status: ExecutionStatus;
      step_status: StepStatus;
    };
    Domains: {};
    CompositeTypes: {};
  };
};
