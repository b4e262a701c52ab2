"""dbtool guard: what may run where, and why. Decides and shows; changes nothing."""

from dataclasses import replace
from typing import Annotated

import typer

from dbtool.commands.options import Env, Json, Url
from dbtool.config import Project, load_project
from dbtool.db import connect
from dbtool.errors import UsageError
from dbtool.guard.decide import Ask, Reason, Refuse, Verdict, decide, policy_name
from dbtool.guard.facts import Facts, read_facts, with_activity, with_mark
from dbtool.guard.mark import Mark
from dbtool.guard.policy import Policy, Standing, read_policy
from dbtool.guard.settle import TAKES_YES, in_words
from dbtool.report import Report, Table
from dbtool.target import load_target

_marks = ("none", "development", "production")


def explain(
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND", help="A command of dbtool: reset, seed reference.")
    ],
    env: Env = None,
    url: Url = None,
    server_mark: Annotated[
        str | None,
        typer.Option(metavar="none|development|production", help="What to take the database's mark for (none)."),
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Ask the server for its mark and facts, read-only.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="text|json", help="How to print the answer.")] = "text",
    json: Json = False,
) -> Report:
    """Show whether COMMAND may run here, and every reason. Touches no server unless --online.

    Example: dbtool guard explain reset --env staging
    """
    _refuse_unknown_format(format_, ("text", "json"))
    if server_mark is not None and server_mark not in _marks:
        raise UsageError(f"--server-mark is one of {', '.join(_marks)}, found {server_mark!r}")
    if server_mark is not None and online:
        raise UsageError("--online reads the mark, and --server-mark assumes one", hint="give one of them")
    project = load_project()
    policy = read_policy(project)
    facts = _facts(project, policy, env, url, online=online)
    if server_mark in _marks[1:]:
        assumed = Mark(database=facts.database, environment=str(server_mark), system="", oid=0)
        facts = replace(facts, mark=assumed)
    name = " ".join(command)
    verdict = decide(policy, name, facts)
    return _explained(name, verdict, facts)


def table(
    format_: Annotated[
        str, typer.Option("--format", metavar="text|json|markdown", help="How to print the answer.")
    ] = "text",
    json: Json = False,
) -> Report:
    """Show what each command may do in each kind of database, out of the policy itself. Touches no server.

    Example: dbtool guard table
    """
    _refuse_unknown_format(format_, ("text", "json", "markdown"))
    policy = read_policy(load_project())
    commands = list(dict.fromkeys(command for _, command in policy.answers))
    rows = [(name, *(policy.answer(standing, name).name.lower() for standing in Standing)) for name in commands]
    read = ", ".join(sorted(policy.read))
    files = ", ".join(sorted(policy.files))
    report = Report(
        command="guard table",
        tables=(Table(columns=("command", *(s.name.lower() for s in Standing)), rows=rows),),
        summary=_legend(read, files),
        data={
            "commands": {row[0]: dict(zip((s.name.lower() for s in Standing), row[1:], strict=True)) for row in rows},
            "read": sorted(policy.read),
            "files": sorted(policy.files),
        },
    )
    return replace(report, text=_markdown(rows)) if format_ == "markdown" and not json else report


_STANDINGS = {
    Standing.DEVELOPMENT: "marked development, on this machine or in a private network; the embedded server",
    Standing.UNCERTAIN: "not marked, on this machine or in a private network; or marked development on a public host",
    Standing.PRODUCTION: "marked production, or called or named so; a public host that is not marked",
}


def _legend(read: str, files: str) -> str:
    lines = [f"{standing.name.lower()}: {text}" for standing, text in _STANDINGS.items()]
    lines += ["ask: type the database's name, or --confirm NAME", f"allowed everywhere: {read} (they read); {files}"]
    return "\n".join(lines)


def _markdown(rows: list[tuple[str, ...]]) -> str:
    head = "| Command | " + " | ".join(standing.name.lower() for standing in Standing) + " |"
    lines = [head, "|---" * 4 + "|"]
    lines += [f"| `{name.replace('-', ' ', 1)}` | " + " | ".join(answers) + " |" for name, *answers in rows]
    return "\n".join(lines)


def _facts(project: Project, policy: Policy, env: str | None, url: str | None, *, online: bool) -> Facts:
    try:
        target = load_target(project, env, url=url, any_word=True)
    except UsageError as error:
        return Facts(environment=env or "", why=error.message.splitlines()[0], unreadable=error.message)
    facts = read_facts(target, policy)
    if not online or facts.unreadable:
        return facts
    with connect(target, purpose="guard", read_only=True) as conn:
        return with_activity(with_mark(facts, conn), conn)


def _explained(name: str, verdict: Verdict, facts: Facts) -> Report:
    word = in_words(verdict)
    instead = verdict.instead if isinstance(verdict, Refuse) else _how(verdict, name)
    where = f" on {facts.database}" if facts.database else ""
    rows = [(reason.rule, reason.source, reason.message) for reason in verdict.reasons]
    return Report(
        command="guard explain",
        tables=(Table(columns=("rule", "read from", "what it says"), rows=rows),),
        summary=f"{word}: dbtool {name}{where} ({facts.environment}: {facts.why})"
        + (f"\n  {instead}" if instead else ""),
        data={
            "verdict": word,
            "reasons": [_plain(reason) for reason in verdict.reasons],
            "instead": instead,
            "asked_about": policy_name(name),
            "database": facts.database,
            "hosts": [str(host) for address in facts.addresses for host in address.hosts],
            "environment": facts.environment,
        },
    )


def _plain(reason: Reason) -> dict[str, str]:
    return {
        "rule": reason.rule,
        "source": reason.source,
        "message": reason.message,
        "verdict": {"ALLOW": "allow", "ASK": "confirm", "REFUSE": "block"}[reason.answer.name],
    }


def _how(verdict: Verdict, name: str) -> str:
    if not isinstance(verdict, Ask):
        return ""
    said = "--yes" if policy_name(name) in TAKES_YES else f"--confirm {verdict.phrase}"
    return f"type the database's name when asked; without a terminal: {said}"


def _refuse_unknown_format(given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise UsageError(f"--format is one of {', '.join(known)}, found {given!r}")


guard = {"explain": explain, "table": table}
