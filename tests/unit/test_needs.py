"""What pending statements need of the role that runs them, and the GRANT that is told for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dbtool.doctor.facts import Answer, Server
from dbtool.doctor.need import Need, Scope, read_path
from dbtool.doctor.needs import find_needs, needs_of, words
from dbtool.doctor.privileges import check_privileges
from dbtool.script import Script, read_script


def scope(*path: str) -> Scope:
    return Scope(path=path or ("public",), schemas=frozenset(path or ("public",)), user="deploy")


def needs(sql: str, within: Scope | None = None) -> list[str]:
    """Each need as "RIGHT kind schema.name"."""
    found = needs_of(sql.encode(), within or scope())
    return [
        " ".join(filter(None, [need.right, need.kind, ".".join([*need.schemas[:1], need.name])])).rstrip(" .")
        for need in found
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create table t (a int)", ["CREATE schema public.public"]),
        ("create table app.t (a int)", ["CREATE schema public.app"]),
        ("create temp table t (a int)", []),
        ("create table t (a int references app.u)", ["CREATE schema public.public", "REFERENCES relation app.u"]),
        ("create table p1 partition of p default", ["CREATE schema public.public", "OWN relation public.p"]),
        ("create table t as select 1", ["CREATE schema public.public"]),
        ("create view v as select 1", ["CREATE schema public.public"]),
        ("create or replace view v as select 1", ["OWN relation public.v", "CREATE schema public.public"]),
        ("create schema app", ["CREATE database"]),
        ("create schema if not exists app", ["CREATE database"]),
        ("create index on app.t (a)", ["OWN relation app.t", "CREATE schema of app.t"]),
        ("alter table t add column a int", ["OWN relation public.t"]),
        ("alter table t owner to boss", ["OWN relation public.t", "MEMBER role boss"]),
        ("alter table t owner to deploy", ["OWN relation public.t"]),
        ("alter table t add foreign key (a) references u", ["OWN relation public.t", "REFERENCES relation public.u"]),
        ("alter table t attach partition u default", ["OWN relation public.t", "OWN relation public.u"]),
        ("alter table t rename to u", ["OWN relation public.t", "CREATE schema of public.t"]),
        ("alter table t rename column a to b", ["OWN relation public.t"]),
        ("alter table t set schema app", ["OWN relation public.t", "CREATE schema public.app"]),
        ("alter sequence s restart", ["OWN relation public.s"]),
        ("alter type e add value 'x'", ["OWN type public.e"]),
        ("alter domain d drop not null", ["OWN type public.d"]),
        ("alter function f(int) immutable", ["OWN function public.f"]),
        ("drop table app.t, u", ["DROP relation app.t", "DROP relation public.u"]),
        ("drop index i", ["DROP relation public.i"]),
        ("drop type t", ["DROP type public.t"]),
        ("drop function f(int), g", ["DROP function public.f", "DROP function public.g"]),
        ("drop policy p on app.t", ["OWN relation app.t"]),
        ("drop trigger p on t", ["OWN relation public.t"]),
        ("drop schema app cascade", ["OWN schema public.app"]),
        ("comment on table t is 'x'", ["OWN relation public.t"]),
        ("comment on column app.t.c is 'x'", ["OWN relation app.t"]),
        ("comment on constraint c on t is 'x'", ["OWN relation public.t"]),
        ("comment on function f(int) is 'x'", ["OWN function public.f"]),
        ("comment on type t is 'x'", ["OWN type public.t"]),
        ("create trigger g after insert on t for each row execute function f()", ["TRIGGER relation public.t"]),
        ("create policy p on t", ["OWN relation public.t"]),
        ("alter policy p on t using (true)", ["OWN relation public.t"]),
        ("create rule r as on insert to t do nothing", ["OWN relation public.t"]),
        ("create statistics s on a, b from t", ["OWN relation public.t"]),
        ("refresh materialized view m", ["MAINTAIN relation public.m"]),
        ("insert into t values (1)", ["INSERT relation public.t"]),
        ("update app.t set a = 1", ["UPDATE relation app.t"]),
        ("delete from t", ["DELETE relation public.t"]),
        ("truncate a, b", ["TRUNCATE relation public.a", "TRUNCATE relation public.b"]),
        ("copy t from stdin", ["INSERT relation public.t"]),
        ("create type e as enum ('a')", ["CREATE schema public.public"]),
        ("create type app.c as (a int)", ["CREATE schema public.app"]),
        ("create domain app.d as int", ["CREATE schema public.app"]),
        ("create aggregate app.a (int) (sfunc = f, stype = int)", ["CREATE schema public.app"]),
        (
            "create or replace function app.f() returns int language sql return 1",
            ["OWN function app.f", "CREATE schema public.app", "USAGE language public.sql"],
        ),
        ("create extension if not exists postgis", ["CREATE extension public.postgis"]),
        ("alter extension postgis update", ["OWN extension public.postgis"]),
        ("create publication p for table t", ["CREATE database", "OWN relation public.t"]),
        ("create publication p for all tables", ["CREATE database", "SUPERUSER cluster"]),
        ("alter publication p add table t", ["OWN publication public.p", "OWN relation public.t"]),
        (
            "create subscription s connection 'x' publication p",
            ["MEMBER role pg_create_subscription", "CREATE database"],
        ),
        ("create event trigger e on ddl_command_end execute function f()", ["SUPERUSER cluster"]),
        ("alter system set work_mem = '1MB'", ["SUPERUSER cluster"]),
        ("create tablespace x location '/x'", ["SUPERUSER cluster"]),
        ("create role r login", ["CREATEROLE cluster"]),
        ("create role r superuser", ["SUPERUSER cluster"]),
        ("create role r nosuperuser", ["CREATEROLE cluster"]),
        ("alter role deploy set search_path = app", []),
        ("alter role other set search_path = app", ["CREATEROLE cluster"]),
        ("create database d", ["CREATEDB cluster"]),
        ("alter database d set work_mem = '1MB'", ["OWN database public.d"]),
        ("grant select on t to app", ["GRANT relation public.t"]),
        ("create server s foreign data wrapper w", ["USAGE foreign data wrapper public.w"]),
        ("do $$ begin drop table t; end $$", []),
        ("select f()", []),
        ("select set_config('a.b', 'c', false)", []),
    ],
)
def test_each_kind_of_statement(sql, expected):
    assert needs(sql) == expected


def test_what_an_earlier_statement_makes_needs_nothing():
    within = scope()
    assert needs("create schema app", within) == ["CREATE database"]
    assert needs("create table app.t (a int)", within) == []
    assert needs("create index on app.t (a)", within) == []
    assert needs("alter table app.t add b int", within) == []
    assert needs("create table t (a int)", within) == ["CREATE schema public.public"]
    assert needs("drop table t", within) == []
    assert needs("alter table public.t add b int", within) == []
    assert needs("alter table other.t add b int", within) == ["OWN relation other.t"]


def test_if_not_exists_may_meet_what_is_somebody_elses():
    within = scope()
    needs("create schema if not exists app", within)
    assert needs("create table if not exists app.t (a int)", within) == ["CREATE schema public.app"]
    assert needs("alter table app.t add b int", within) == ["OWN relation app.t"]


def test_a_temporary_table_hides_one_of_its_name():
    within = scope()
    needs("create temp table t (a int)", within)
    assert needs("insert into t values (1)", within) == []


def test_search_path_is_followed():
    within = Scope(path=("deploy", "public"), schemas=frozenset({"public"}), user="deploy")
    assert needs("create table t (a int)", within) == ["CREATE schema deploy.public"]
    needs("set local search_path to app, public", within)
    assert needs("create table u (a int)", within) == ["CREATE schema app.app"]
    assert needs("alter table t add b int", within) == []
    assert needs("alter table x add b int", within) == ["OWN relation app.x"]


def test_set_role_changes_who_must_have_the_rights():
    within = scope()
    (member,) = needs_of(b"set role owner", within)
    (own,) = needs_of(b"alter table t add a int", within)
    assert (member.right, member.name, own.role) == ("MEMBER", "owner", "owner")
    assert list(needs_of(b"reset role", within)) == []
    (own,) = needs_of(b"alter table t add a int", within)
    assert own.role == ""


def test_places_and_settings_of_files(tmp_path):
    first = script(tmp_path / "1.sql", "-- one\nset role boss;\n\n  alter table t add a int;\n")
    second = script(tmp_path / "2.sql", "alter table t add b int;\n")
    found = find_needs([("1", first), ("2", second)], scope())
    assert [(n.right, n.role, str(n.place).removeprefix(f"{tmp_path}/"), n.migration) for n in found] == [
        ("MEMBER", "", "1.sql:2:1", "1"),
        ("OWN", "boss", "1.sql:4:3", "1"),
        ("OWN", "", "2.sql:1:1", "2"),
    ]


def script(path: Path, text: str) -> Script:
    path.write_text(text)
    return read_script(path)


def test_words_never_show_a_literal():
    assert (
        words(b"create subscription s connection 'password=geheim' publication p") == "create subscription s connection"
    )
    assert words(b"alter role r password $$geheim$$") == "alter role r password"
    assert words(b"create user mapping for r server s options (password 'geheim')").endswith("options")


def test_search_path_setting():
    assert read_path('"$user", public', "deploy") == ("deploy", "public")
    assert read_path("", "deploy") == ()


# ---- what is told


def told(need: Need, answer: Answer, *, version: int = 180_000, provider: str = "") -> str:
    server = Server(
        role="deploy", role_quoted="deploy", database="shop", version=version, version_text="", in_recovery=False,
        read_only=False, clock=None, search_path="public", schemas=["public"], superuser=False,  # type: ignore[arg-type]
        sees_all_sessions=True, provider=provider,
    )  # fmt: skip
    (finding,) = check_privileges([need], [answer], server, 1).findings
    return f"{finding.severity}: {finding.message} | {finding.help}"


def answer(object: str, *, owner: str = "boss", superuser: bool = False, found: bool = True) -> Answer:
    return Answer(
        role='"Deploy"', found=found, object=object, owned_as=f"TABLE {object}", owner=owner, owner_superuser=superuser,
        held=False if found else None, closed="",
    )  # fmt: skip


def test_the_grant_is_exact():
    schema = Need(right="CREATE", kind="schema", name="app", what="create table app.t")
    assert told(schema, answer("app")) == (
        'error: create table app.t needs CREATE on schema app, which "Deploy" lacks '
        '| GRANT USAGE, CREATE ON SCHEMA app TO "Deploy";  -- as boss'
    )
    own = Need(right="OWN", kind="relation", name="t", what="alter table t")
    assert 'GRANT boss TO "Deploy";' in told(own, answer("t"))
    assert 'ALTER TABLE t OWNER TO "Deploy";  -- as postgres' in told(
        own, answer("t", owner="postgres", superuser=True)
    )
    database = Need(right="CREATE", kind="database", what="create schema app")
    assert 'GRANT CREATE ON DATABASE shop TO "Deploy";' in told(database, answer("shop"))
    assert 'GRANT TRIGGER ON t TO "Deploy";' in told(Need(right="TRIGGER", kind="relation", name="t"), answer("t"))
    assert 'ALTER ROLE "Deploy" CREATEROLE;' in told(Need(right="CREATEROLE", kind="cluster"), answer(""))


def test_a_schema_that_may_not_be_used():
    need = Need(right="INSERT", kind="relation", name="t", what="insert into app.t")
    closed = replace(answer("app.t"), held=True, closed="app")
    assert 'needs USAGE on schema app, which "Deploy" lacks | GRANT USAGE ON SCHEMA app TO "Deploy";' in told(
        need, closed
    )


def test_subscriptions_before_16_take_a_superuser():
    need = Need(right="MEMBER", kind="role", name="pg_create_subscription", what="create subscription s")
    assert "takes a superuser" in told(need, answer("", found=False), version=150_000)
    assert 'GRANT pg_create_subscription TO "Deploy";' in told(need, answer("pg_create_subscription"))


def test_a_managed_server_may_allow_what_a_superuser_may():
    need = Need(right="SUPERUSER", kind="cluster", what="create event trigger e")
    assert told(need, answer(""), provider="rds_superuser").startswith("warning: ")
    assert "may allow it" in told(need, answer(""), provider="rds_superuser")


def test_one_finding_for_a_right_that_many_statements_need():
    many = [Need(right="OWN", kind="relation", name="t", what=f"alter table t {n}") for n in range(9)]
    server = Server(
        role="deploy", role_quoted="deploy", database="shop", version=180_000, version_text="", in_recovery=False,
        read_only=False, clock=None, search_path="public", schemas=["public"], superuser=False,  # type: ignore[arg-type]
        sees_all_sessions=True, provider="",
    )  # fmt: skip
    assert len(check_privileges(many, [answer("t")] * 9, server, 9).findings) == 1
