"""What each kind of statement locks, rewrites, builds and reads, as the manual says it, and as the rehearsal saw it.

The pages are those of PostgreSQL 14 to 18; where one is silent, the comment names the function of the server that
decides. Each case has a schema of its own on the two shadows, so that none has to be put back.

Not compared: locks on indexes that no case names, and what the planner decides (``maybe``). A table that is rewritten is
read from end to end, and need not be told as scanned as well. What cannot run in a transaction leaves no count of its
scans: there ``built`` says that a table was read.
"""

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dbtool.config import load_project
from dbtool.migrations import Migration, read_migrations
from dbtool.rehearsal.pieces import Rehearsed
from dbtool.rehearsal.rehearse import Stages, stages
from dbtool.target import load_target
from tests.servers import Server, binaries

TABLE = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c varchar(10), d numeric(10, 2));
CREATE INDEX t_a ON t (a);
INSERT INTO t VALUES (1, 1, '1', '1', 1);
"""
OTHER = "CREATE TABLE u (id int PRIMARY KEY, t_id int); INSERT INTO u VALUES (1, 1);"
FOREIGN = OTHER + "ALTER TABLE u ADD CONSTRAINT u_t FOREIGN KEY (t_id) REFERENCES t;"
TRIGGER = """
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
"""
RULE = "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING;"
POLICY = "CREATE POLICY o ON t USING (true);"
VIEW = "CREATE VIEW v AS SELECT id, a FROM t;"
MATERIALIZED = "CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t; CREATE UNIQUE INDEX m_id ON m (id);"
PARTS = """
CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE q (a int);
"""
DEFAULT = "CREATE TABLE rest PARTITION OF p DEFAULT;"
DOMAIN = "CREATE DOMAIN positive AS int CHECK (value > 0); CREATE DOMAIN number AS int;"
EVERYWHERE = """
CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER far FOREIGN DATA WRAPPER nothing;
CREATE SCHEMA elsewhere;
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    sql: str
    locks: str = ""  # "t: SHARE, u: ROW SHARE": on each table that was there, and on the indexes that are named
    rewritten: str = ""
    built: str = ""
    scanned: str = ""
    written: str = ""
    maybe: str = ""  # tables whose scans depend on the plan
    given: str = TABLE
    since: int = 14
    until: int = 99
    outside: bool = False  # not in a transaction


def case(sql: str, locks: str = "", **expected: object) -> Case:
    """Return a case; ``more`` is what there is besides the usual table."""
    if more := expected.pop("more", ""):
        expected["given"] = TABLE + str(more)
    return Case(sql=sql, locks=locks, **expected)  # type: ignore[arg-type]


def alter(sql: str, locks: str = "t: ACCESS EXCLUSIVE", **expected: object) -> Case:
    """Return a case of ALTER TABLE t: ACCESS EXCLUSIVE "unless explicitly noted" (manual, ALTER TABLE, Description)."""
    return case(f"ALTER TABLE t {sql}", locks, **expected)


ALL = "t_pkey t_a"  # the indexes of t

# ---- ALTER TABLE, ADD and DROP COLUMN. Manual, ALTER TABLE, "Notes": a default that is not volatile is kept beside the
# table; "a volatile DEFAULT, a stored generated column, an identity column, or a column with a domain data type that has
# constraints will cause the entire table and its indexes to be rewritten"; a virtual one never; a CHECK or NOT NULL
# constraint "requires scanning the table".
COLUMNS = [
    alter("ADD COLUMN x int"),
    alter("ADD COLUMN IF NOT EXISTS a int"),
    alter("ADD COLUMN x int DEFAULT 1"),
    alter("ADD COLUMN x timestamptz DEFAULT now()"),
    alter("ADD COLUMN x timestamptz DEFAULT clock_timestamp()", rewritten="t", built=ALL),
    alter("ADD COLUMN x uuid DEFAULT gen_random_uuid()", rewritten="t", built=ALL),
    alter("ADD COLUMN x serial", rewritten="t", built=ALL),
    alter("ADD COLUMN x int GENERATED ALWAYS AS IDENTITY", rewritten="t", built=ALL),
    alter("ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED", rewritten="t", built=ALL),
    alter("ADD COLUMN x int GENERATED ALWAYS AS (a * 2) VIRTUAL", since=18),
    alter("ADD COLUMN x number", more=DOMAIN),
    alter("ADD COLUMN x positive", more=DOMAIN, rewritten="t", built=ALL),
    # not this one: a default that is kept beside the table cannot be null (ATExecAddColumn(), atthasmissing)
    alter("ADD COLUMN x int NOT NULL DEFAULT 0"),
    alter("ADD COLUMN x int DEFAULT 1 CHECK (x > 0)", scanned="t"),
    alter("ADD COLUMN x int UNIQUE", scanned="t", built="t_x_key"),
    # ADD FOREIGN KEY "also acquires a SHARE ROW EXCLUSIVE lock on the referenced table"; without a default there is
    # nothing to check: transformColumnDefinition() and skip_validation, parse_utilcmd.c
    alter("ADD COLUMN x int REFERENCES u", "t: ACCESS EXCLUSIVE, u: SHARE ROW EXCLUSIVE", more=OTHER),
    alter("DROP COLUMN b"),
    alter("DROP COLUMN a", "t: ACCESS EXCLUSIVE, t_a: ACCESS EXCLUSIVE"),
    alter("DROP COLUMN a CASCADE", "t: ACCESS EXCLUSIVE, v: ACCESS EXCLUSIVE", more=VIEW),
    alter("ADD COLUMN x int, ADD COLUMN y timestamptz DEFAULT clock_timestamp()", rewritten="t", built=ALL),
]

# ---- SET DATA TYPE. Manual, ALTER TABLE, "Notes": rewritten, unless "the USING clause does not change the column contents
# and the old type is either binary coercible to the new type or an unconstrained domain over the new type"; indexes are
# rebuilt unless they are "logically equivalent": text and varchar are, another collation is not. That a longer varchar and
# a numeric of a greater precision are free is in the release notes of 9.2 (their casts' support functions).
ON_B = "CREATE INDEX t_b ON t (b);"
TYPES = [
    alter("ALTER COLUMN a TYPE int"),
    alter("ALTER COLUMN a TYPE bigint", rewritten="t", built=ALL),
    alter("ALTER COLUMN b TYPE varchar", more=ON_B),
    alter("ALTER COLUMN b TYPE varchar(10)", rewritten="t", built=ALL),
    alter('ALTER COLUMN b TYPE text COLLATE "C"', more=ON_B, built="t_b", scanned="t"),
    alter("ALTER COLUMN b TYPE jsonb USING b::jsonb", rewritten="t", built=ALL),
    alter("ALTER COLUMN c TYPE varchar(20)"),
    alter("ALTER COLUMN c TYPE varchar(5)", rewritten="t", built=ALL),
    alter("ALTER COLUMN c TYPE text"),
    alter("ALTER COLUMN d TYPE numeric(12, 2)"),
    alter("ALTER COLUMN d TYPE numeric"),
    alter("ALTER COLUMN d TYPE numeric(12, 4)", rewritten="t", built=ALL),
    alter("ALTER COLUMN a TYPE number", more=DOMAIN),
    alter("ALTER COLUMN a TYPE positive", more=DOMAIN, rewritten="t", built=ALL),
    alter("ALTER COLUMN x TYPE int", more=DOMAIN + "ALTER TABLE t ADD COLUMN x number;"),
    # "the column's constraints are converted by reparsing": one that names the column is checked anew
    alter("ALTER COLUMN c TYPE text", more="ALTER TABLE t ADD CHECK (c <> '');", scanned="t"),
    # so is a foreign key, on both sides; dropping the old one takes ACCESS EXCLUSIVE on the other table as well:
    # RemoveTriggerById(), trigger.c
    case(
        "ALTER TABLE u ALTER COLUMN t_id TYPE bigint", "u: ACCESS EXCLUSIVE, t: ACCESS EXCLUSIVE",
        more=FOREIGN, rewritten="u", built="u_pkey", maybe="t",
    ),
]  # fmt: skip

# ---- Defaults, NOT NULL, generated and identity columns. Manual, ALTER TABLE, "Description": SET DEFAULT and the identity
# forms "do not cause rows already in the table to change"; SET NOT NULL scans unless a valid CHECK proves it; SET
# EXPRESSION rewrites a stored column and no virtual one; DROP EXPRESSION retains what there is.
STORED = "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED;"
IDENTITY = "ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;"
VALUES = [
    alter("ALTER COLUMN a SET DEFAULT 1"),
    alter("ALTER COLUMN a SET DEFAULT random()"),
    alter("ALTER COLUMN a DROP DEFAULT"),
    alter("ALTER COLUMN a SET NOT NULL", scanned="t"),
    alter("ALTER COLUMN a SET NOT NULL", more="ALTER TABLE t ADD CHECK (a IS NOT NULL);"),
    alter("ALTER COLUMN a SET NOT NULL", more="ALTER TABLE t ADD CHECK (a IS NOT NULL) NOT VALID;", scanned="t"),
    alter("ALTER COLUMN a DROP NOT NULL", more="ALTER TABLE t ALTER a SET NOT NULL;"),
    alter("ADD CONSTRAINT n NOT NULL a NOT VALID", since=18),
    alter(
        "VALIDATE CONSTRAINT n", "t: SHARE UPDATE EXCLUSIVE", since=18, scanned="t",
        more="ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID;",
    ),
    alter("ALTER CONSTRAINT n NO INHERIT", since=18, more="ALTER TABLE t ADD CONSTRAINT n NOT NULL a;"),
    alter("ALTER COLUMN x DROP EXPRESSION", more=STORED),
    alter("ALTER COLUMN x SET EXPRESSION AS (a * 3)", more=STORED, since=17, rewritten="t", built=ALL),
    alter("ALTER COLUMN x SET EXPRESSION AS (a * 3)", more=STORED.replace("STORED", "VIRTUAL"), since=18),
    alter("ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
    # the sequence is altered with them: manual, ALTER SEQUENCE, "Notes", and AlterSequence(), sequence.c
    alter("ALTER COLUMN id SET GENERATED BY DEFAULT", "t: ACCESS EXCLUSIVE, t_id_seq: SHARE ROW EXCLUSIVE", more=IDENTITY),
    alter("ALTER COLUMN id SET INCREMENT BY 2", "t: ACCESS EXCLUSIVE, t_id_seq: SHARE ROW EXCLUSIVE", more=IDENTITY),
    alter("ALTER COLUMN id RESTART WITH 9", "t: ACCESS EXCLUSIVE, t_id_seq: SHARE ROW EXCLUSIVE", more=IDENTITY),
    alter("ALTER COLUMN id DROP IDENTITY", "t: ACCESS EXCLUSIVE, t_id_seq: ACCESS EXCLUSIVE", more=IDENTITY),
]  # fmt: skip

# ---- Settings of columns and tables. Manual, ALTER TABLE, "Description": SHARE UPDATE EXCLUSIVE for SET STATISTICS, for
# options of columns, for CLUSTER ON and SET WITHOUT CLUSTER, and for "fillfactor, toast and autovacuum storage parameters,
# as well as the planner parameter parallel_workers"; all else ACCESS EXCLUSIVE, and nothing is changed in the table.
SHARE_UPDATE = "t: SHARE UPDATE EXCLUSIVE"
SETTINGS = [
    alter("ALTER COLUMN a SET STATISTICS 100", SHARE_UPDATE),
    alter("ALTER COLUMN a SET (n_distinct = 5)", SHARE_UPDATE),
    alter("ALTER COLUMN a RESET (n_distinct)", SHARE_UPDATE),
    alter("ALTER COLUMN b SET STORAGE EXTERNAL"),
    alter("ALTER COLUMN b SET COMPRESSION pglz"),
    alter("CLUSTER ON t_a", SHARE_UPDATE),
    alter("SET WITHOUT CLUSTER", SHARE_UPDATE),
    alter("SET WITHOUT OIDS"),
    alter("SET (fillfactor = 70)", SHARE_UPDATE),
    alter("SET (autovacuum_enabled = false)", SHARE_UPDATE),
    alter("SET (toast_tuple_target = 4096)", SHARE_UPDATE),
    alter("SET (parallel_workers = 2)", SHARE_UPDATE),
    alter("RESET (fillfactor)", SHARE_UPDATE),
    alter("SET (user_catalog_table = true)"),
    alter("SET (fillfactor = 70), ALTER COLUMN a SET DEFAULT 1"),  # "the strictest one required by any subcommand"
    alter("REPLICA IDENTITY FULL"),
    alter("REPLICA IDENTITY NOTHING"),
    alter("REPLICA IDENTITY USING INDEX t_pkey"),
    alter("REPLICA IDENTITY DEFAULT"),
    alter("ENABLE ROW LEVEL SECURITY"),
    alter("DISABLE ROW LEVEL SECURITY"),
    alter("FORCE ROW LEVEL SECURITY"),
    alter("NO FORCE ROW LEVEL SECURITY"),
    alter("OWNER TO somebody_else"),
]

# ---- Where and how rows are stored. Manual, ALTER TABLE, "Description": SET ACCESS METHOD (15) "changes the access method
# by rewriting"; SET TABLESPACE "moves the data files", where it is another one; SET UNLOGGED rewrites: ATRewriteTables().
STORAGE = [
    alter("SET TABLESPACE pg_default"),
    alter("SET UNLOGGED", rewritten="t", built=ALL),
    alter("SET LOGGED"),  # it is
    alter("SET LOGGED", more="ALTER TABLE t SET UNLOGGED;", rewritten="t", built=ALL),
    alter("SET ACCESS METHOD heap", since=15),  # it has it
    alter("SET ACCESS METHOD other", since=15, rewritten="t", built=ALL),
]

# ---- Constraints. Manual, ALTER TABLE, "Description": "Normally, this form will cause a scan of the table [...]. But if the
# NOT VALID option is used, this potentially-lengthy scan is skipped"; ADD FOREIGN KEY requires only SHARE ROW EXCLUSIVE, on
# both tables; VALIDATE takes SHARE UPDATE EXCLUSIVE, and for a foreign key ROW SHARE on the referenced table (14 to 17
# say so; 18 does it). A constraint that uses an index is fast, but for a PRIMARY KEY whose columns may be null.
BOTH = "t: SHARE ROW EXCLUSIVE, u: SHARE ROW EXCLUSIVE"
ONE_OF = "CREATE UNIQUE INDEX t_one ON t (a);"
CONSTRAINTS = [
    alter("ADD CONSTRAINT k CHECK (a > 0)", scanned="t"),
    alter("ADD CONSTRAINT k CHECK (a > 0) NOT VALID"),
    alter("ADD CONSTRAINT k CHECK (a > 0) NOT ENFORCED", since=18),
    alter("VALIDATE CONSTRAINT k", SHARE_UPDATE, more="ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;", scanned="t"),
    alter("VALIDATE CONSTRAINT k", SHARE_UPDATE, more="ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0);"),
    alter("ADD CONSTRAINT k UNIQUE (a)", built="k", scanned="t"),
    alter("ADD CONSTRAINT k UNIQUE (a) DEFERRABLE", built="k", scanned="t"),
    alter("ADD CONSTRAINT k EXCLUDE USING gist (int4range(a, a) WITH &&)", built="k", scanned="t"),
    alter("ADD CONSTRAINT k UNIQUE USING INDEX t_one", more=ONE_OF),
    alter("ADD PRIMARY KEY USING INDEX t_one", more=ONE_OF + "ALTER TABLE t DROP CONSTRAINT t_pkey;", scanned="t"),
    alter(
        "ADD PRIMARY KEY USING INDEX t_one",
        more=ONE_OF + "ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER a SET NOT NULL;",
    ),
    case("ALTER TABLE q ADD PRIMARY KEY (a)", "q: ACCESS EXCLUSIVE", given=PARTS, built="q_pkey", scanned="q"),
    case("ALTER TABLE u ADD FOREIGN KEY (t_id) REFERENCES t", BOTH, more=OTHER, scanned="u", maybe="t"),
    case("ALTER TABLE u ADD FOREIGN KEY (t_id) REFERENCES t NOT VALID", BOTH, more=OTHER),
    case(
        "ALTER TABLE u VALIDATE CONSTRAINT x", "u: SHARE UPDATE EXCLUSIVE, t: ROW SHARE", scanned="u", maybe="t",
        more=OTHER + "ALTER TABLE u ADD CONSTRAINT x FOREIGN KEY (t_id) REFERENCES t NOT VALID;",
    ),
    case("ALTER TABLE u ALTER CONSTRAINT u_t DEFERRABLE", "u: ACCESS EXCLUSIVE", more=FOREIGN),
    # its triggers on both tables are dropped, and made anew: ATExecAlterConstrEnforceability(), tablecmds.c
    case(
        "ALTER TABLE u ALTER CONSTRAINT u_t NOT ENFORCED", "u: ACCESS EXCLUSIVE, t: ACCESS EXCLUSIVE",
        since=18, more=FOREIGN,
    ),
    case(
        "ALTER TABLE u ALTER CONSTRAINT u_t ENFORCED", "u: ACCESS EXCLUSIVE, t: SHARE ROW EXCLUSIVE",
        since=18, more=FOREIGN + "ALTER TABLE u ALTER CONSTRAINT u_t NOT ENFORCED;", scanned="u", maybe="t",
    ),
    alter("DROP CONSTRAINT k", more="ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0);"),
    alter("DROP CONSTRAINT t_pkey", "t: ACCESS EXCLUSIVE, t_pkey: ACCESS EXCLUSIVE"),
    # of a foreign key: the triggers on the referenced table are dropped too: RemoveTriggerById(), trigger.c
    case("ALTER TABLE u DROP CONSTRAINT u_t", "u: ACCESS EXCLUSIVE, t: ACCESS EXCLUSIVE", more=FOREIGN),
    # "the index is renamed as well", as ALTER INDEX does it
    alter("RENAME CONSTRAINT t_pkey TO k", "t: ACCESS EXCLUSIVE, t_pkey: SHARE UPDATE EXCLUSIVE"),
]  # fmt: skip

# ---- Names. Manual, ALTER TABLE, "Description": RENAME and SET SCHEMA, ACCESS EXCLUSIVE as "not noted otherwise".
# The schema is left with what is the table's: AlterTableNamespaceInternal().
NAMES = [
    alter("RENAME TO x"),
    alter("RENAME COLUMN a TO x"),
    alter("SET SCHEMA elsewhere"),
    alter("SET SCHEMA public", "t: ACCESS EXCLUSIVE, t_id_seq: ACCESS EXCLUSIVE", more=IDENTITY),
]

# ---- Triggers, rules, policies. Manual, ALTER TABLE: SHARE ROW EXCLUSIVE for ENABLE and DISABLE TRIGGER, not for rules;
# 13.3.1: CREATE TRIGGER takes SHARE ROW EXCLUSIVE. The pages of the others do not name a lock: it is ACCESS EXCLUSIVE in
# RemoveTriggerById(), renametrig(), DefineQueryRewrite(), RemoveRewriteRuleById(), CreatePolicy(), AlterPolicy(),
# RemovePolicyById().
ROW_EXCLUSIVE = "t: SHARE ROW EXCLUSIVE"
EXCLUSIVE = "t: ACCESS EXCLUSIVE"
TRIGGERS = [
    alter("DISABLE TRIGGER g", ROW_EXCLUSIVE, more=TRIGGER),
    alter("DISABLE TRIGGER USER", ROW_EXCLUSIVE, more=TRIGGER),
    alter("DISABLE TRIGGER ALL", ROW_EXCLUSIVE, more=TRIGGER),
    alter("ENABLE TRIGGER g", ROW_EXCLUSIVE, more=TRIGGER),
    alter("ENABLE REPLICA TRIGGER g", ROW_EXCLUSIVE, more=TRIGGER),
    alter("ENABLE ALWAYS TRIGGER g", ROW_EXCLUSIVE, more=TRIGGER),
    alter("DISABLE RULE r", more=RULE),
    alter("ENABLE ALWAYS RULE r", more=RULE),
    case("CREATE TRIGGER h AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", ROW_EXCLUSIVE, more=TRIGGER),
    case("CREATE OR REPLACE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", ROW_EXCLUSIVE, more=TRIGGER),
    case(
        "CREATE CONSTRAINT TRIGGER h AFTER UPDATE ON t FROM u FOR EACH ROW EXECUTE FUNCTION f()",
        "t: SHARE ROW EXCLUSIVE, u: ACCESS SHARE", more=OTHER + TRIGGER,
    ),
    case("ALTER TRIGGER g ON t RENAME TO h", EXCLUSIVE, more=TRIGGER),
    case("DROP TRIGGER g ON t", EXCLUSIVE, more=TRIGGER),
    case("CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END'", more=TRIGGER),
    case("DROP FUNCTION f CASCADE", EXCLUSIVE, more=TRIGGER),
    case("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", EXCLUSIVE),
    case("ALTER RULE r ON t RENAME TO s", EXCLUSIVE, more=RULE),
    case("DROP RULE r ON t", EXCLUSIVE, more=RULE),
    case("CREATE POLICY o ON t USING (a > 0)", EXCLUSIVE),
    case("ALTER POLICY o ON t USING (a > 0)", EXCLUSIVE, more=POLICY),
    case("ALTER POLICY o ON t RENAME TO s", EXCLUSIVE, more=POLICY),
    case("DROP POLICY o ON t", EXCLUSIVE, more=POLICY),
]  # fmt: skip

# ---- Inheritance and typed tables. Manual, ALTER TABLE: ACCESS EXCLUSIVE on the table; of the parent nothing is said:
# SHARE UPDATE EXCLUSIVE to come to it (ATExecAddInherit()), ACCESS SHARE to leave it (ATExecDropInherit()).
# "If ONLY is not specified, the table and all its descendant tables are altered."
FAMILY = "CREATE TABLE child () INHERITS (t);"
FAMILIES = [
    case(
        "ALTER TABLE child INHERIT t", "child: ACCESS EXCLUSIVE, t: SHARE UPDATE EXCLUSIVE",
        more="CREATE TABLE child (LIKE t);",
    ),
    case("ALTER TABLE child NO INHERIT t", "child: ACCESS EXCLUSIVE, t: ACCESS SHARE", more=FAMILY),
    alter("ADD COLUMN x int", "t: ACCESS EXCLUSIVE, child: ACCESS EXCLUSIVE", more=FAMILY),
    alter("ALTER COLUMN a SET NOT NULL", "t: ACCESS EXCLUSIVE, child: ACCESS EXCLUSIVE", more=FAMILY, scanned="t child"),
    case("ALTER TABLE ONLY t ALTER COLUMN a SET DEFAULT 1", EXCLUSIVE, more=FAMILY),
    alter(
        "OF pair", "t: ACCESS EXCLUSIVE, pair: ACCESS SHARE",
        more="CREATE TYPE pair AS (id int, a int, b text, c varchar(10), d numeric(10, 2));",
    ),
    case(
        "ALTER TABLE typed NOT OF", "typed: ACCESS EXCLUSIVE",
        given="CREATE TYPE pair AS (a int); CREATE TABLE typed OF pair;",
    ),
]  # fmt: skip

# ---- Partitions. Manual, ALTER TABLE, "ATTACH PARTITION": SHARE UPDATE EXCLUSIVE on the parent, ACCESS EXCLUSIVE on the
# table and on the default partition; both are scanned, unless a CHECK proves what is asked. "DETACH PARTITION": of the two
# locks of CONCURRENTLY the stronger one is told; without it, ACCESS EXCLUSIVE, the default partition included
# (ATExecDetachPartition()). CREATE TABLE, "PARTITION OF": "requires taking an ACCESS EXCLUSIVE lock on the parent".
ATTACH = "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (10) TO (20)"
PROVEN = "ALTER TABLE q ADD CHECK (a IS NOT NULL AND a >= 10 AND a < 20);"
ATTACHED = "p: SHARE UPDATE EXCLUSIVE, q: ACCESS EXCLUSIVE"
REFERRING = "ALTER TABLE p ADD PRIMARY KEY (a); CREATE TABLE f (a int REFERENCES p);"
ALL_PARTS = "p: ACCESS EXCLUSIVE, p1: ACCESS EXCLUSIVE"
PARTITIONS = [
    case(ATTACH, ATTACHED, given=PARTS, scanned="q"),
    case(ATTACH, ATTACHED, given=PARTS + PROVEN),
    case(ATTACH, f"{ATTACHED}, rest: ACCESS EXCLUSIVE", given=PARTS + DEFAULT, scanned="q rest"),
    case(
        ATTACH, f"{ATTACHED}, rest: ACCESS EXCLUSIVE",
        given=PARTS + PROVEN + DEFAULT + "ALTER TABLE rest ADD CHECK (a IS NOT NULL AND a >= 20);",
    ),
    case(ATTACH, ATTACHED, given=PARTS + PROVEN + "CREATE INDEX p_a ON p (a);", built="q_a_idx", scanned="q"),
    case(ATTACH, ATTACHED, given=PARTS + PROVEN + "CREATE INDEX p_a ON p (a); CREATE INDEX q_a ON q (a);"),
    case("ALTER TABLE p ATTACH PARTITION q DEFAULT", ATTACHED, given=PARTS, scanned="q"),
    case("ALTER TABLE p DETACH PARTITION p1", ALL_PARTS, given=PARTS),
    case("ALTER TABLE p DETACH PARTITION p1", f"{ALL_PARTS}, rest: ACCESS EXCLUSIVE", given=PARTS + DEFAULT),
    case(
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", "p: SHARE UPDATE EXCLUSIVE, p1: ACCESS EXCLUSIVE",
        given=PARTS, outside=True,
    ),
    # FINALIZE has no case: it needs a CONCURRENTLY that was interrupted. "SHARE lock is obtained on any tables that
    # reference this partitioned table in foreign key constraints", and they are read (ATDetachCheckNoForeignKeyRefs()). In
    # fact it becomes ACCESS EXCLUSIVE, when the constraint's part for this partition is dropped: RemoveConstraintById()
    case("ALTER TABLE p DETACH PARTITION p1", f"{ALL_PARTS}, f: ACCESS EXCLUSIVE", given=PARTS + REFERRING, scanned="f"),
    case("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)", "p: ACCESS EXCLUSIVE", given=PARTS),
    case(
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "p: ACCESS EXCLUSIVE, rest: ACCESS EXCLUSIVE", given=PARTS + DEFAULT, scanned="rest",
    ),
    case("ALTER TABLE p ADD COLUMN x int", ALL_PARTS, given=PARTS),
    case("ALTER TABLE p ADD COLUMN x timestamptz DEFAULT clock_timestamp()", ALL_PARTS, given=PARTS, rewritten="p1"),
    case("ALTER TABLE p ADD CHECK (a < 100)", ALL_PARTS, given=PARTS, scanned="p1"),
    case("CREATE INDEX p_a ON p (a)", "p: SHARE, p1: SHARE", given=PARTS, built="p1_a_idx", scanned="p1"),
    case("CREATE INDEX p_a ON ONLY p (a)", "p: SHARE", given=PARTS),
    case("TRUNCATE p", ALL_PARTS, given=PARTS, rewritten="p1"),
    case("DROP TABLE p1", ALL_PARTS, given=PARTS),
    case("DROP TABLE p", ALL_PARTS, given=PARTS),
]  # fmt: skip

# ---- Indexes. Manual, 13.3.1: CREATE INDEX takes SHARE, and reads the table; CONCURRENTLY takes SHARE UPDATE EXCLUSIVE.
# DROP INDEX, "CONCURRENTLY": the normal one "acquires an ACCESS EXCLUSIVE lock on the table", the other does not lock out
# "selects, inserts, updates and deletes". ALTER INDEX: ACCESS EXCLUSIVE; RENAME takes SHARE UPDATE EXCLUSIVE, as do SET
# STATISTICS and fillfactor (ALTER TABLE). REINDEX, "Notes": "locks out writes but not reads of the index's parent table. It
# also takes an ACCESS EXCLUSIVE lock on the specific index that is being processed".
ON_EXPRESSION = "CREATE INDEX t_e ON t ((a + 1));"
TWO = "CREATE INDEX p_a ON ONLY p (a); CREATE INDEX p1_a ON p1 (a);"
INDEXES = [
    case("CREATE INDEX x ON t (b)", "t: SHARE", built="x", scanned="t"),
    case("CREATE UNIQUE INDEX x ON t (a) WHERE a > 0", "t: SHARE", built="x", scanned="t"),
    case("CREATE INDEX x ON t USING hash (b)", "t: SHARE", built="x", scanned="t"),
    case("CREATE INDEX x ON t USING brin (a)", "t: SHARE", built="x", scanned="t"),
    case("CREATE INDEX IF NOT EXISTS t_a ON t (b)", "t: SHARE"),
    case("CREATE INDEX CONCURRENTLY x ON t (b)", SHARE_UPDATE, built="x", outside=True),
    case("CREATE UNIQUE INDEX CONCURRENTLY x ON t (b)", SHARE_UPDATE, built="x", outside=True),
    case("DROP INDEX t_a", "t: ACCESS EXCLUSIVE, t_a: ACCESS EXCLUSIVE"),
    # no lock of its own page: index_drop(), index.c, which waits until nobody can be using the index before the last step
    case("DROP INDEX CONCURRENTLY t_a", "t: SHARE UPDATE EXCLUSIVE, t_a: SHARE UPDATE EXCLUSIVE", outside=True),
    case("ALTER INDEX t_a RENAME TO x", "t_a: SHARE UPDATE EXCLUSIVE"),
    case("ALTER INDEX t_a SET (fillfactor = 70)", "t_a: SHARE UPDATE EXCLUSIVE"),
    case("ALTER INDEX t_a SET TABLESPACE pg_default", "t_a: ACCESS EXCLUSIVE"),
    case("ALTER INDEX t_e ALTER COLUMN 1 SET STATISTICS 100", "t_e: SHARE UPDATE EXCLUSIVE", more=ON_EXPRESSION),
    # ACCESS EXCLUSIVE on the indexes is not noted otherwise; ACCESS SHARE on the tables: ATExecAttachPartitionIdx()
    case(
        "ALTER INDEX p_a ATTACH PARTITION p1_a", "p: ACCESS SHARE, p1: ACCESS SHARE, p1_a: ACCESS EXCLUSIVE",
        given=PARTS + TWO,
    ),
    case("REINDEX INDEX t_a", "t: SHARE, t_a: ACCESS EXCLUSIVE", built="t_a", scanned="t"),
    case("REINDEX TABLE t", "t: SHARE, t_a: ACCESS EXCLUSIVE, t_pkey: ACCESS EXCLUSIVE", built=ALL, scanned="t"),
    case("REINDEX INDEX CONCURRENTLY t_a", "t: SHARE UPDATE EXCLUSIVE, t_a: SHARE UPDATE EXCLUSIVE", built="t_a", outside=True),
    case("REINDEX TABLE CONCURRENTLY t", SHARE_UPDATE, built=ALL, outside=True),
]  # fmt: skip

# ---- Upkeep. Manual, 13.3.1: CLUSTER, VACUUM FULL, TRUNCATE and REFRESH MATERIALIZED VIEW take ACCESS EXCLUSIVE, VACUUM and
# ANALYZE SHARE UPDATE EXCLUSIVE, REFRESH CONCURRENTLY EXCLUSIVE. Their pages: CLUSTER and VACUUM FULL rewrite the table with
# its indexes; ANALYZE reads a sample. TRUNCATE gives a new, empty file (told as rewritten: which it is not) and
# takes the tables that refer to it, with CASCADE. LOCK takes what it says.
UPKEEP = [
    case("CLUSTER t USING t_a", EXCLUSIVE, rewritten="t", built=ALL),
    case("VACUUM t", SHARE_UPDATE, outside=True),
    case("VACUUM (FULL) t", EXCLUSIVE, rewritten="t", built=ALL, outside=True),
    case("ANALYZE t", SHARE_UPDATE),
    case("TRUNCATE t", EXCLUSIVE, rewritten="t", built=ALL),
    case(
        "TRUNCATE t CASCADE", "t: ACCESS EXCLUSIVE, u: ACCESS EXCLUSIVE", more=FOREIGN,
        rewritten="t u", built=f"{ALL} u_pkey",
    ),
    case(
        "TRUNCATE t RESTART IDENTITY", "t: ACCESS EXCLUSIVE, t_id_seq: ACCESS EXCLUSIVE", more=IDENTITY,
        rewritten="t", built=ALL,
    ),
    case(
        "REFRESH MATERIALIZED VIEW m", "m: ACCESS EXCLUSIVE, t: ACCESS SHARE", more=MATERIALIZED,
        rewritten="m", built="m_id", scanned="t", written="m",
    ),
    case(
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m", "m: EXCLUSIVE, t: ACCESS SHARE", more=MATERIALIZED,
        scanned="t", maybe="m",
    ),
    case("REFRESH MATERIALIZED VIEW m WITH NO DATA", "m: ACCESS EXCLUSIVE", more=MATERIALIZED, rewritten="m", built="m_id"),
    *(
        case(f"LOCK TABLE t IN {mode} MODE", f"t: {mode}")
        for mode in (
            "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE", "ACCESS EXCLUSIVE",
        )
    ),
    case("LOCK TABLE t", EXCLUSIVE),
]  # fmt: skip

# ---- Other objects beside tables. Manual, 13.3.1: COMMENT ON and CREATE STATISTICS take SHARE UPDATE EXCLUSIVE, DROP TABLE
# ACCESS EXCLUSIVE, what only reads ACCESS SHARE. The other pages do not name a lock: ALTER VIEW is an ALTER TABLE; a foreign
# key of a new table, SHARE ROW EXCLUSIVE as in ALTER TABLE; CREATE PUBLICATION, OpenTableList(); INHERITS, MergeAttributes().
# GRANT locks nothing, and from 18 on takes ACCESS SHARE (objectNamesToOids()); what does not concern a table, nothing.
OBJECTS = [
    case("COMMENT ON TABLE t IS 'x'", SHARE_UPDATE),
    case("COMMENT ON COLUMN t.a IS 'x'", SHARE_UPDATE),
    case("COMMENT ON INDEX t_a IS 'x'", "t_a: SHARE UPDATE EXCLUSIVE"),
    case("GRANT SELECT ON t TO somebody_else", until=17),
    case("GRANT SELECT ON t TO somebody_else", "t: ACCESS SHARE", since=18),
    case("REVOKE ALL ON t FROM PUBLIC", "t: ACCESS SHARE", since=18),
    case("CREATE STATISTICS x ON a, b FROM t", SHARE_UPDATE),
    case("DROP STATISTICS x", SHARE_UPDATE, more="CREATE STATISTICS x ON a, b FROM t;"),
    case("CREATE PUBLICATION x_{schema} FOR TABLE t", SHARE_UPDATE),
    case("CREATE TABLE x (id int PRIMARY KEY)"),
    case("CREATE TABLE x (LIKE t INCLUDING ALL)", "t: ACCESS SHARE"),
    case("CREATE TABLE x AS SELECT * FROM t", "t: ACCESS SHARE", scanned="t"),
    case("CREATE TABLE x (t_id int REFERENCES t)", ROW_EXCLUSIVE),
    case("CREATE TABLE x () INHERITS (t)", SHARE_UPDATE),
    case("DROP TABLE t", EXCLUSIVE),
    case("DROP TABLE u", "u: ACCESS EXCLUSIVE, t: ACCESS EXCLUSIVE", more=FOREIGN),
    case("DROP TABLE t CASCADE", "t: ACCESS EXCLUSIVE, u: ACCESS EXCLUSIVE, v: ACCESS EXCLUSIVE", more=FOREIGN + VIEW),
    case("CREATE VIEW x AS SELECT a FROM t", "t: ACCESS SHARE"),
    case("CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t", "v: ACCESS EXCLUSIVE, t: ACCESS SHARE", more=VIEW),
    case("ALTER VIEW v RENAME TO x", "v: ACCESS EXCLUSIVE", more=VIEW),
    case("ALTER VIEW v SET (security_barrier)", "v: ACCESS EXCLUSIVE", more=VIEW),
    case("ALTER VIEW v ALTER COLUMN a SET DEFAULT 1", "v: ACCESS EXCLUSIVE", more=VIEW),
    case("DROP VIEW v", "v: ACCESS EXCLUSIVE", more=VIEW),
    case("CREATE MATERIALIZED VIEW x AS SELECT a FROM t", "t: ACCESS SHARE", scanned="t"),
    case("ALTER MATERIALIZED VIEW m RENAME TO x", "m: ACCESS EXCLUSIVE", more=MATERIALIZED),
    case("ALTER MATERIALIZED VIEW m SET (fillfactor = 70)", "m: SHARE UPDATE EXCLUSIVE", more=MATERIALIZED),
    case("DROP MATERIALIZED VIEW m", "m: ACCESS EXCLUSIVE", more=MATERIALIZED),
    case(
        "ALTER FOREIGN TABLE far ADD COLUMN x int",
        "far: ACCESS EXCLUSIVE",
        given="CREATE FOREIGN TABLE far (a int) SERVER far;",
    ),
    case(
        "ALTER FOREIGN TABLE far OPTIONS (ADD x '1')",
        "far: ACCESS EXCLUSIVE",
        given="CREATE FOREIGN TABLE far (a int) SERVER far;",
    ),
    case("CREATE SEQUENCE x"),
    # manual, ALTER SEQUENCE, "Notes": it "blocks concurrent nextval, currval, lastval, and setval calls": AlterSequence();
    # the table that it is to belong to is only looked at: process_owned_by()
    case("ALTER SEQUENCE s INCREMENT BY 2", "s: SHARE ROW EXCLUSIVE", more="CREATE SEQUENCE s;"),
    case("ALTER SEQUENCE s OWNED BY t.id", "s: SHARE ROW EXCLUSIVE, t: ACCESS SHARE", more="CREATE SEQUENCE s;"),
    case("SELECT nextval('s')", "s: ROW EXCLUSIVE", more="CREATE SEQUENCE s;"),
    case("DROP SEQUENCE s", "s: ACCESS EXCLUSIVE", more="CREATE SEQUENCE s;"),
    case("CREATE SCHEMA x_{schema}"),
]

# ---- Types. Manual, ALTER TYPE, "CASCADE": typed tables follow; an enum's values are of no table. ALTER DOMAIN: ADD and
# SET NOT NULL check "each table column that uses the domain", under SHARE so that none is written meanwhile
# (validateDomainCheckConstraint(), get_rels_with_domain()); NOT VALID does not.
USED = DOMAIN + "ALTER TABLE t ADD COLUMN x number; UPDATE t SET x = 1;"
UNCHECKED = USED + "ALTER DOMAIN number ADD CONSTRAINT k CHECK (value > 0) NOT VALID;"
KINDS = [
    case("ALTER TYPE mood ADD VALUE 'c'", given="CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE e (m mood);"),
    case("ALTER TYPE mood RENAME VALUE 'a' TO 'c'", given="CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE e (m mood);"),
    case(
        "ALTER TYPE pair ADD ATTRIBUTE b int CASCADE", "typed: ACCESS EXCLUSIVE, pair: ACCESS EXCLUSIVE",
        given="CREATE TYPE pair AS (a int); CREATE TABLE typed OF pair;",
    ),
    case("ALTER DOMAIN number ADD CHECK (value > 0)", "t: SHARE", more=USED, scanned="t"),
    case("ALTER DOMAIN number ADD CHECK (value > 0) NOT VALID", more=USED),
    case("ALTER DOMAIN number VALIDATE CONSTRAINT k", "t: SHARE", more=UNCHECKED, scanned="t"),
    case("ALTER DOMAIN number SET NOT NULL", "t: SHARE", more=USED, scanned="t"),
    case("ALTER DOMAIN number DROP NOT NULL", more=USED),
    case("ALTER DOMAIN number SET DEFAULT 1", more=USED),
]  # fmt: skip

# ---- Rows. Manual, 13.3.1: ROW EXCLUSIVE on the target of INSERT, UPDATE, DELETE, MERGE and COPY FROM, ACCESS SHARE on what
# they read, ROW SHARE for SELECT FOR ...; a foreign key asks FOR KEY SHARE of the referenced table: ri_triggers.c.
ROWS = [
    case("INSERT INTO t (id) VALUES (2)", "t: ROW EXCLUSIVE", written="t"),
    case("INSERT INTO t (id) SELECT id + 1 FROM u", "t: ROW EXCLUSIVE, u: ACCESS SHARE", more=OTHER, written="t", scanned="u"),
    case("INSERT INTO u VALUES (2, 1)", "u: ROW EXCLUSIVE, t: ROW SHARE", more=FOREIGN, written="u", maybe="t"),
    case("UPDATE t SET b = 'x'", "t: ROW EXCLUSIVE", written="t", scanned="t"),
    case("DELETE FROM t", "t: ROW EXCLUSIVE", written="t", scanned="t"),
    case("DELETE FROM t WHERE id = 1", "t: ROW EXCLUSIVE", written="t", maybe="t"),
    case(
        "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = 9", "t: ROW EXCLUSIVE, u: ACCESS SHARE",
        since=15, more=OTHER, written="t", maybe="t u",
    ),
    case("COPY t (id) FROM STDIN;\n2\n3\n\\.\n", "t: ROW EXCLUSIVE", written="t"),
    case("SELECT count(*) FROM t", "t: ACCESS SHARE", scanned="t"),
    case("SELECT * FROM t FOR UPDATE", "t: ROW SHARE", scanned="t"),
    case("SELECT * FROM v", "v: ACCESS SHARE, t: ACCESS SHARE", more=VIEW, scanned="t"),
    case("WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone", "t: ROW EXCLUSIVE", written="t", scanned="t"),
]  # fmt: skip

# ---- PL/pgSQL does what its statements do. Manual, 13.3.1: "The same holds for locks acquired within a PL/pgSQL exception
# block: an error escape from the block releases locks acquired within it" - they were there for a moment all the same.
BLOCKS = [
    case("DO $$ BEGIN ALTER TABLE t ADD COLUMN x int; END $$", EXCLUSIVE),
    case("DO $$ BEGIN EXECUTE 'CREATE INDEX x ON ' || 't (b)'; END $$", "t: SHARE", built="x", scanned="t"),
    case("DO $$ BEGIN PERFORM * FROM t; UPDATE u SET t_id = 1; END $$", "t: ACCESS SHARE, u: ROW EXCLUSIVE", more=OTHER, scanned="t u", written="u"),
    case("DO $$ BEGIN LOCK t; RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$"),
    case("DO $$ BEGIN LOCK u; BEGIN LOCK t; PERFORM 1 / 0; EXCEPTION WHEN OTHERS THEN NULL; END; END $$", "u: ACCESS EXCLUSIVE", more=OTHER),
    case("SELECT 1"),
    case("SET LOCAL lock_timeout = '1s'"),
    case("CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT a FROM t'", "t: ACCESS SHARE"),
]  # fmt: skip

GROUPS: Mapping[str, list[Case]] = {
    "columns": COLUMNS, "types": TYPES, "values": VALUES, "settings": SETTINGS, "storage": STORAGE,
    "constraints": CONSTRAINTS, "names": NAMES, "triggers": TRIGGERS, "families": FAMILIES, "partitions": PARTITIONS,
    "indexes": INDEXES, "upkeep": UPKEEP, "objects": OBJECTS, "kinds": KINDS, "rows": ROWS, "blocks": BLOCKS,
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    stages: Stages
    folder: Path


@pytest.fixture(scope="module")
def stage_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int, str], Stage]]:
    """Two shadows on a server of a version, with a schema for each case of a group; those of one group at a time."""
    servers: dict[int, Server] = {}
    opened: dict[tuple[int, str], Stage] = {}
    with ExitStack() as stack:

        def stage(version: int, group: str) -> Stage:
            if (version, group) not in opened:
                stack.close()
                opened.clear()
                if version not in servers:
                    servers[version] = Server(version).start()
                opened[version, group] = stack.enter_context(
                    _stage(
                        servers[version].url("postgres"),
                        tmp_path_factory.mktemp("statements"),
                        _numbered(version, group),
                    )
                )
            return opened[version, group]

        yield stage
    for server in servers.values():
        server.remove()


@contextmanager
def _stage(url: str, folder: Path, cases: list[tuple[int, Case]]) -> Generator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        (folder / "dbtool.toml").write_text(f'[environments.development]\nshadow = "{url}"\n')
        made = (f"CREATE SCHEMA s{number};\nSET search_path = s{number};\n{one.given}" for number, one in cases)
        (folder / "migrations").mkdir()
        (folder / "migrations" / "0001.sql").write_text("\n".join([EVERYWHERE, *made]))
        project = load_project(folder)
        with stages(project, load_target(project), read_migrations(project.migrations), like=None, say=None) as opened:
            yield Stage(opened, folder)


def _numbered(version: int, group: str) -> list[tuple[int, Case]]:
    return [(number, one) for number, one in enumerate(GROUPS[group]) if one.since <= version <= one.until]


def _parameters() -> Iterator[object]:
    """Yield each case on each version that has it; the versions between the oldest and the newest are slow."""
    versions = list(binaries())
    for version, group in itertools.product(versions, GROUPS):
        marks = [pytest.mark.slow] if version not in (versions[0], versions[-1]) else []
        for number, one in _numbered(version, group):
            name = f"pg{version}-{group}-{number}-{one.sql.splitlines()[0][:70]}"
            yield pytest.param(version, group, number, id=name, marks=marks)


@pytest.mark.parametrize(("version", "group", "number"), list(_parameters()))
def test_it_does_what_the_manual_says(
    stage_of: Callable[[int, str], Stage], version: int, group: str, number: int
) -> None:
    stage, expected, schema = stage_of(version, group), GROUPS[group][number], f"s{number}"
    seen = _rehearse(stage, expected, number)
    kinds = {str(relation): relation.kind for relation in stage.stages.known.values()}
    named = dict(pair.split(": ") for pair in expected.locks.split(", ") if pair)

    def short(name: str) -> str:
        return name.removeprefix(f"{schema}.")

    assert bool(seen.outside) == expected.outside
    locks = {short(name): str(lock) for name, lock in seen.seen.locks.items()}
    told = {name: lock for name, lock in locks.items() if name in named or kinds[f"{schema}.{name}"] not in ("i", "I")}
    rewritten = {short(name) for name in seen.seen.rewritten}
    maybe = {*rewritten, *expected.maybe.split()}
    assert {
        "locks": told,
        "rewritten": rewritten,
        "built": {short(name) for name in seen.seen.built},
        "scanned": {short(name) for name in seen.seen.scanned} - maybe,
        "written": {short(name) for name in seen.seen.written},
    } == {
        "locks": named,
        "rewritten": set(expected.rewritten.split()),
        "built": set(expected.built.split()),
        "scanned": set() if expected.outside else set(expected.scanned.split()),
        "written": set(expected.written.split()),
    }


def _rehearse(stage: Stage, expected: Case, number: int) -> Rehearsed:
    """Return what was seen of a case, run as the only statement of a pending migration."""
    schema = f"s{number}"
    stage.stages.align()
    for made in (stage.stages.one, stage.stages.other):  # a setting of the database: nothing is written before the name
        stage.stages.server.admin.execute(f"ALTER DATABASE {made.name} SET search_path = {schema}")  # type: ignore[arg-type]
    migration = Migration(id=f"case_{number}", folder=stage.folder)
    migration.path.write_text(expected.sql.replace("{schema}", schema))
    found = stage.stages.whole(stage.stages.rehearse(migration))
    assert found.failure is None, found.failure
    (seen,) = found.statements
    return seen
