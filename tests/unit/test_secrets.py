"""No password of any form of connection string survives in a text."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbtool.secrets import Secret, redact

# What a password is made of in practice; blanks and control characters must be percent-encoded in a URL anyway.
_raw = st.text(string.ascii_letters + string.digits + "!#$%&()*+,-./:;<=>@[]^_{|}~äß日", min_size=6, max_size=20)
_hosts = st.sampled_from(["h", "db.example.com", "127.0.0.1", "[::1]", "a,b", "h:5432", "a:1,b:2", ""])
_users = st.sampled_from(["me", "me%40corp", ""])
_schemes = st.sampled_from(["postgresql", "postgres", "mysql", "postgresql+psycopg"])


def _marked(password: str) -> str:
    return "Zq" + password + "qZ"


@given(_schemes, _users, _raw, _hosts, st.sampled_from(["", "/db", "/db?sslmode=require"]))
def test_a_percent_encoded_password_in_a_url_is_hidden(
    scheme: str, user: str, password: str, host: str, rest: str
) -> None:
    secret = quote(_marked(password), safe="")
    assert secret not in redact(f"cannot connect to {scheme}://{user}:{secret}@{host}{rest} now")


@given(_users, _raw, _hosts)
def test_a_raw_password_with_odd_characters_in_a_url_is_hidden(user: str, password: str, host: str) -> None:
    # such a URL is wrong (@ : / ? # must be encoded), and is shown in the very error that says so
    secret = _marked(password)
    shown = redact(f"postgresql://{user}:{secret}@{host}/db")
    assert secret not in shown


@given(st.sampled_from(["password", "sslpassword", "PASSWORD", "passwd", "pwd"]), _raw, st.sampled_from(["=", " = "]))
def test_a_password_in_key_value_pairs_is_hidden(key: str, password: str, equals: str) -> None:
    secret = _marked(password)
    assert secret not in redact(f"host=h {key}{equals}{secret} dbname=d")
    assert secret not in redact(f"host=h {key}{equals}'{secret} and blanks' dbname=d")
    assert "and blanks" not in redact(f"host=h {key}{equals}'{secret} and blanks' dbname=d")


@given(_raw)
def test_a_password_among_the_parameters_of_a_url_is_hidden(password: str) -> None:
    secret = quote(_marked(password), safe="")
    shown = redact(f"postgresql://me@h/db?password={secret}&sslmode=require&sslpassword={secret}")
    assert secret not in shown
    assert "sslmode=require" in shown


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me@host:5432/db",
        "host=h dbname=d user=me",
        "see https://www.postgresql.org/docs/18/: it says",
        "CREATE INDEX CONCURRENTLY i ON t (a); -- me@example.com: ask",
        "the password is asked for",
    ],
)
def test_what_has_no_password_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_several_urls_in_one_text_are_all_hidden() -> None:
    shown = redact("tried postgresql://a:one@h/x, then postgresql://b:two@h/y")
    assert shown == "tried postgresql://a:***@h/x, then postgresql://b:***@h/y"


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("postgresql://me:hunter2@h/db")
    assert "hunter2" not in f"{secret} {secret!r} {secret!s} {[secret]}"
    assert "hunter2" in secret.reveal()
    assert secret
    assert not Secret("")
