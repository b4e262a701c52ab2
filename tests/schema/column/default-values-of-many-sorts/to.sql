CREATE TABLE t (
    a int DEFAULT -5,
    b interval DEFAULT '1 day 02:00:00'::interval,
    c text DEFAULT E'back\\slash\nline',
    d text[] DEFAULT ARRAY['a', 'b''c'],
    e jsonb DEFAULT '{"k": [1, null]}',
    f numeric DEFAULT -1.50,
    g date DEFAULT CURRENT_DATE,
    h uuid DEFAULT gen_random_uuid(),
    i bytea DEFAULT '\x00ff',
    j bit(3) DEFAULT B'101',
    k text DEFAULT CURRENT_USER,
    l int4range DEFAULT '[1,5)',
    m timestamptz DEFAULT 'epoch',
    n "char" DEFAULT 'x',
    o text DEFAULT 'dollar $$ and $1'
);
