"""The bare script that dbtool is measured against: the least that applies each file once, and no more.

It has no lock, no checksum, no check of what it runs: what a careful person writes in ten minutes.
"""

import os
from pathlib import Path

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("SET synchronous_commit = off")
    connection.execute("CREATE TABLE IF NOT EXISTS public.applied (id text PRIMARY KEY)")
    applied = {row[0] for row in connection.execute("SELECT id FROM public.applied")}
    for path in sorted(Path("migrations").glob("*.sql")):
        if path.name.endswith(".rollback.sql") or path.stem in applied:
            continue
        with connection.transaction():
            connection.execute(path.read_bytes())
            connection.execute("INSERT INTO public.applied (id) VALUES (%s)", (path.stem,))
