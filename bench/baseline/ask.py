"""The least that a Python program can do to learn what was applied: connect, and ask one question."""

import os

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(len(connection.execute("SELECT id FROM public.applied").fetchall()), "applied")
