// Made by `dbtool types` out of the database's schema. Change that, and run it again.
/* eslint-disable */

import { z } from "zod";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json.optional())]),
);
const int4 = z.number().int().gte(-2147483648).lte(2147483647);
const int8 = z.string().regex(/^[+-]?\d+$/);
const uuid = z.string().regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i);

/** What an edge can join. The labels are the tables, in the singular. */
export const entityKindSchema = z.enum(["user", "project", "resource"]);

/** The life of an execution; the last three are final. */
export const executionStatusSchema = z.enum(["pending", "running", "paused", "completed", "failed", "cancelled"]);

/** The life of a step; the last three are final. */
export const stepStatusSchema = z.enum(["pending", "running", "completed", "failed", "skipped"]);

/** Which rows changed, in the order of writing. */
export const changeFeedSchema = z.object({
  id: int8,
  tenant_id: uuid,
  table_name: z.string(),
  operation: z.enum(["insert", "update", "delete"]),
  row_id: uuid,
  transaction_id: z.string(),
  changed_at: z.date(),
});

export const newChangeFeedSchema = z.object({
  tenant_id: uuid,
  table_name: z.string(),
  operation: z.enum(["insert", "update", "delete"]),
  row_id: uuid,
  transaction_id: z.string().optional(),
  changed_at: z.date().optional(),
});

export const changeFeedUpdateSchema = z.object({
  tenant_id: uuid.optional(),
  table_name: z.string().optional(),
  operation: z.enum(["insert", "update", "delete"]).optional(),
  row_id: uuid.optional(),
  transaction_id: z.string().optional(),
  changed_at: z.date().optional(),
});

/**
 * A directed, named relation between two entities of a tenant.
 * Not here: CHECK ((source_kind <> target_kind) OR (source_id <> target_id))
 */
export const edgeSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  source_kind: entityKindSchema,
  source_id: uuid,
  relation: z.string().regex(/^[a-z][a-z_]*$/u),
  target_kind: entityKindSchema,
  target_id: uuid,
  weight: z.number().gte(0),
  properties: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
  client_id: uuid.nullable(),
});

export const newEdgeSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  source_kind: entityKindSchema,
  source_id: uuid,
  relation: z.string().regex(/^[a-z][a-z_]*$/u),
  target_kind: entityKindSchema,
  target_id: uuid,
  weight: z.number().gte(0).optional(),
  properties: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

export const edgeUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  source_kind: entityKindSchema.optional(),
  source_id: uuid.optional(),
  relation: z.string().regex(/^[a-z][a-z_]*$/u).optional(),
  target_kind: entityKindSchema.optional(),
  target_id: uuid.optional(),
  weight: z.number().gte(0).optional(),
  properties: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

/** What a tenant calls each kind of entity, and the fields it adds. */
export const entityTypeSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  kind: entityKindSchema,
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  fields: z.array(json),
  created_at: z.date(),
  updated_at: z.date(),
  client_id: uuid.nullable(),
});

export const newEntityTypeSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  kind: entityKindSchema,
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  fields: z.array(json).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

export const entityTypeUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  kind: entityKindSchema.optional(),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  fields: z.array(json).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

/**
 * One attempt at one node of an execution.
 * Not here: CHECK (finished_at >= started_at)
 */
export const executionStepSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  execution_id: uuid,
  node_id: z.string(),
  status: stepStatusSchema,
  attempt: int4.gte(1),
  input: json.nullable(),
  output: json.nullable(),
  error: json.nullable(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
});

export const newExecutionStepSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  execution_id: uuid,
  node_id: z.string(),
  status: stepStatusSchema.optional(),
  attempt: int4.gte(1).optional(),
  input: json.nullable().optional(),
  output: json.nullable().optional(),
  error: json.nullable().optional(),
  started_at: z.date().nullable().optional(),
  finished_at: z.date().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

export const executionStepUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  execution_id: uuid.optional(),
  node_id: z.string().optional(),
  status: stepStatusSchema.optional(),
  attempt: int4.gte(1).optional(),
  input: json.nullable().optional(),
  output: json.nullable().optional(),
  error: json.nullable().optional(),
  started_at: z.date().nullable().optional(),
  finished_at: z.date().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

/**
 * One run of one version of a workflow.
 * Not here: CHECK (finished_at >= started_at)
 * Not here: CHECK ((status = ANY (ARRAY['completed'::public.execution_status, 'failed'::public.execution_status, 'cancelled'::public.execution_status])) = (finished_at IS NOT NULL))
 */
export const executionSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  workflow_id: uuid,
  user_id: uuid.nullable(),
  status: executionStatusSchema,
  workflow_version: int4.gte(1),
  input: z.record(z.string(), json.optional()),
  output: json.nullable(),
  error: json.nullable(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
});

export const newExecutionSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  workflow_id: uuid,
  user_id: uuid.nullable().optional(),
  status: executionStatusSchema.optional(),
  workflow_version: int4.gte(1),
  input: z.record(z.string(), json.optional()).optional(),
  output: json.nullable().optional(),
  error: json.nullable().optional(),
  started_at: z.date().nullable().optional(),
  finished_at: z.date().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

export const executionUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  workflow_id: uuid.optional(),
  user_id: uuid.nullable().optional(),
  status: executionStatusSchema.optional(),
  workflow_version: int4.gte(1).optional(),
  input: z.record(z.string(), json.optional()).optional(),
  output: json.nullable().optional(),
  error: json.nullable().optional(),
  started_at: z.date().nullable().optional(),
  finished_at: z.date().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

/** The kinds of node, the same for all tenants: a reference seed. */
export const nodeTypeSchema = z.object({
  key: z.string().regex(/^[a-z][a-z_]*$/u),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  role: z.enum(["trigger", "action", "logic"]),
  config_schema: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
});

export const newNodeTypeSchema = z.object({
  key: z.string().regex(/^[a-z][a-z_]*$/u),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  role: z.enum(["trigger", "action", "logic"]),
  config_schema: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

export const nodeTypeUpdateSchema = z.object({
  key: z.string().regex(/^[a-z][a-z_]*$/u).optional(),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  role: z.enum(["trigger", "action", "logic"]).optional(),
  config_schema: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

/**
 * Work with a name, an owner and dates.
 * Not here: CHECK (due_on >= starts_on)
 */
export const projectSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  owner_id: uuid.nullable(),
  key: z.string().regex(/^[A-Z][A-Z0-9]{1,15}$/u),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  description: z.string(),
  status: z.enum(["planned", "active", "archived"]),
  starts_on: z.date().nullable(),
  due_on: z.date().nullable(),
  metadata: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
  client_id: uuid.nullable(),
});

export const newProjectSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  owner_id: uuid.nullable().optional(),
  key: z.string().regex(/^[A-Z][A-Z0-9]{1,15}$/u),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  description: z.string().optional(),
  status: z.enum(["planned", "active", "archived"]).optional(),
  starts_on: z.date().nullable().optional(),
  due_on: z.date().nullable().optional(),
  metadata: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

export const projectUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  owner_id: uuid.nullable().optional(),
  key: z.string().regex(/^[A-Z][A-Z0-9]{1,15}$/u).optional(),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  description: z.string().optional(),
  status: z.enum(["planned", "active", "archived"]).optional(),
  starts_on: z.date().nullable().optional(),
  due_on: z.date().nullable().optional(),
  metadata: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

/** Something that a project works with, kept elsewhere at its uri. */
export const resourceSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  project_id: uuid,
  kind: z.enum(["document", "dataset", "image", "link"]),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  uri: z.string().regex(/^[a-z][a-z0-9+.\-]*:/u),
  size_bytes: int8.refine((value) => !(Number(value) < 0), "at least 0").nullable(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
  client_id: uuid.nullable(),
});

export const newResourceSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  project_id: uuid,
  kind: z.enum(["document", "dataset", "image", "link"]),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  uri: z.string().regex(/^[a-z][a-z0-9+.\-]*:/u),
  size_bytes: int8.refine((value) => !(Number(value) < 0), "at least 0").nullable().optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

export const resourceUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  project_id: uuid.optional(),
  kind: z.enum(["document", "dataset", "image", "link"]).optional(),
  title: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  uri: z.string().regex(/^[a-z][a-z0-9+.\-]*:/u).optional(),
  size_bytes: int8.refine((value) => !(Number(value) < 0), "at least 0").nullable().optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  client_id: uuid.nullable().optional(),
});

/** A customer. Deleting one deletes all that it has. */
export const tenantSchema = z.object({
  id: uuid,
  slug: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  plan: z.enum(["free", "team", "enterprise"]),
  status: z.enum(["active", "suspended", "closed"]),
  settings: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
});

export const newTenantSchema = z.object({
  id: uuid.optional(),
  slug: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  plan: z.enum(["free", "team", "enterprise"]).optional(),
  status: z.enum(["active", "suspended", "closed"]).optional(),
  settings: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

export const tenantUpdateSchema = z.object({
  id: uuid.optional(),
  slug: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u).optional(),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  plan: z.enum(["free", "team", "enterprise"]).optional(),
  status: z.enum(["active", "suspended", "closed"]).optional(),
  settings: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
});

/** A person in one tenant. */
export const userSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  email: z.string().regex(/^[\s\S][\s\S]*@[\s\S][\s\S]*$/u),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  role: z.enum(["owner", "admin", "member", "viewer"]),
  status: z.enum(["invited", "active", "disabled"]),
  password_hash: z.string().nullable(),
  profile: z.record(z.string(), json.optional()),
  created_at: z.date(),
  updated_at: z.date(),
  last_seen_at: z.date().nullable(),
  client_id: uuid.nullable(),
});

export const newUserSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  email: z.string().regex(/^[\s\S][\s\S]*@[\s\S][\s\S]*$/u),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  role: z.enum(["owner", "admin", "member", "viewer"]).optional(),
  status: z.enum(["invited", "active", "disabled"]).optional(),
  password_hash: z.string().nullable().optional(),
  profile: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  last_seen_at: z.date().nullable().optional(),
  client_id: uuid.nullable().optional(),
});

export const userUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  email: z.string().regex(/^[\s\S][\s\S]*@[\s\S][\s\S]*$/u).optional(),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  role: z.enum(["owner", "admin", "member", "viewer"]).optional(),
  status: z.enum(["invited", "active", "disabled"]).optional(),
  password_hash: z.string().nullable().optional(),
  profile: z.record(z.string(), json.optional()).optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  last_seen_at: z.date().nullable().optional(),
  client_id: uuid.nullable().optional(),
});

/** A graph of nodes that can be executed. */
export const workflowSchema = z.object({
  id: uuid,
  tenant_id: uuid,
  project_id: uuid,
  created_by: uuid.nullable(),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  description: z.string(),
  status: z.enum(["draft", "active", "archived"]),
  version: int4.gte(1),
  nodes: z.array(json),
  edges: z.array(json),
  webhook_secret: z.string().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
  max_duration: z.string(),
  client_id: uuid.nullable(),
});

export const newWorkflowSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid,
  project_id: uuid,
  created_by: uuid.nullable().optional(),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters"),
  description: z.string().optional(),
  status: z.enum(["draft", "active", "archived"]).optional(),
  version: int4.gte(1).optional(),
  nodes: z.array(json).optional(),
  edges: z.array(json).optional(),
  webhook_secret: z.string().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  max_duration: z.string().optional(),
  client_id: uuid.nullable().optional(),
});

export const workflowUpdateSchema = z.object({
  id: uuid.optional(),
  tenant_id: uuid.optional(),
  project_id: uuid.optional(),
  created_by: uuid.nullable().optional(),
  name: z.string().min(1).regex(/^[\s\S]{1,200}$/u, "at most 200 characters").optional(),
  description: z.string().optional(),
  status: z.enum(["draft", "active", "archived"]).optional(),
  version: int4.gte(1).optional(),
  nodes: z.array(json).optional(),
  edges: z.array(json).optional(),
  webhook_secret: z.string().nullable().optional(),
  created_at: z.date().optional(),
  updated_at: z.date().optional(),
  max_duration: z.string().optional(),
  client_id: uuid.nullable().optional(),
});
