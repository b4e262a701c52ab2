-- The kinds of node that a workflow can have. Safe anywhere, any number of times: a row is written only where it
-- is missing or says something else.

INSERT INTO node_types (key, title, role, config_schema)
VALUES
    ('manual', 'Started by hand', 'trigger', '{}'),
    (
        'schedule', 'On a schedule', 'trigger',
        '{"type": "object", "required": ["cron"], "properties": {"cron": {"type": "string"}}}'
    ),
    (
        'webhook', 'When a webhook is called', 'trigger',
        '{"type": "object", "properties": {"path": {"type": "string"}}}'
    ),
    (
        'http_request', 'Make an HTTP request', 'action',
        '{"type": "object", "required": ["url"], "properties": {"url": {"type": "string", "format": "uri"},
          "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}}'
    ),
    (
        'send_email', 'Send an e-mail', 'action',
        '{"type": "object", "required": ["to", "subject"], "properties": {"to": {"type": "string", "format": "email"},
          "subject": {"type": "string"}}}'
    ),
    (
        'transform', 'Transform the data', 'action',
        '{"type": "object", "required": ["expression"], "properties": {"expression": {"type": "string"}}}'
    ),
    (
        'condition', 'Go one way or the other', 'logic',
        '{"type": "object", "required": ["expression"], "properties": {"expression": {"type": "string"}}}'
    ),
    (
        'delay', 'Wait', 'logic',
        '{"type": "object", "required": ["seconds"], "properties": {"seconds": {"type": "integer", "minimum": 1}}}'
    )
ON CONFLICT (key) DO UPDATE
SET
    title = excluded.title,
    role = excluded.role,
    config_schema = excluded.config_schema
WHERE
    (node_types.title, node_types.role, node_types.config_schema)
    IS DISTINCT FROM (excluded.title, excluded.role, excluded.config_schema);
