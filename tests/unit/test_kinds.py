"""What the runner is told of a statement: whether it may run in a transaction, and how strong its locks are."""

import pytest

from dbtool.kinds import Kind, kind_of

OUTSIDE = {
    "create index concurrently i on t (a)": "CREATE INDEX CONCURRENTLY",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)": "CREATE INDEX CONCURRENTLY",
    "create index /* x */ concurrently on t (a)": "CREATE INDEX CONCURRENTLY",
    "drop index concurrently i": "DROP INDEX CONCURRENTLY",
    "drop index concurrently if exists i": "DROP INDEX CONCURRENTLY",
    "reindex index concurrently i": "REINDEX CONCURRENTLY",
    "reindex (concurrently, verbose) table t": "REINDEX CONCURRENTLY",
    "reindex schema s": "REINDEX SCHEMA",
    "reindex database d": "REINDEX DATABASE",
    "reindex system d": "REINDEX SYSTEM",
    "vacuum": "VACUUM",
    "vacuum (analyze) t": "VACUUM",
    "vacuum full t": "VACUUM",
    "cluster": "CLUSTER of all tables",
    "alter table t detach partition p concurrently": "DETACH PARTITION CONCURRENTLY",
    "create database d": "CREATE DATABASE",
    "drop database if exists d": "DROP DATABASE",
    "alter database d set tablespace x": "ALTER DATABASE SET TABLESPACE",
    "create tablespace x location '/x'": "CREATE TABLESPACE",
    "drop tablespace x": "DROP TABLESPACE",
    "alter system set work_mem = '1MB'": "ALTER SYSTEM",
    "create subscription s connection 'host=x' publication p": "CREATE SUBSCRIPTION that makes its slot",
    "create subscription s connection 'host=x' publication p with (enabled = false)": "CREATE SUBSCRIPTION that makes its slot",
    "drop subscription s": "DROP SUBSCRIPTION",
    "alter subscription s refresh publication": "ALTER SUBSCRIPTION that refreshes",
    "alter subscription s set publication p": "ALTER SUBSCRIPTION that refreshes",
    "alter subscription s add publication p": "ALTER SUBSCRIPTION that refreshes",
    "alter subscription s drop publication p with (refresh = true)": "ALTER SUBSCRIPTION that refreshes",
    "discard all": "DISCARD ALL",
}  # fmt: skip
INSIDE = (
    "create index i on t (a)",
    "drop index i",
    "drop table t cascade",
    "reindex table t",
    "reindex index i",
    "reindex (concurrently false) table t",
    "cluster t using i",
    "analyze t",
    "alter table t detach partition p",
    "alter table t detach partition p finalize",
    "alter table t attach partition p for values in (1)",
    "alter database d set work_mem = '1MB'",
    "alter database d rename to e",
    "create subscription s connection 'host=x' publication p with (connect = false)",
    "create subscription s connection 'host=x' publication p with (create_slot = off, enabled = false)",
    "alter subscription s set publication p with (refresh = false)",
    "alter subscription s disable",
    "alter subscription s enable",
    "discard temp",
    "alter type mood add value 'x'",
    'create table "concurrently" (a int)',
    "insert into t values ('vacuum; create index concurrently')",
    "comment on table t is 'commit'",
    'alter table t add column "begin" int',
    "create function f() returns void language plpgsql as 'begin commit; end'",
    "refresh materialized view concurrently m",
    "savepoint s",
    "lock table t",
    "truncate t",
)


@pytest.mark.parametrize(("sql", "name"), OUTSIDE.items())
def test_what_refuses_a_transaction_block_is_named(sql: str, name: str) -> None:
    assert kind_of(sql.encode()).outside == name


@pytest.mark.parametrize("sql", INSIDE)
def test_what_may_run_in_a_transaction_does(sql: str) -> None:
    kind = kind_of(sql.encode())
    assert (kind.outside, kind.transaction_control) == ("", "")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("begin", "BEGIN"),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN"),
        ("start transaction read only", "START TRANSACTION"),
        ("commit", "COMMIT"),
        ("commit work and no chain", "COMMIT"),
        ("end transaction", "COMMIT"),
        ("rollback", "ROLLBACK"),
        ("abort", "ROLLBACK"),
        ("prepare transaction 'x'", "PREPARE TRANSACTION"),
        ("commit prepared 'x'", "COMMIT PREPARED"),
        ("rollback prepared 'x'", "ROLLBACK PREPARED"),
        ("savepoint s", ""),
        ("rollback to savepoint s", ""),
        ("release s", ""),
        ("set transaction isolation level serializable", ""),
    ],
)
def test_what_would_end_or_begin_the_transaction_is_named(sql: str, name: str) -> None:
    assert kind_of(sql.encode()).transaction_control == name


WEAK = (
    "insert into t values (1)",
    "update t set a = 1",
    "delete from t",
    "copy t from '/x'",
    "comment on table t is 'x'",
    "analyze t",
    "alter table t validate constraint c",
    "create index concurrently i on t (a)",
    "vacuum t",
    "reindex table concurrently t",
)
STRONG = (
    "alter table t add column a int",
    "alter table t validate constraint c, add column a int",
    "create index i on t (a)",
    "create table t (a int references u)",
    "drop table t",
    "truncate t",
    "vacuum full t",
    "lock table t",
    "cluster t",
    "refresh materialized view m",
    "create trigger x before insert on t execute function f()",
    "alter table t detach partition p",
)


@pytest.mark.parametrize("sql", WEAK)
def test_a_statement_that_freezes_nobody_may_wait_long(sql: str) -> None:
    assert kind_of(sql.encode()).weak


@pytest.mark.parametrize("sql", STRONG)
def test_a_statement_that_others_queue_behind_may_not(sql: str) -> None:
    assert not kind_of(sql.encode()).weak


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("copy t from stdin", Kind(copy_from_stdin=True, weak=True)),
        ("copy t (a, b) from stdin with (format csv)", Kind(copy_from_stdin=True, weak=True)),
        ("copy t to stdout", Kind(copy_to_stdout=True, weak=True)),
        ("copy (select 1) to stdout", Kind(copy_to_stdout=True, weak=True)),
        ("copy t from program 'x'", Kind(weak=True)),
        ("call p()", Kind(ends_transactions=True)),
        ("do $$ begin commit; end $$", Kind(ends_transactions=True)),
    ],
)
def test_copy_and_what_may_commit_by_itself(sql: str, kind: Kind) -> None:
    assert kind_of(sql.encode()) == kind
