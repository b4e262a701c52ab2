"""dbtool slots: replication slots, the worst first: what each keeps of the log, who reads it, why, for how long yet."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Env, Json, Url
from dbtool.commands.slot_changes import advance, create, drop
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.report import Report
from dbtool.target import Target, load_target
from dbtool.toml import parse_duration, parse_size
from dbtool.where import where

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.replication.sampled import Sampled
    from dbtool.replication.state import Limits

Every = Annotated[float, typer.Option("--every", metavar="SECONDS", help="With --watch: look each so many seconds.")]
Frames = Annotated[int | None, typer.Option("--frames", metavar="N", help="With --watch: end after so many looks.")]


def show(
    env: Env = None,
    url: Url = None,
    no_rate: Annotated[
        bool, typer.Option("--no-rate", help="One look, one round trip: no rates, and no telling who moves.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again, until ctrl-C.")] = False,
    every: Every = 2.0,
    frames: Frames = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="For monitoring: one line; exit 0 ok, 1 warning, 2 critical, 3 unknown.")
    ] = False,
    warning: Annotated[
        str | None,
        typer.Option("--warning", metavar="LIMITS", help="With --probe: e.g. share=50,size=5GB,age=5min,loss=4h."),
    ] = None,
    critical: Annotated[
        str | None, typer.Option("--critical", metavar="LIMITS", help="With --probe: e.g. share=80,loss=1h.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="SLOT", help="Do not judge this slot; can be repeated.")
    ] = None,
    openmetrics: Annotated[
        bool, typer.Option("--openmetrics", help="Print the measures for a textfile collector.")
    ] = False,
    disk_free: Annotated[
        str | None,
        typer.Option("--disk-free", metavar="SIZE", help="What pg_wal's disk has free, e.g. 20GB: SQL cannot see it."),
    ] = None,
    json: Json = False,
) -> Report:
    """Show each replication slot, the worst first: what it keeps, who reads it, why, how long yet. Read-only.

    Example: dbtool slots --env production
    """
    from dbtool.replication.sampled import take_samples

    if probe:
        return _probe(env, url, ignore, disk_free, (warning, critical), rate=not no_rate)
    if warning or critical:
        raise UsageError("--warning and --critical belong to --probe", hint="dbtool slots --probe --critical loss=1h")
    project, limits = _settings(ignore, disk_free)
    target = load_target(project, env, url=url)
    with closing(connect(target, purpose="slots")) as conn:
        if watch:
            from dbtool.replication.watching import watch_slots

            return watch_slots(conn, project, limits, every=every, frames=frames, json=json)
        sampled = take_samples(conn, project, limits=limits, rate=not no_rate, say=None if json else console.say)
        if openmetrics:
            from dbtool.replication.openmetrics import openmetrics as metrics_of

            return Report(command="slots", summary="", text=metrics_of(sampled.measured, sampled.after, limits))
        return _report(conn, target, sampled, limits, json=json)


def _report(conn: "Conn", target: Target, sampled: "Sampled", limits: "Limits", *, json: bool) -> Report:
    from dbtool.replication.shown import cause_data, exit_code_of, slot_data, slots_lines
    from dbtool.replication.verdict import ranked, unseen, verdict_on

    verdict, after, banner = verdict_on(sampled), sampled.after, where(conn, target)
    if not json:
        console.say(console.banner(banner))
    return Report(
        command="slots",
        where=banner,
        text="\n".join(slots_lines(sampled, limits)),
        summary=f"{verdict.level}: {verdict.message}",
        exit_code=exit_code_of(sampled.causes),
        data={
            "verdict": verdict,
            "slots": [slot_data(m, after, limits) for m in ranked(sampled)],
            "causes": [cause_data(cause) for cause in sampled.causes],
            "limit_bytes": after.limit,
            "seconds": after.at - sampled.before.at if sampled.before else None,
            "not_seen": unseen(after),
        },
    )


def _settings(ignore: list[str] | None, disk_free: str | None) -> "tuple[Project, Limits]":
    """Return the project with what the command line says of it."""
    from dbtool.replication.sampled import limits_of

    project = load_project()
    ignored = (*project.replication.ignore, *(ignore or ()))
    project = replace(project, replication=replace(project.replication, ignore=ignored))
    limits = limits_of(project.replication)
    return project, limits if disk_free is None else replace(limits, disk_free=_size("--disk-free", disk_free))


def _probe(
    env: str | None,
    url: str | None,
    ignore: list[str] | None,
    disk_free: str | None,
    given: tuple[str | None, str | None],
    *,
    rate: bool,
) -> Report:
    """Return one line for monitoring, whatever happens: 3 for what could not be asked."""
    import psycopg

    from dbtool.errors import DbtoolError
    from dbtool.replication.probe import UNKNOWN, probe, thresholds, unknown
    from dbtool.replication.sampled import take_samples

    try:
        bounds = thresholds("--warning", given[0]), thresholds("--critical", given[1])
        project, limits = _settings(ignore, disk_free)
        with closing(connect(load_target(project, env, url=url), purpose="slots probe")) as conn:
            seen = take_samples(conn, project, limits=limits, rate=rate)
    except (DbtoolError, psycopg.Error) as error:
        return Report(command="slots", summary="", text=unknown(str(error)), exit_code=UNKNOWN)
    level, line = probe(seen.measured, seen.causes, seen.after, limits=limits, warning=bounds[0], critical=bounds[1])
    return Report(command="slots", summary=line, text=line, exit_code=level)


def history(
    slot: Annotated[str | None, typer.Argument(metavar="SLOT", help="One slot; otherwise each that was seen.")] = None,
    env: Env = None,
    url: Url = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only the last, e.g. 30min or 24h.")
    ] = None,
    json: Json = False,
) -> Report:
    """Plot what each slot kept at the looks that were taken from here before. Read-only.

    Example: dbtool slots history --since 24h
    """
    from dbtool.replication.history import history_data, history_lines, retained_over_time
    from dbtool.replication.kept import read_kept
    from dbtool.replication.look import look
    from dbtool.replication.sampled import server_of

    seconds = _duration("--since", since) if since else None
    project = load_project()
    target = load_target(project, env, url=url)
    with closing(connect(target, purpose="slots history")) as conn:
        facts, banner = look(conn), where(conn, target)
        kept = read_kept(project.state, server_of(conn, facts))
    samples = [s for s in kept if seconds is None or s.at >= facts.at - seconds]
    found = {name: points for name, points in retained_over_time(samples).items() if slot in (None, name)}
    if not found:
        what = f"slot {slot}" if slot else "this server"
        summary = f"nothing is kept of {what}: each `dbtool slots` keeps a look, `--watch` one every few seconds"
        return Report(command="slots history", where=banner, summary=summary, data={"slots": {}})
    return Report(
        command="slots history",
        where=banner,
        text="\n".join(history_lines(found)),
        summary=f"{len(samples)} looks",
        data={"slots": history_data(found)},
    )


def _size(option: str, given: str) -> int:
    return _parsed(option, given, parse_size)


def _duration(option: str, given: str) -> float:
    return _parsed(option, given, parse_duration) / 1000


def _parsed(option: str, given: str, parse: Callable[[str], int]) -> int:
    try:
        return parse(given)
    except ValueError as error:
        raise UsageError(f"{option} must be {error}") from None


slots = {"": show, "history": history, "create": create, "advance": advance, "drop": drop}
