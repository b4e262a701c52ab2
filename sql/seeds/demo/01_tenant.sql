-- The demo tenant: what it has goes, children first, and it is made anew, with what it calls its entities. Its rows
-- in change_feed stay: they tell a listener that the others went.
--
-- dbtool: removes rows

DELETE FROM execution_steps
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM executions
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM workflows
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM edges
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM resources
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM projects
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM users
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM entity_types
WHERE tenant_id = '11111111-1111-1111-1111-111111111111';

DELETE FROM tenants
WHERE id = '11111111-1111-1111-1111-111111111111';

INSERT INTO tenants (id, slug, name, plan, settings, created_at, updated_at)
VALUES
(
    '11111111-1111-1111-1111-111111111111', 'demo-seed-tenant', 'Demo Seed Tenant', 'enterprise',
    '{"locale": "en-GB", "time_zone": "Europe/London", "week_starts_on": "monday"}',
    '2019-01-07 08:00:00+00', '2019-01-07 08:00:00+00'
);

INSERT INTO entity_types (id, tenant_id, kind, title, fields, created_at, updated_at)
VALUES
    (
        '01682734-8600-7000-8000-000000000001', '11111111-1111-1111-1111-111111111111', 'user', 'Colleague',
        '[{"name": "title", "type": "text"},
          {"name": "locale", "type": "text"},
          {"name": "time_zone", "type": "text"},
          {"name": "preferences", "type": "object"}]',
        '2019-01-07 08:00:00+00', '2019-01-07 08:00:00+00'
    ),
    (
        '01682734-8600-7000-8000-000000000002', '11111111-1111-1111-1111-111111111111', 'project', 'Initiative',
        '[{"name": "budget", "type": "number"},
          {"name": "currency", "type": "text"},
          {"name": "priority", "type": "text"},
          {"name": "billable", "type": "boolean"}]',
        '2019-01-07 08:00:00+00', '2019-01-07 08:00:00+00'
    ),
    (
        '01682734-8600-7000-8000-000000000003', '11111111-1111-1111-1111-111111111111', 'resource', 'Asset',
        '[{"name": "format", "type": "text"},
          {"name": "version", "type": "number"},
          {"name": "licence", "type": "text"}]',
        '2019-01-07 08:00:00+00', '2019-01-07 08:00:00+00'
    );
