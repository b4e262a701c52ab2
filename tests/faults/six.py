"""The project of the sweeps, the faults that it is put through, and the proof that it was applied once."""

import psycopg

from tests.conftest import Database
from tests.faults.harness import NEVER, ForkedProject
from tests.faults.proxy import Fault, Proxy

SIX_MIGRATIONS: dict[str, str] = {
    "m1_table": """
CREATE TABLE words (id int GENERATED ALWAYS AS IDENTITY, word text);
INSERT INTO words (word) VALUES ('one');
""",
    "m2_rows": """
ALTER TABLE words ADD COLUMN length int;
INSERT INTO words (word) VALUES ('two'), ('two more');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO words (word) VALUES ('two last');
""",
    "m3_index": "CREATE INDEX CONCURRENTLY words_word ON words (word);",
    "m4_steps": """-- transactional: false
INSERT INTO words (word) VALUES ('four 1');
CREATE INDEX CONCURRENTLY IF NOT EXISTS words_length ON words (length);
INSERT INTO words (word) VALUES ('four 3');
VACUUM words;
INSERT INTO words (word) VALUES ('four 5');
""",
    "m5_copy": "CREATE TABLE copied (a int, b text);\nCOPY copied (a, b) FROM stdin;\n"
    + "".join(f"{n}\trow {n}\n" for n in range(200))
    + "\\.\nINSERT INTO words (word) VALUES ('five');\n",
    "m6_view": """
CREATE VIEW long_words AS SELECT word FROM words;
INSERT INTO words (word) VALUES ('six');
""",
}
WORDS = ["one", "two", "two more", "two last", "four 1", "four 3", "four 5", "five", "six"]


def wrong_in(database: Database) -> str:
    """Return what is wrong in a database on which the six migrations were applied; "" where each was, once."""
    with database.connect() as conn:

        def column(query: str) -> list[object]:
            try:
                return [row[0] for row in conn.execute(query)]  # type: ignore[arg-type]
            except psycopg.Error as error:
                return [str(error)]

        checks: dict[str, tuple[object, object]] = {
            "words": (column("SELECT word FROM words ORDER BY id"), WORDS),
            "copied": (column("SELECT count(*) FROM copied"), [200]),
            "invalid": (column("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"), []),
            "indexes": (
                column("SELECT indexname FROM pg_indexes WHERE tablename = 'words' ORDER BY 1"),
                ["words_length", "words_word"],
            ),
            "view": (column("SELECT count(*) FROM long_words"), [len(WORDS)]),
            "ledger": (column("SELECT migration_id FROM _yoyo_migration ORDER BY 1"), sorted(SIX_MIGRATIONS)),
            "applied": (
                column("SELECT migration_id FROM _yoyo_log WHERE operation = 'apply' ORDER BY 1"),
                sorted(SIX_MIGRATIONS),
            ),
            "steps": (column("SELECT comment FROM _yoyo_log WHERE operation = 'step'"), []),
        }
        return "; ".join(f"{name}: {found}" for name, (found, wanted) in checks.items() if found != wanted)


def survives(project: ForkedProject, database: Database, fault: Fault, codes: set[int]) -> str:
    """Run the project through the fault, then directly until nothing is to do. Returns what is wrong, or ""."""
    with Proxy(database.server.port, fault) as proxy:
        url = {"DATABASE_URL": proxy.url(database.name)}
        run = project.start("migrate", "--lock-wait", "20s", env=url)
        proxy.aim(run.pid)
        first = run.end()
    problems: list[str] = []
    if first.returncode not in codes:
        problems.append(f"ended with {first.returncode}, not one of {sorted(codes)}")
    if "Traceback" in first.stderr or "error ignored" in first.stderr:
        problems.append("a traceback")
    if first.returncode == NEVER:
        return f"{fault}: {'; '.join(problems)}\n{first}"
    for attempt in range(3):
        again = project.run_on(database.url, "migrate", "--lock-wait", "20s")
        if "nothing to do" in again.stdout:
            break
        if again.returncode != 0 or attempt:
            problems.append(f"migrating again: {again}")
    if wrong := wrong_in(database):
        problems.append(wrong)
    return f"{fault}: {'; '.join(problems)}\n{first}" if problems else ""


def outlived(project: ForkedProject, database: Database, at: int) -> str:
    """Stall a run at one message and take its lock's connection away; another does its work; then it wakes.

    Returns what is wrong, or "".
    """
    with Proxy(database.server.port, Fault("hold", at)) as proxy:
        run = project.start("migrate", env={"DATABASE_URL": proxy.url(database.name)})
        proxy.struck.wait(30)
        with database.connect() as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND application_name = 'dbtool migration lock'",
                [database.name],
            )
        other = project.run_on(database.url, "migrate", "--lock-wait", "20s")
        proxy.release()
        woken = run.end()
    problems = [] if other.returncode == 0 else [f"the other: {other}"]
    if woken.returncode not in (0, 1, 7, 8) or "Traceback" in woken.stderr or "syntax for type" in woken.stderr:
        problems.append(f"the stalled one: {woken}")
    if wrong := wrong_in(database):
        problems.append(f"{wrong}\n{woken}")
    return f"held at {at}: " + "; ".join(problems) if problems else ""
