"""How a seed that did not come to its end is told. Pure."""

from dbtool.errors import Interrupted, Unreachable
from dbtool.runner.failure import StatementFailed


def connection_lost(name: str, why: str, *, unknown: bool) -> Unreachable:
    """Return the error for a lost connection: what became of the file under way, as far as that is known."""
    outcome = (
        "while it was committed: whether its rows are there is not known"
        if unknown
        else "before it was committed: the server rolls it back"
    )
    return Unreachable(
        f"the connection was lost in {name}, {outcome}\n  {why or 'without a word'}",
        hint="seed again: a set gives the same rows however often it is run",
    )


def interrupted(name: str, *, unknown: bool) -> Interrupted:
    """Return the error for ctrl-C or SIGTERM: what became of the file under way."""
    outcome = "whether it was committed is not known" if unknown else "it was cancelled and rolled back"
    return Interrupted(
        f"interrupted in {name}: {outcome}",
        hint="the same command runs all files again: a set gives the same rows however often it is run",
    )


def remedy(failure: StatementFailed) -> str:
    """Return what to do; those of statement_failed() that speak of migrations do not fit."""
    hint = _hints.get(failure.sqlstate, failure.hint)
    return "mend the file, then seed again" if "migrat" in hint and failure.sqlstate not in _hints else hint


_behind = "is the schema behind? migrate first: dbtool migrate"
_hints = {
    "42P01": _behind,
    "42703": _behind,
    "42704": _behind,
    "42883": _behind,
    "3F000": _behind,
    "23505": "a seed must be able to run twice: ON CONFLICT DO NOTHING, or DO UPDATE where the values differ",
    "55P03": "let the one who holds the lock end, or give more time: lock_timeout of the environment in dbtool.toml",
    "25001": "a seed file is run in one transaction: this belongs elsewhere",
    "2D000": "a seed file is run in one transaction, in which a procedure cannot commit",
}
