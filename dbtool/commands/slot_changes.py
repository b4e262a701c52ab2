"""What `dbtool slots` changes: create, advance, drop. Each is shown first, and done with --yes, through the guard."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, Url
from dbtool.config import load_project
from dbtool.errors import UsageError
from dbtool.report import Report

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.guard.settle import Settled
    from dbtool.guard.weigh import Weighed
    from dbtool.replication.facts import Facts
    from dbtool.replication.measure import Measured

Slot = Annotated[str, typer.Argument(metavar="SLOT", help="The slot's name.")]
Again = Annotated[
    str | None,
    typer.Option("--force", metavar="SLOT", help="The slot's name again: go on although it is read, or unread."),
]
Really = Annotated[bool, typer.Option("--yes", "-y", help="Do it; otherwise it is shown what would happen.")]


def create(
    slot: Slot,
    plugin: Annotated[str, typer.Option("--plugin", metavar="NAME", help="The output plugin of a logical slot.")] = (
        "pgoutput"
    ),
    physical: Annotated[bool, typer.Option("--physical", help="A slot for a standby; it keeps the log from now.")] = (
        False
    ),
    failover: Annotated[bool, typer.Option("--failover", help="Let standbys sync it, PostgreSQL 17 and newer.")] = (
        False
    ),
    two_phase: Annotated[bool, typer.Option("--two-phase", help="Decode prepared transactions when prepared.")] = False,
    yes: Really = False,
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    json: Json = False,
) -> Report:
    """Create a replication slot that stays; without --yes it is only shown. Writes.

    Example: dbtool slots create orders_cdc --yes
    """
    from dbtool.replication.changing import create_slot
    from dbtool.replication.look import look
    from dbtool.replication.told import BOUND

    with _changing("slots create", env, url, does=f"creates slot {slot}") as (conn, weighed):
        facts = look(conn)
        if failover and facts.major < 17:
            raise UsageError(f"--failover needs PostgreSQL 17, and this is {facts.major}", hint="leave it out")
        kind = "a physical slot" if physical else f"a logical slot of {plugin} in database {facts.database}"
        lines = [f"  {kind}: from now on the log is kept until its consumer confirms it"]
        if facts.limit is None:
            lines.append(f"  nothing bounds what it keeps: {BOUND}")
        if not yes:
            return _would(weighed, lines, f"create {kind} {slot}", {"slot": slot, "lsn": None}, json=json)
        settled = _settled(conn, weighed, confirm)
        made = create_slot(
            conn, settled, slot, plugin="" if physical else plugin, failover=failover, two_phase=two_phase
        )
    return Report(
        command="slots create",
        where=weighed.where if json else None,
        summary=f"created {kind} {slot}, which keeps the log from {made or 'now'} on",
        next=(f"dbtool slots{weighed.target.flags}",),
        data={"slot": slot, "lsn": made or None},
    )


def advance(
    slot: Slot,
    to: Annotated[str | None, typer.Option("--to", metavar="LSN", help="Where to; otherwise the current LSN.")] = None,
    force: Again = None,
    yes: Really = False,
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    json: Json = False,
) -> Report:
    """Move a slot on, so that its consumer skips what it has not read; without --yes it is only shown. Writes.

    Example: dbtool slots advance orders_cdc --to 16/B374D848
    """
    from dbtool.lsn import lsn_text
    from dbtool.replication.changing import advance_slot

    position = _position(to)
    with _changing("slots advance", env, url, does=f"moves slot {slot} on: what it skips is never read") as (
        conn, weighed,
    ):  # fmt: skip
        m, facts, lines, data = _judged(conn, weighed, slot, force if yes else slot)
        end = facts.lsn if position is None else position
        if m.slot.position is not None and end < m.slot.position:
            raise UsageError(f"--to {lsn_text(end)} lies before {lsn_text(m.slot.position)}, where slot {slot} stands")
        if not yes:
            return _would(weighed, lines, f"move slot {slot} to {lsn_text(end)}", data, json=json)
        settled = _settled(conn, weighed, confirm)
        stands = advance_slot(conn, settled, slot, end)
    return Report(
        command="slots advance",
        where=weighed.where if json else None,
        summary=f"slot {slot} stands at {stands}; the log before it goes at the checkpoints that come",
        next=(f"dbtool slots{weighed.target.flags}",),
        data=data | {"lsn": stands},
    )


def drop(
    slot: Slot,
    force: Again = None,
    yes: Really = False,
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    json: Json = False,
) -> Report:
    """Drop a slot, showing first what is lost by it and freed; without --yes it is only shown. Writes.

    Example: dbtool slots drop orders_cdc --yes
    """
    from dbtool.replication.changing import drop_slot
    from dbtool.report import sized

    with _changing("slots drop", env, url, does=f"drops slot {slot}: its consumer must copy all rows again") as (
        conn, weighed,
    ):  # fmt: skip
        m, _, lines, data = _judged(conn, weighed, slot, force if yes else slot)
        freed = "keeps nothing any more" if m.slot.lost else f"frees {sized(m.retained or 0)} of pg_wal"
        if not yes:
            return _would(weighed, lines, f"drop slot {slot}, which {freed}", data, json=json)
        settled = _settled(conn, weighed, confirm)
        drop_slot(conn, settled, slot)
    return Report(
        command="slots drop",
        where=weighed.where if json else None,
        summary=f"dropped slot {slot}" + ("" if m.slot.lost else f": the next checkpoint {freed}"),
        data=data,
    )


@contextmanager
def _changing(command: str, env: str | None, url: str | None, *, does: str) -> "Generator[tuple[Conn, Weighed]]":
    """Have a connection and the guard's verdict on the command while the block lasts; tells where it would act."""
    from dbtool.db import connect
    from dbtool.guard.policy import read_policy
    from dbtool.guard.weigh import load_judged_target, show, weigh
    from dbtool.target import direct_target

    project = load_project()
    policy = read_policy(project)
    target = load_judged_target(project, policy, command, env, url)
    with closing(connect(direct_target(target), purpose=command)) as conn:  # a standby has slots of its own
        weighed = weigh(conn, target, policy, command)
        show(weighed, (), does=does)
        yield conn, weighed


def _settled(conn: "Conn", weighed: "Weighed", confirm: str | None) -> "Settled":
    from dbtool.guard.settle import Consent
    from dbtool.guard.weigh import settle_weighed

    return settle_weighed(conn, weighed, Consent(confirm=confirm))


def _judged(
    conn: "Conn", weighed: "Weighed", name: str, force: str | None
) -> "tuple[Measured, Facts, list[str], dict[str, Any]]":
    """Return the slot and what is lost by it. Raises Refused where it is in use, or unread and not said to be lost."""
    from dbtool.errors import Refused
    from dbtool.replication.sampled import limits_of, take_samples
    from dbtool.replication.told import named
    from dbtool.replication.unread import count_lost, lost_data, lost_lines, objections, slot_of

    project = weighed.target.project
    sampled = take_samples(conn, project, limits=limits_of(project.replication))
    m = slot_of(sampled, name)
    if m.slot.pid is not None:
        raise Refused(
            f"slot {name} is active: {named(m)} (pid {m.slot.pid}) reads it",
            hint=f"stop it first; or SELECT pg_terminate_backend({m.slot.pid});",
        )
    lost = count_lost(weighed.target, m, sampled.after)
    lines = list(lost_lines(m, sampled.after, lost))
    against = list(objections(m, lost))
    lines += [f"  against it: {one}" for one in against]
    if against and force != name:
        again = f"dbtool {weighed.command} {name} --force {name} --yes{weighed.target.flags}"
        raise Refused(f"slot {name} is left alone: " + "; ".join(against), hint=f"if that may be lost: {again}")
    return m, sampled.after, lines, lost_data(m, lost) | {"against": against}


def _would(weighed: "Weighed", lines: list[str], would: str, data: dict[str, object], *, json: bool) -> Report:
    from dbtool.guard.weigh import dry_run

    for line in lines:
        console.say(line)
    report = dry_run(weighed, would=would, data=data | {"done": False}, json=json)
    name = data["slot"]
    does = f"--force {name} --yes" if data.get("against") else "--yes"
    return replace(report, summary=f"{report.summary}\nnothing was done: {does} does it")


def _position(given: str | None) -> int | None:
    from dbtool.lsn import lsn_of

    try:
        return None if given is None else lsn_of(given)
    except ValueError as error:
        raise UsageError(f"--to: {error}", hint="dbtool feed lsn shows where the log stands") from None
