"""Overrides: a reason, and a token out of the refusal that binds it to one command on one database, for ten minutes.

The token is an HMAC by a key of this project's folder, so it cannot be made up, set by a variable, or used for
another database; and once. What was overridden is written down before anything is done.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
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
_KEY_BYTES = 32
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
    return _token(_key(state, make=True), bound, int(time.time()) + LIFETIME)


def redeem(
    state: Path,
    bound: Bound,
    *,
    why: str | None,
    token: str | None,
    target: str,
    hosts: Sequence[str],
    reasons: Sequence[str],
) -> None:
    """Take the token: append the override to <state>/audit.log, durably. Raises Refused where it is not good.

    Under a lock on the log, so that one token is good for one time also where two runs have it.
    """
    if not why or not why.strip() or not token:
        raise Refused(
            "an override needs both: --override with the reason, --token with what the refusal said",
            hint="run the command without them once, on a terminal: the refusal gives the token",
        )
    user, host = who()
    digest = _checked(state, bound, token.strip())
    line = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "by": user, "from": host, **asdict(bound),
        "target": target, "hosts": list(hosts), "overridden": list(reasons), "why": why,
        "token": digest,
    }  # fmt: skip
    try:
        with (state / _LOG).open("ab+") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            log.seek(0)
            if digest.encode() in log.read(os.fstat(log.fileno()).st_size):
                raise Refused("the token was used already: it is good for one time", hint="run the command once more")
            log.write(json.dumps(line).encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())
    except OSError as error:
        raise Refused(
            f"the override cannot be written to {state / _LOG}: {error.strerror}",
            hint="nothing was done: an override is written down before it is acted on",
        ) from None


def _checked(state: Path, bound: Bound, token: str) -> str:
    """Return a digest of the token where it is good for *bound* now. Raises Refused. Reads the key."""
    until = token.partition("-")[0]
    expires = int(until, 16) if re.fullmatch(r"[0-9a-f]{1,12}", until) else 0
    if not hmac.compare_digest(token.encode(), _token(_key(state, make=False), bound, expires).encode()):
        raise Refused(
            f"the token is not one for {bound.command} of this {bound.database}",
            hint="a token is good for the command and the database whose refusal gave it",
        )
    if expires < time.time():
        raise Refused("the token is older than 10 minutes", hint="run the command once more for a new one")
    return hashlib.sha256(token.encode()).hexdigest()[:20]


def _token(key: bytes, bound: Bound, until: int) -> str:
    text = json.dumps([asdict(bound), until], sort_keys=True)
    return f"{until:x}-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:20]}"


def _key(state: Path, *, make: bool) -> bytes:
    """Return this folder's key; one that no token fits where there is none, or half of one, and none is to be made."""
    path = state / _KEY
    with suppress(FileNotFoundError):
        key = path.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
        if make:
            path.unlink()
    key = secrets.token_bytes(_KEY_BYTES)
    if not make:
        return key
    state.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=state, prefix=f".{_KEY}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
        with suppress(FileExistsError):  # another run was faster: its key is the key
            os.link(name, path)
    finally:
        Path(name).unlink()
    return path.read_bytes()


def record_in_ledger(conn: "Conn", schema: str, text: str) -> None:
    """Write an override into the log of the ledger, where the database has one. Writes."""
    import psycopg

    user, host = who()
    try:
        conn.execute(
            query("guard/record_override", schema=schema),
            {"user": user, "host": host, "text": text.encode("utf-8", "replace").decode()},
        )
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return  # no history yet
