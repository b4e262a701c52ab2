"""Which server shadows are made on: that of ``shadow``, else one of our own, else that of development."""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from dbtool.address import read_address
from dbtool.config import Project
from dbtool.db import connect, connection_string, pinned_conninfo
from dbtool.errors import DbtoolError, Refused, Unreachable, UsageError
from dbtool.guard.facts import read_facts, with_mark
from dbtool.guard.policy import Standing, read_policy
from dbtool.guard.rules import signs
from dbtool.queries import query
from dbtool.secrets import Secret
from dbtool.shadow.extensions import wanted_extensions
from dbtool.shadow.places import begin_anew, remove_unused, state_for
from dbtool.target import Target, direct_target, shadow_target

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that shadows are made on, and the connection that makes them, to another database of it."""

    target: Target
    told: str  # what a person calls it
    admin: "Conn"
    locale: Mapping[str, str]  # what the shadows are to have; empty: what the server has

    @property
    def version(self) -> int:
        """Of the server, as 180001."""
        return self.admin.info.server_version

    @contextmanager
    def connect(self, database: str, *, purpose: str) -> Generator["Conn"]:
        """Give a connection (autocommit) to a database of this server, with settings for what is thrown away."""
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        given = pinned_conninfo(self.target)
        options = f"{conninfo_to_dict(given).get('options') or ''} {_options(self.admin)}".strip()
        url = make_conninfo(given, dbname=database, options=options)
        with closing(connect(replace(self.target, url=Secret(url), embedded=False), purpose=purpose)) as conn:
            yield conn


def _options(admin: "Conn") -> str:
    settings = {
        "synchronous_commit": "off", "statement_timeout": "0", "idle_session_timeout": "0",
        "idle_in_transaction_session_timeout": "0", "client_min_messages": "warning",
    }  # fmt: skip
    if admin.info.parameter_status("is_superuser") == "on":
        settings["lc_messages"] = "C"  # which object is missing is read from the message
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


@contextmanager
def open_server(
    project: Project, target: Target, *, like: "Conn | None" = None, say: Callable[[str], None] | None = None
) -> Generator[Server]:
    """Give the server that shadows for *target* are made on. Raises UsageError, Unreachable, DatabaseRefused."""
    with ExitStack() as stack:
        found, told, admin = _chosen(stack, project, target)
        admin.execute("SET idle_session_timeout = 0")  # its lock says that the maker lives
        if like is not None and say is not None:
            _tell_version(admin, like, told, say)
        yield Server(target=found, told=told, admin=admin, locale=_locale(like))


def _chosen(stack: ExitStack, project: Project, target: Target) -> "tuple[Target, str, Conn]":
    def opened(chosen: Target) -> "Conn":
        return stack.enter_context(closing(connect(chosen, purpose="shadow")))

    if (configured := shadow_target(target)) is not None:
        _refuse_target(configured, target)
        admin = opened(configured)
        _refuse_content(admin, configured)
        return configured, f"the server of {configured.url_from}", admin
    try:
        own, admin = _own(stack, project, target)
    except (UsageError, Unreachable) as no_own:
        if (beside := _beside_development(stack, target)) is None:
            no_own.hint = f'{no_own.hint}; or shadow = "..." in dbtool.toml: docs/configuration.md'
            raise
        return beside
    wanted = () if target.embedded else wanted_extensions(project)
    missing = wanted and admin.execute(query("shadow/extensions"), {"names": list(wanted)}).fetchall()
    if missing and (beside := _beside_development(stack, target)) is not None:
        return beside
    return own, f"dbtool's own PostgreSQL {_version(admin)}", admin


def _own(stack: ExitStack, project: Project, target: Target) -> "tuple[Target, Conn]":
    """Return the server that serves shadows alone, started if need be, and a connection to it."""
    from psycopg import sql

    from dbtool.server.embedded import ensure_running

    state = state_for(project.state, binaries=project.server_bin)
    start = partial(ensure_running, state, binaries=project.server_bin, idle_seconds=project.server_idle / 1000)
    for again in (False, True):
        try:
            server = start()
        except DbtoolError:  # the data may be those of another major version, or broken
            if not begin_anew(state):
                raise
            server = start()
        own = replace(
            target, url=Secret(server.conninfo), url_from="the server of the shadows", embedded=False, given=True
        )
        try:
            admin = stack.enter_context(closing(connect(own, purpose="shadow")))
        except Unreachable:  # it ended just after we were told where it is
            if again:
                raise
            continue
        if server.started:
            remove_unused(state)
        if admin.execute(query("shadow/hasty")).fetchone() == (True,):
            for setting in ("fsync", "full_page_writes"):  # what is thrown away need not outlive a power cut
                admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            admin.execute("SELECT pg_reload_conf()")
        return own, admin
    raise AssertionError  # the second try returned or raised


def _beside_development(stack: ExitStack, target: Target) -> "tuple[Target, str, Conn] | None":
    """Return the target's own server where it is one for development, and lets databases be made; else None."""
    if target.embedded or target.name not in ("development", "test") or target.environment.protected:
        return None
    direct = direct_target(target)
    try:
        with ExitStack() as kept:
            conn = kept.enter_context(closing(connect(direct, purpose="shadow")))
            policy = read_policy(target.project)
            facts = with_mark(read_facts(target, policy), conn)
            if any(sign.standing is Standing.PRODUCTION for sign in signs(policy, facts)):
                return None
            if conn.execute(query("shadow/may_create")).fetchone() != (True,):
                return None
            stack.push(kept.pop_all())
            return direct, f"the server of {target.name}", conn
    except DbtoolError:
        return None


def _refuse_target(configured: Target, target: Target) -> None:
    """Raise Refused where ``shadow`` names the very database that is worked on, however empty it is."""
    if target.embedded:
        return
    for one in (target, direct_target(target)):
        there, here = read_address(connection_string(configured)), read_address(connection_string(one))
        if there.database == here.database and set(there.hosts) & set(here.hosts):
            raise Refused(
                f"{configured.url_from} is the database of environment {target.name} itself",
                hint="name another one, and an empty one: it is only connected to, to make throw-away databases beside",
            )


def _refuse_content(admin: "Conn", configured: Target) -> None:
    names = [str(name) for (name,) in cast(list[Any], admin.execute(query("shadow/content")).fetchall())]
    if names:
        raise Refused(
            f"{configured.url_from} ({configured.url}) is not empty: it has {', '.join(names[:4])}"
            + (", ..." if len(names) > 4 else ""),
            hint="name an empty database there: throw-away ones are made beside it, and nothing is written in it",
        )


def _locale(like: "Conn | None") -> Mapping[str, str]:
    if like is None:
        return {}
    row = cast(Any, like.execute(query("shadow/locale")).fetchone())
    return dict(zip(("encoding", "collate", "ctype", "provider", "locale"), row, strict=True))


def _tell_version(admin: "Conn", like: "Conn", told: str, say: Callable[[str], None]) -> None:
    here, there = admin.info.server_version // 10_000, like.info.server_version // 10_000
    if here != there:
        say(
            f"note: compared on {told}, and the target is PostgreSQL {there}: what {max(here, there)} alone has is not "
            f"seen; shadow in dbtool.toml can name a server of {there}"
        )


def _version(conn: "Conn") -> str:
    return (conn.info.parameter_status("server_version") or "?").split(" ")[0]
