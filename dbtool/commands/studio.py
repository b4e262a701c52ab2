"""dbtool studio."""

import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Override, Token, Url
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.guard import weigh
from dbtool.guard.facts import Facts, read_facts, with_activity, with_mark
from dbtool.guard.policy import Policy, Standing, read_policy
from dbtool.guard.rules import signs
from dbtool.guard.settle import Consent, recheck, refuse_beforehand
from dbtool.report import Report
from dbtool.studio.look import Look
from dbtool.studio.opening import Opening, open_harlequin, open_psql
from dbtool.studio.programs import Harlequin, find_harlequin, find_psql, installing
from dbtool.studio.reach import Reach, check_reach, reach_of
from dbtool.studio.run import run
from dbtool.target import direct_target, load_target
from dbtool.where import Where, where

_WRITING = "studio --write"


def studio(
    env: Env = None,
    url: Url = None,
    write: Annotated[bool, typer.Option("--write", help="Open it for writing; what may, the guard says.")] = False,
    psql: Annotated[bool, typer.Option("--psql", help="Open psql, also where harlequin is installed.")] = False,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    json: Annotated[bool, typer.Option("--json", help="Print what would be opened as JSON; open nothing.")] = False,
) -> Report:
    """Browse the data in harlequin or psql, read-only; the environment's name and colour stay in sight.

    Example: dbtool studio --env staging
    """
    if not json:
        _refuse_without_terminal()
    project = load_project()
    policy = read_policy(project)
    consent = Consent(confirm=confirm, override=override, token=token)
    if write:
        return _write(project, policy, env, url, consent, psql, json)
    if consent != Consent():
        raise UsageError("--confirm, --override and --token belong to --write: nothing is asked before one reads")
    target = load_target(project, env, url=url)
    chosen = _choose(psql=psql, json=json)
    with closing(connect(direct_target(target), purpose="studio", read_only=True)) as conn:
        facts = with_activity(with_mark(read_facts(target, policy), conn), conn)
        look = _look(policy, facts, where(conn, target), writable=False)
        reach = reach_of(conn, target, writable=False)
    check_reach(target, reach)
    return _answer(chosen, reach, look) if json else _open(chosen, reach, look)


def _write(
    project: Project, policy: Policy, env: str | None, url: str | None, consent: Consent, psql: bool, json: bool
) -> Report:
    """Open the database for writing, as the guard lets it; with *json* only tell whether it would."""
    target = weigh.load_judged_target(project, policy, _WRITING, env, url)
    if not json:
        refuse_beforehand(policy, _WRITING, target)
    chosen = _choose(psql=psql, json=json)
    with closing(weigh.connect_to(target, "browse", dry_run=json)) as conn:
        weighed = weigh.weigh(conn, target, policy, _WRITING)
        look = _look(policy, weighed.facts, weighed.where, writable=True)
        reach = reach_of(conn, target, writable=True)
        if json:
            return weigh.dry_run(weighed, would="open it for writing", data=_data(chosen, reach, look), json=True)
        weigh.show(weighed, (), does="opens the database for writing")
        recheck(conn, weigh.settle_weighed(conn, weighed, consent))
    return _open(chosen, reach, look)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What is to be opened: harlequin, else psql; with neither, what installs harlequin."""

    harlequin: Harlequin | None = None
    psql: str | None = None
    lacking: str = ""
    install: str = ""

    def opening(self, reach: Reach, look: Look) -> Opening | None:
        """Return what is to be run, None where nothing is installed."""
        if self.harlequin:
            return open_harlequin(self.harlequin, reach, look)
        return open_psql(self.psql, reach, look) if self.psql else None


def _choose(*, psql: bool, json: bool) -> _Chosen:
    """Return what is to be opened; asks whether psql will do. Raises UsageError where there is neither."""
    at_hand = find_psql()
    if psql:
        if at_hand is None and not json:
            raise UsageError("psql is not installed", hint="it comes with PostgreSQL's client programs")
        return _Chosen(psql=at_hand, lacking="" if at_hand else "psql is not installed")
    found = find_harlequin()
    if found and found.usable:
        return _Chosen(harlequin=found)
    install = installing(found)
    lacking = "harlequin has no adapter for PostgreSQL" if found else "harlequin is not installed"
    if json:
        return _Chosen(lacking=lacking, install=install)
    if at_hand and console.can_ask():
        console.say(f"{lacking}: {install}")
        if console.ask("open psql instead? [y/N]").strip().lower() in ("y", "yes"):
            return _Chosen(psql=at_hand)
        raise UsageError(f"{lacking}, and nothing was opened", hint=install)
    raise UsageError(lacking, hint=install + ("; or: dbtool studio --psql" if at_hand else ""))


def _refuse_without_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "dbtool studio needs a terminal: it has nothing to draw on",
            hint="a script asks with psql, or with `dbtool tables --json` and its kin",
        )


def _look(policy: Policy, facts: Facts, here: Where, *, writable: bool) -> Look:
    standing = max((sign.standing for sign in signs(policy, facts)), default=Standing.UNCERTAIN)
    return Look(where=here, mark=facts.mark.environment if facts.mark else "", standing=standing, writable=writable)


def _open(chosen: _Chosen, reach: Reach, look: Look) -> Report:
    opening = chosen.opening(reach, look)
    assert opening, "_choose() raises where there is no program"
    console.say(console.colour(console.banner(look.where), look.colours.word, sys.stderr))
    return Report(command="studio", summary="", exit_code=run(opening))


def _answer(chosen: _Chosen, reach: Reach, look: Look) -> Report:
    data = _data(chosen, reach, look)
    summary = f"would open {data['program']}, {look.mode}" if data["program"] else chosen.lacking
    return Report(
        command="studio",
        where=look.where,
        summary=summary,
        exit_code=0 if data["program"] else UsageError.exit_code,
        next=(chosen.install,) if chosen.install else (),
        data=data,
    )


def _data(chosen: _Chosen, reach: Reach, look: Look) -> dict[str, object]:
    opening = chosen.opening(reach, look)
    return {
        "program": opening.program if opening else None,
        "arguments": opening.command if opening else (),
        "install": chosen.install or None,
        "read_only": not look.writable,
        "standing": look.standing.name.lower(),
        "colour": look.colours.word,
    }
