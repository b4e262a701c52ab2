-- The tenant and the user that a development session is signed in as. What is there already is left as it is.

INSERT INTO tenants (id, slug, name, plan)
VALUES ('11111111-1111-1111-1111-111111111111', 'development', 'Development Tenant', 'team')
ON CONFLICT DO NOTHING;

INSERT INTO users (id, tenant_id, email, name, role)
VALUES
    (
        '22222222-2222-2222-2222-222222222222', '11111111-1111-1111-1111-111111111111',
        'ada@example.com', 'Ada Developer', 'owner'
    ),
    (
        '22222222-2222-2222-2222-222222222223', '11111111-1111-1111-1111-111111111111',
        'grace@example.com', 'Grace Reviewer', 'member'
    )
ON CONFLICT DO NOTHING;
