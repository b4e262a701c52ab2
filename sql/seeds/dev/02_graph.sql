-- Two projects, their resources, and how they hang together.

INSERT INTO entity_types (tenant_id, kind, title, fields)
VALUES
    ('11111111-1111-1111-1111-111111111111', 'user', 'Person', '[{"name": "team", "type": "text"}]'),
    ('11111111-1111-1111-1111-111111111111', 'project', 'Project', '[{"name": "budget", "type": "number"}]'),
    ('11111111-1111-1111-1111-111111111111', 'resource', 'Resource', '[{"name": "licence", "type": "text"}]')
ON CONFLICT DO NOTHING;

INSERT INTO projects (id, tenant_id, owner_id, key, title, status, starts_on, due_on)
VALUES
    (
        '33333333-3333-3333-3333-333333333331', '11111111-1111-1111-1111-111111111111',
        '22222222-2222-2222-2222-222222222222', 'WEB', 'Website', 'active', '2025-01-06', '2025-06-30'
    ),
    (
        '33333333-3333-3333-3333-333333333332', '11111111-1111-1111-1111-111111111111',
        '22222222-2222-2222-2222-222222222223', 'DATA', 'Data warehouse', 'planned', '2025-03-03', NULL
    )
ON CONFLICT DO NOTHING;

INSERT INTO resources (id, tenant_id, project_id, kind, title, uri, size_bytes, tags)
VALUES
    (
        '44444444-4444-4444-4444-444444444441', '11111111-1111-1111-1111-111111111111',
        '33333333-3333-3333-3333-333333333331', 'document', 'Style guide',
        'https://files.example.com/style-guide.pdf', 482113, '{design,public}'
    ),
    (
        '44444444-4444-4444-4444-444444444442', '11111111-1111-1111-1111-111111111111',
        '33333333-3333-3333-3333-333333333332', 'dataset', 'Visits, by day',
        's3://warehouse.example.com/visits/', 9000000000, '{raw}'
    )
ON CONFLICT DO NOTHING;

INSERT INTO edges (tenant_id, source_kind, source_id, relation, target_kind, target_id)
VALUES
    (
        '11111111-1111-1111-1111-111111111111',
        'user', '22222222-2222-2222-2222-222222222222', 'owns', 'project', '33333333-3333-3333-3333-333333333331'
    ),
    (
        '11111111-1111-1111-1111-111111111111',
        'project', '33333333-3333-3333-3333-333333333331',
        'contains', 'resource', '44444444-4444-4444-4444-444444444441'
    ),
    (
        '11111111-1111-1111-1111-111111111111',
        'project', '33333333-3333-3333-3333-333333333332',
        'contains', 'resource', '44444444-4444-4444-4444-444444444442'
    ),
    (
        '11111111-1111-1111-1111-111111111111',
        'project', '33333333-3333-3333-3333-333333333331',
        'depends_on', 'project', '33333333-3333-3333-3333-333333333332'
    )
ON CONFLICT DO NOTHING;
