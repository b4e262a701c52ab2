"""dbtool.toml, .env files and variables: who wins, and every mistake told at once with its key and line."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dbtool.config import load_project
from dbtool.errors import BadFile, UsageError
from dbtool.target import Target, direct_target, load_target, shadow_target
from dbtool.toml import parse_duration

SOURCES = ("flag", "process", ".env.staging.local", ".env.staging", ".env", "dbtool.toml")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("PG", "DBTOOL_", "DATABASE_URL", "DB_POOL")) or name in ("NODE_ENV", "APP_ENV", "ENV"):
            monkeypatch.delenv(name)


def lay_out(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / {"toml": "dbtool.toml"}.get(name, name)).write_text(text)
    return root


def target(root: Path, env: str | None = None, url: str | None = None) -> Target:
    return load_target(load_project(root), env, url=url)


def revealed(target: Target) -> str:
    return target.url.reveal()


# ---- precedence: flag > process > .env.<name>.local > .env.<name> > .env > dbtool.toml > default


def put_url(source: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Say the URL `host=<source>` at one source; returns what goes to load_target."""
    if source == "flag":
        return {"url": "host=flag"}
    if source == "process":
        monkeypatch.setenv("DATABASE_URL", "host=process")
    elif source == "dbtool.toml":
        lay_out(root, toml='[environments.staging]\nurl = "host=dbtool.toml"\n')
    else:
        (root / source).write_text(f"DATABASE_URL=host={source}\n")
    return {}


@pytest.mark.parametrize("winner", range(len(SOURCES)), ids=lambda n: SOURCES[n])
def test_each_source_wins_over_all_behind_it(winner: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBTOOL_ENV", "staging")
    given: dict[str, str] = {}
    for source in SOURCES[winner:]:
        given |= put_url(source, tmp_path, monkeypatch)
    found = target(tmp_path, **given)
    assert revealed(found) == f"host={SOURCES[winner]}"
    assert found.name == "staging"


def test_by_default_it_is_the_embedded_development_server(tmp_path: Path) -> None:
    found = target(tmp_path)
    assert (found.name, found.embedded, found.named, found.pool_size) == ("development", True, False, 10)
    assert found.environment.connect_timeout == 10_000


def test_after_env_the_environments_own_url_wins_over_a_general_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, toml='[environments.staging]\nurl = "host=own"\n')
    monkeypatch.setenv("DATABASE_URL", "host=general")
    assert revealed(target(tmp_path, "staging")) == "host=own"


@pytest.mark.parametrize("where", ["process", ".env.staging.local", ".env.staging", ".env"])
def test_env_url_is_read_from_any_of_the_files(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, toml='[environments.staging]\nurl = "env:STAGING_URL"\n')
    if where == "process":
        monkeypatch.setenv("STAGING_URL", "host=x")
    else:
        (tmp_path / where).write_text("STAGING_URL=host=x\n")
    found = target(tmp_path, "staging")
    assert revealed(found) == "host=x"
    assert "STAGING_URL" in found.url_from


def test_an_unset_env_url_says_where_was_looked(tmp_path: Path) -> None:
    lay_out(tmp_path, toml='[environments.staging]\nurl = "env:STAGING_URL"\n')
    with pytest.raises(UsageError, match=r"STAGING_URL is not set") as caught:
        target(tmp_path, "staging")
    assert ".env.staging.local" in caught.value.message


def test_service_urls_become_libpqs_service(tmp_path: Path) -> None:
    lay_out(tmp_path, toml='[environments.staging]\nurl = "service:main"\n')
    assert revealed(target(tmp_path, "staging")) == "service=main"
    assert revealed(target(tmp_path, url="service:other")) == "service=other"


def test_an_empty_url_flag_is_refused_and_never_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # --url "$STAGING_URL" with the variable unset must not go to some other database
    monkeypatch.setenv("DATABASE_URL", "host=elsewhere")
    with pytest.raises(UsageError, match="empty"):
        target(tmp_path, url="")


def test_the_direct_url_leads_past_a_pooler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, toml='[environments.staging]\nurl = "host=pooler"\ndirect_url = "env:DIRECT"\n')
    monkeypatch.setenv("DIRECT", "host=server")
    direct = direct_target(target(tmp_path, "staging"))
    assert (revealed(direct), direct.direct) == ("host=server", True)
    monkeypatch.setenv("DBTOOL_DIRECT_URL", "host=any")
    assert revealed(direct_target(target(tmp_path, "staging"))) == "host=server"
    assert revealed(direct_target(target(tmp_path, url="host=given"))) == "host=given"
    monkeypatch.setenv("DATABASE_URL", "host=pooler")
    assert revealed(direct_target(target(tmp_path))) == "host=any"


def test_the_shadow_is_resolved_as_urls_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shadow_target(target(tmp_path)) is None
    lay_out(tmp_path, toml='[environments.development]\nshadow = "env:SHADOW_URL"\n')
    with pytest.raises(UsageError, match="SHADOW_URL is not set"):
        shadow_target(target(tmp_path))
    monkeypatch.setenv("SHADOW_URL", "host=shadow")
    found = shadow_target(target(tmp_path))
    assert found
    assert (revealed(found), found.embedded) == ("host=shadow", False)
    assert "SHADOW_URL" in found.url_from


# ---- which environment


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "development"),
        ({"ENV": "test"}, "test"),
        ({"ENV": "test", "APP_ENV": "staging"}, "staging"),
        ({"APP_ENV": "staging", "NODE_ENV": "production"}, "production"),
        ({"NODE_ENV": "production", "DBTOOL_ENV": "test"}, "test"),
        ({"NODE_ENV": " PRODUCTION\n"}, "production"),
        ({"NODE_ENV": '"Production "'}, "production"),
        ({"NODE_ENV": "prod"}, "production"),
        ({"NODE_ENV": ""}, "development"),
    ],
)
def test_the_first_variable_that_is_set_names_the_environment(
    variables: Mapping[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    found = target(tmp_path, url="host=x")
    assert found.name == name
    assert found.named == any(variables.values())


def test_only_the_plain_env_file_may_name_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(
        tmp_path, **{".env": "DBTOOL_ENV=staging\n", ".env.staging": "DBTOOL_ENV=production\nDATABASE_URL=host=x\n"}
    )
    assert target(tmp_path).name == "staging"
    monkeypatch.setenv("DBTOOL_ENV", "test")
    assert target(tmp_path, url="host=x").name == "test"


def test_a_flag_wins_over_the_variables_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    found = target(tmp_path, "test")
    assert (found.name, found.why) == ("test", "chosen by --env")


@pytest.mark.parametrize(("given", "suggested"), [("stagin", "staging"), ("prodction", "production"), ("dve", "dev")])
def test_an_unknown_environment_is_refused_with_a_suggestion(given: str, suggested: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"unknown environment '{given}'") as caught:
        target(tmp_path, given)
    assert suggested in caught.value.hint


def test_an_unknown_environment_like_nothing_says_how_to_describe_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        target(tmp_path, "xyzzy")
    assert "[environments.xyzzy]" in caught.value.hint


def test_production_never_falls_back_to_the_embedded_server(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="DATABASE_URL is not set"):
        target(tmp_path, "production")


# ---- the files


def test_the_nearest_dbtool_toml_above_is_the_project(tmp_path: Path) -> None:
    lay_out(tmp_path, toml='migrations = "db/changes"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    project = load_project(below)
    assert (project.root, project.migrations) == (tmp_path, tmp_path / "db/changes")


def test_every_key_is_read(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        toml="""
[environments.staging]
url = "host=x"
shadow = "host=y"
protected = true
connect_timeout = "3s"
lock_timeout = "500ms"
long_lock_timeout = "2h"
statement_timeout = "0"
[ledger]
schema = "ledger"
[migrate]
lock_wait = "5min"
lock_tries = 3
[server]
bin = "/usr/lib/postgresql/17/bin"
idle = "1 min"
""",
    )
    project = load_project(tmp_path)
    staging = project.environments["staging"]
    assert staging.protected
    assert staging.shadow == "host=y"
    assert (staging.connect_timeout, staging.lock_timeout, staging.long_lock_timeout) == (3_000, 500, 7_200_000)
    assert staging.statement_timeout == 0
    assert (project.ledger_schema, project.lock_wait, project.lock_tries) == ("ledger", 300_000, 3)
    assert (str(project.server_bin), project.server_idle) == ("/usr/lib/postgresql/17/bin", 60_000)


def test_every_mistake_is_told_at_once_with_key_and_line(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        toml="""migration = "x"
migrations = 3
[environments.staging]
conect_timeout = "5s"
protected = "yes"
lock_timeout = 5
[environments."my env"]
url = 5
[migrate]
lock_tries = 0
[sevrer]
idle = "5s"
""",
    )
    with pytest.raises(BadFile) as caught:
        load_project(tmp_path)
    told = {f.place.line: f.message + " " + f.help for f in caught.value.findings if f.place}  # type: ignore[attr-defined]
    assert list(told) == [1, 2, 4, 5, 6, 8, 10, 11], told
    assert "migration is not a key" in told[1]
    assert "did you mean migrations?" in told[1]
    assert "migrations must be a text, found 3" in told[2]
    assert "did you mean connect_timeout?" in told[4]
    assert "environments.staging.protected must be true or false" in told[5]
    assert '"2s"' in told[6]
    assert "my env" in told[8]
    assert "migrate.lock_tries must be a whole number from 1" in told[10]
    assert "did you mean server?" in told[11]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (b"a = 1\na = 2\n", 2, "overwrite"),
        (b"a = 1\nb = [\n", 2, "value"),
        (b"[environments\n", 1, "]"),
        (b'migrations = "\xff"\n', 1, "UTF-8"),
        (b'ledger = 5\nenvironments = "x"\n', 1, "[ledger]"),
    ],
)
def test_a_file_that_is_not_toml_says_the_line(text: bytes, line: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "dbtool.toml").write_bytes(text)
    with pytest.raises(BadFile) as caught:
        load_project(tmp_path)
    first = caught.value.findings[0]
    assert first.place.line == line  # type: ignore[attr-defined]
    assert said in first.message  # type: ignore[attr-defined]


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "dbtool.toml").write_bytes(b'\xef\xbb\xbf[environments.dev]\r\nurl = "host=x"\r\n')
    assert revealed(target(tmp_path, "dev")) == "host=x"
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfexport DATABASE_URL='host=y'\r\n")
    assert revealed(target(tmp_path)) == "host=y"


def test_an_env_file_that_is_not_utf8_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DATABASE_URL=host=\xff\n")
    with pytest.raises(UsageError, match=r"\.env"):
        target(tmp_path)


@pytest.mark.parametrize(("text", "size"), [("7", 7), (" 12 ", 12)])
def test_db_pool_size_is_read(text: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_POOL_SIZE", text)
    assert target(tmp_path).pool_size == size


@pytest.mark.parametrize("text", ["0", "-1", "ten", "1.5", "²"])
def test_a_bad_db_pool_size_is_refused_by_name(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_POOL_SIZE", text)
    with pytest.raises(UsageError, match="DB_POOL_SIZE must be a whole number from 1"):
        target(tmp_path)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("500ms", 500),
        ("2s", 2_000),
        ("15min", 900_000),
        ("15 min", 900_000),
        ("1h", 3_600_000),
        (" 2s ", 2_000),
        ("0", 0),
    ],
)
def test_durations(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("value", ["", "2", "2 parsecs", "-1s", "1.5s", "s", 2, 2.0, True, None, "²s"])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a duration such as"):
        parse_duration(value)
