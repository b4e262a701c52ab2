"""Overrides: a reason, and a token out of the refusal that binds it to one command on one database, for ten minutes.

The token is an HMAC by a key of this project's folder, so it cannot be made up, set by a variable, or used for
another database; and once. What was overridden is written down before anything is done.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.errors import Refused
from dbtool.queries import query
from dbtool.who import who

if TYPE_CHECKING:
    from dbtool.db import Conn

LIFETIME = 600  # seconds
_KEY = "guard.key"
_LOG = "audit.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a token is good for."""

    command: str
    database: str
    system: str
    oid: int


def issue(state: Path, bound: Bound) -> str:
    """Return a token that lifts a refusal of *bound* within ten minutes. Makes the folder's key where there is none."""
    until = int(time.time()) + LIFETIME
    return f"{until:x}-{_signature(_key(state, make=True), bound, until)}"


def check(state: Path, bound: Bound, *, why: str | None, token: str | None) -> None:
    """Return where the override is complete and the token good. Raises Refused. Reads the key and the log."""
    if not why or not why.strip() or not token:
        raise Refused(
            "an override needs both: --override with the reason, --token with what the refusal said",
            hint="run the command without them once, on a terminal: the refusal gives the token",
        )
    until, _, signature = token.strip().partition("-")
    try:
        expires = int(until, 16)
    except ValueError:
        expires = 0
    expected = _signature(_key(state, make=False), bound, expires)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Refused(
            f"the token is not one for {bound.command} of this {bound.database}",
            hint="a token is good for the command and the database whose refusal gave it",
        )
    if expires < time.time():
        raise Refused("the token is older than 10 minutes", hint="run the command once more for a new one")
    if _digest(token) in _log_text(state):
        raise Refused("the token was used already: it is good for one time", hint="run the command once more")


def write_audit(
    state: Path, bound: Bound, *, why: str, token: str, target: str, hosts: Sequence[str], reasons: Sequence[str]
) -> None:
    """Append the override to <state>/audit.log and make it durable. Raises Refused where that cannot be."""
    user, host = who()
    line = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "by": user,
        "from": host,
        **asdict(bound),
        "target": target,
        "hosts": list(hosts),
        "overridden": list(reasons),
        "why": why,
        "token": _digest(token),
    }
    try:
        state.mkdir(parents=True, exist_ok=True)
        with (state / _LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
            log.flush()
            os.fsync(log.fileno())
    except OSError as error:
        raise Refused(
            f"the override cannot be written to {state / _LOG}: {error.strerror}",
            hint="nothing was done: an override is written down before it is acted on",
        ) from None


def _signature(key: bytes, bound: Bound, until: int) -> str:
    text = json.dumps([asdict(bound), until], sort_keys=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:20]


def _digest(token: str) -> str:
    return hashlib.sha256(token.strip().encode()).hexdigest()[:20]


def _key(state: Path, *, make: bool) -> bytes:
    path = state / _KEY
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        if make:
            state.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # another run was faster: its key is the key
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(key)
            return path.read_bytes()
        return key  # of no file: no token fits it


def _log_text(state: Path) -> str:
    path = state / _LOG
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def record_in_ledger(conn: "Conn", schema: str, text: str) -> None:
    """Write an override into the log of the ledger, where the database has one. Writes."""
    import psycopg

    user, host = who()
    try:
        conn.execute(query("guard/record_override", schema=schema), {"user": user, "host": host, "text": text})
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return  # no history yet
