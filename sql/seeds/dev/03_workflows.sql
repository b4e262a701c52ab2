-- A workflow, and an execution in three of the six states: completed, paused, pending.

INSERT INTO workflows (id, tenant_id, project_id, created_by, name, status, nodes, edges)
VALUES
    (
        '55555555-5555-5555-5555-555555555555', '11111111-1111-1111-1111-111111111111',
        '33333333-3333-3333-3333-333333333331', '22222222-2222-2222-2222-222222222222', 'Publish the site', 'active',
        '[{"id": "start", "type": "manual", "config": {}},
          {"id": "build", "type": "http_request", "config": {"url": "https://ci.example.com/build", "method": "POST"}},
          {"id": "tell", "type": "send_email", "config": {"to": "grace@example.com", "subject": "Published"}}]',
        '[{"from": "start", "to": "build"}, {"from": "build", "to": "tell"}]'
    )
ON CONFLICT DO NOTHING;

INSERT INTO executions (id, tenant_id, workflow_id, user_id, status, workflow_version, started_at, finished_at)
VALUES
    (
        '66666666-6666-6666-6666-666666666661', '11111111-1111-1111-1111-111111111111',
        '55555555-5555-5555-5555-555555555555', '22222222-2222-2222-2222-222222222222',
        'completed', 1, '2025-05-12 09:00:00+00', '2025-05-12 09:00:41+00'
    ),
    (
        '66666666-6666-6666-6666-666666666662', '11111111-1111-1111-1111-111111111111',
        '55555555-5555-5555-5555-555555555555', '22222222-2222-2222-2222-222222222223',
        'paused', 1, '2025-05-12 10:00:00+00', NULL
    ),
    (
        '66666666-6666-6666-6666-666666666663', '11111111-1111-1111-1111-111111111111',
        '55555555-5555-5555-5555-555555555555', NULL,
        'pending', 1, NULL, NULL
    )
ON CONFLICT DO NOTHING;

INSERT INTO execution_steps (tenant_id, execution_id, node_id, status, started_at, finished_at)
VALUES
    (
        '11111111-1111-1111-1111-111111111111', '66666666-6666-6666-6666-666666666661',
        'build', 'completed', '2025-05-12 09:00:00+00', '2025-05-12 09:00:40+00'
    ),
    (
        '11111111-1111-1111-1111-111111111111', '66666666-6666-6666-6666-666666666661',
        'tell', 'completed', '2025-05-12 09:00:40+00', '2025-05-12 09:00:41+00'
    ),
    (
        '11111111-1111-1111-1111-111111111111', '66666666-6666-6666-6666-666666666662',
        'build', 'running', '2025-05-12 10:00:00+00', NULL
    )
ON CONFLICT DO NOTHING;
