"""Whether a command may run against a target: a pure decision, settled at one place.

This much of DESIGN.md section 7 stands: the environment's name and where the host is. The policy file, the
database's own mark and the facts join later; each can only raise the verdict.
"""

import ipaddress
import shlex
import sys
from dataclasses import dataclass

from dbtool.errors import Refused
from dbtool.secrets import redact
from dbtool.target import Target

_PRODUCTION = {"production", "prod", "live", "prd"}


@dataclass(frozen=True, slots=True)
class Allow:
    """Go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Go on when the database's name is typed, or --yes was given."""

    phrase: str
    why: str


Verdict = Allow | Ask


def decide(target: Target, *, hosts: tuple[str, ...], database: str) -> Verdict:
    """Return whether a migration may be applied to, rolled back on or recorded in *target*.

    *hosts* are the addresses that libpq would connect to. Production is what is called so, what is marked
    ``protected``, and a host that is not this machine where nothing says which environment it is.
    """
    if target.embedded:
        return Allow()
    if target.name.lower() in _PRODUCTION:
        return Ask(phrase=database, why=f"this is production ({target.why})")
    if target.environment.protected:
        return Ask(phrase=database, why=f"environment {target.name} is marked protected in dbtool.toml")
    far = [host for host in hosts if not is_local(host)]
    if far and not target.named:
        return Ask(
            phrase=database,
            why=f"nothing says which environment this is, and {far[0]} is not this machine: taken for production "
            "(say --env, or set DBTOOL_ENV)",
        )
    return Allow()


def is_local(host: str) -> bool:
    """Return whether a host, as libpq reads it, is this machine: a socket directory or a loopback address.

    >>> [is_local(h) for h in ("", "/run/postgresql", "localhost", "127.0.0.1", "::1", "db.example.com", "10.0.0.5")]
    [True, True, True, True, True, False, False]
    """
    if not host or host.startswith(("/", "@")) or host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def settle(verdict: Verdict, *, yes: bool, command: str, target: Target) -> None:
    """Return where the command may go on: asks on a terminal. Raises Refused otherwise."""
    if isinstance(verdict, Allow) or yes:
        return
    from dbtool import console

    if not console.can_ask():
        raise Refused(
            f"dbtool {command} asks before it changes this database: {verdict.why}",
            hint="there is no terminal to ask on; when it is meant: "
            + redact(shlex.join(["dbtool", *sys.argv[1:], "--yes"])),
        )
    console.say(verdict.why)
    answer = console.ask(f"type the database's name ({verdict.phrase}) to go on")
    if answer.strip() != verdict.phrase:
        raise Refused(f"that is not the database's name: nothing was done, {verdict.phrase} is as it was")
