"""dbtool feed: what changes in the database, decoded: what waits in a slot, what comes, where the log stands."""

import json as json_
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, Url, completing, refuse_choice
from dbtool.config import load_project
from dbtool.db import connect
from dbtool.errors import DbtoolError, UsageError
from dbtool.lsn import lsn_of, lsn_text
from dbtool.report import Report, Table, counted, seconds, sized
from dbtool.target import Target, load_target
from dbtool.where import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbtool.db import Conn
    from dbtool.feed.counted import Counts
    from dbtool.feed.output import Output
    from dbtool.feed.peeked import Peeked
    from dbtool.feed.tail import Told
    from dbtool.guard.settle import Settled


def _slots(incomplete: str) -> list[str]:
    """Complete the names of the logical slots of the database that is meant."""
    from dbtool.feed.slot import read_server

    def names() -> list[str]:
        with closing(connect(load_target(load_project()), purpose="completion", read_only=True)) as conn:
            return read_server(conn).slots

    return completing(incomplete, names)


Publications = Annotated[
    list[str] | None,
    typer.Option("--publication", metavar="NAME", help="Decode what this publication has; all where none is named."),
]
_COUNT_BY = ("table",)


def peek(
    slot: Annotated[str, typer.Argument(metavar="SLOT", help="A logical slot.", autocompletion=_slots)],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many changes to show.")] = 20,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="LSN", help="Skip transactions that ended at or before this LSN.")
    ] = None,
    count_by: Annotated[
        str | None, typer.Option("--count-by", metavar="table", help="Count all that waits, by table.")
    ] = None,
    publication: Publications = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Stop reading after this time.")
    ] = 60,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Show what waits in a logical slot, decoded; the slot and its consumer are left alone. Read-only.

    Example: dbtool feed peek orders_cdc --count-by table
    """
    from dbtool.feed.peeked import Look, count_waiting, peek_waiting

    if count_by is not None:
        refuse_choice("--count-by", count_by, _COUNT_BY)
    start = _position("--from", from_)
    target = load_target(load_project(), env, url=url)
    command = f"dbtool feed peek {{slot}}{target.flags}"
    look = Look(target=target, slot=slot, publications=publication or (), start=start, seconds=timeout, command=command)
    if count_by:
        return _counts(*count_waiting(look))
    return _peeked(peek_waiting(look, limit), target)


def tail(
    slot: Annotated[
        str | None,
        typer.Option(
            "--slot", metavar="NAME", help="Follow this slot, which stays; else one of our own.", autocompletion=_slots
        ),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="LSN", help="Go on after the transaction that ended at this LSN.")
    ] = None,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Tell all rows first, then what came after, each exactly once.")
    ] = False,
    publication: Publications = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="NAME", help="Tell this table alone: table, schema.table, schema.*"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="LSN", help="End when everything up to this LSN was told.")
    ] = None,
    seconds_: Annotated[
        float, typer.Option("--seconds", metavar="S", min=0, help="End after this time; 0: do not.")
    ] = 0,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="End after N changes; 0: do not.")] = 0,
    retry_for: Annotated[
        float, typer.Option("--retry-for", metavar="S", min=0, help="After a cut, try so long to connect again.")
    ] = 60,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Confirm to the slot what was written to stdout: the slot moves.")
    ] = False,
    confirm: Confirm = None,
    env: Env = None,
    url: Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with a line that says how it ended.")] = False,
) -> Report:
    """Follow what changes, as one JSON object a line. Read-only; with --acknowledge it moves the slot.

    Example: dbtool feed tail --snapshot --table executions
    """
    from dbtool.feed.followed import Asked, follow
    from dbtool.feed.output import Output
    from dbtool.feed.tail import Told

    if snapshot and slot is not None:
        raise UsageError(
            "--snapshot belongs to a slot that is made now, and --slot names one that is there",
            hint="leave one of them out",
        )
    if from_ is not None and slot is None:
        raise UsageError("--from needs --slot: a slot of our own begins now", hint="dbtool slots create NAME makes one")
    if acknowledge and slot is None:
        raise UsageError("--acknowledge needs --slot: a slot of our own is gone at the end", hint="--slot NAME")
    target = load_target(load_project(), env, url=url, any_word=acknowledge)
    asked = Asked(
        slot=slot, start=_position("--from", from_), snapshot=snapshot, publications=publication or (),
        tables=table or (), until=_position("--until", until), seconds=seconds_, limit=limit, retry_for=retry_for,
        acknowledge=_permission(target, slot, confirm) if acknowledge else None,
    )  # fmt: skip
    output, told = Output(sys.stdout, lambda: None), Told()
    try:
        follow(target, asked, output, told, console.say, lambda banner: console.say(console.banner(banner)))
    except DbtoolError as error:
        output.flush()
        if as_json:
            _end(output, told, error)
        raise
    if as_json:
        _end(output, told, None)
    at = f", up to {lsn_text(told.position)}" if told.position else ""
    console.say(f"{counted(told.changes, 'change')} in {counted(told.transactions, 'whole transaction')}{at}")
    return Report(command="feed tail", summary="")


def lsn(
    since: Annotated[
        str | None, typer.Option("--since", metavar="LSN", help="How far it is from this LSN, in bytes and in time.")
    ] = None,
    env: Env = None,
    url: Url = None,
    json: Json = False,
) -> Report:
    """Show where the write-ahead log stands; on a standby what was received and replayed. Read-only.

    Example: dbtool feed lsn --since 16/B374D848
    """
    from dbtool.feed.position import distance, read_position

    before = _position("--since", since)
    target = load_target(load_project(), env, url=url)
    with closing(connect(target, purpose="feed lsn", read_only=True)) as conn:
        now = read_position(conn)
        far = distance(conn, now, before) if since else None
        banner = where(conn, target)
    data: dict[str, Any] = {**now.as_json(), "since": far.as_json() if far else None}
    return Report(
        command="feed lsn", where=banner, summary="\n".join([now.told, *([far.told] if far else [])]), data=data
    )


# ---- drawing


def _peeked(peeked: "Peeked", target: Target) -> Report:
    from dbtool.feed.drawn import drawn

    rows: list[tuple[str, str, str]] = []
    xid = None
    for event in peeked.changes:
        if xid is not None and event.xid != xid:
            rows.append(("", "", ""))
        xid = event.xid
        rows.append((lsn_text(event.lsn), str(event.xid or ""), drawn(event)))
    tables = [Table(columns=("lsn", "xid", "change"), rows=rows, title=_head(peeked))] if rows else []
    number = len(peeked.changes)
    if not rows:
        summary = f"{_head(peeked)}\nnothing waits that {_what(peeked)} would give"
    elif peeked.more:
        summary = f"{counted(number, 'change')} shown, and there is more: --limit N, --from LSN, --count-by table"
    else:
        summary = f"{counted(number, 'change')}: that is all"
    return Report(
        command="feed peek",
        where=peeked.where,
        tables=tables,
        summary="\n".join([summary, *_cut(peeked), *(f"note: {note}" for note in peeked.notes)]),
        next=(f"dbtool feed peek {peeked.slot.name} --count-by table{target.flags}",) if peeked.more else (),
        data=_data(peeked) | {"changes": [json_.loads(line) for line in peeked.lines], "more": peeked.more},
    )


def _counts(counts: "Counts", peeked: "Peeked") -> Report:
    rows = [
        (
            f"{c.schema}.{c.table}", f"{c.inserts:,}", f"{c.updates:,}", f"{c.deletes:,}", f"{c.truncates:,}",
            f"{c.transactions:,}", lsn_text(c.first), lsn_text(c.last),
        )
        for c in counts.most_first
    ]  # fmt: skip
    columns = ("table", "inserts", "updates", "deletes", "truncates", "transactions", "first lsn", "last lsn")
    tables = [Table(columns=columns, rows=rows, title=_head(peeked))] if rows else []
    total = f"{counted(counts.changes, 'change')} in {counted(counts.transactions, 'transaction')}"
    if counts.largest > 1:
        total += f"; the largest, {counts.largest_xid}, has {counts.largest:,}"
    total += f"; {counted(counts.messages, 'message')}" if counts.messages else ""
    if not rows:
        total = f"{_head(peeked)}\nnothing waits that {_what(peeked)} would give"
    return Report(
        command="feed peek",
        where=peeked.where,
        tables=tables,
        summary="\n".join([total, *_cut(peeked), *(f"note: {note}" for note in peeked.notes)]),
        data=_data(peeked)
        | {
            "tables": [c.as_json() for c in counts.most_first], "transactions": counts.transactions,
            "messages": counts.messages, "total": counts.changes,
            "largest_transaction": {"xid": counts.largest_xid, "changes": counts.largest} if counts.largest else None,
        },
    )  # fmt: skip


def _head(peeked: "Peeked") -> str:
    slot = peeked.slot
    user = f"active: pid {slot.active_pid}" if slot.active_pid else "not active"
    user += f", {slot.application}" if slot.application else ""
    return (
        f"{slot.name} ({slot.plugin}; {user}) stands at {lsn_text(slot.confirmed)}; "
        f"{sized(max(peeked.until - slot.confirmed, 0))} of log are behind that"
    )


def _what(peeked: "Peeked") -> str:
    names = peeked.plugin.publications
    return f"{peeked.plugin.name} with {', '.join(names)}" if names else peeked.plugin.name


def _cut(peeked: "Peeked") -> list[str]:
    if not peeked.out_of_time:
        return []
    return [f"cut after {seconds(peeked.seconds)}: read up to {lsn_text(peeked.read_up_to)}; --timeout SECONDS"]


def _data(peeked: "Peeked") -> dict[str, object]:
    slot = peeked.slot
    return {
        "slot": slot.name, "plugin": slot.plugin, "decoded_as": peeked.plugin.name,
        "publications": list(peeked.plugin.publications), "active_pid": slot.active_pid,
        "confirmed_lsn": lsn_text(slot.confirmed), "restart_lsn": lsn_text(slot.restart),
        "lsn": lsn_text(peeked.until), "waiting_bytes": max(peeked.until - slot.confirmed, 0),
        "out_of_time": peeked.out_of_time, "notes": list(peeked.notes),
    }  # fmt: skip


def _permission(target: Target, slot: str | None, confirm: str | None) -> "Callable[[Conn], Settled]":
    """Return what asks the guard whether the slot may be moved, as for `dbtool slots advance`."""
    from dbtool.guard.settle import Consent, judge, settle

    def permitted(conn: "Conn") -> "Settled":
        judged = judge(conn, target, "slots advance")
        console.say(f"slot {slot} is moved behind what is written: nobody else will be given it")
        return settle(
            judged.verdict, policy=judged.policy, command=judged.command, facts=judged.facts, target=target,
            consent=Consent(confirm=confirm),
        )  # fmt: skip

    return permitted


def _end(output: "Output", told: "Told", error: DbtoolError | None) -> None:
    """Write the line that ends a stream for a script."""
    from dbtool.feed.line import other_line
    from dbtool.secrets import redact

    failure = (
        {"kind": type(error).__name__, "message": redact(error.message), "hint": redact(error.hint)} if error else None
    )
    line = other_line(
        "end", ok=error is None, exit_code=error.exit_code if error else 0, error=failure, changes=told.changes,
        transactions=told.transactions, cuts=told.cuts, lsn=lsn_text(told.position) if told.position else None,
    )  # fmt: skip
    output.write(line)
    output.flush()


def _position(option: str, given: str | None) -> int:
    if given is None:
        return 0
    try:
        return lsn_of(given)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", hint="dbtool feed lsn shows where the log stands") from None


feed = {"peek": peek, "tail": tail, "lsn": lsn}
