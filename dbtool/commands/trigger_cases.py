"""dbtool triggers test: what the families promise, tried."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from dbtool import console
from dbtool.commands.options import Confirm, Env, Json, Override, Token, Url, completing
from dbtool.config import load_project
from dbtool.errors import UsageError
from dbtool.families.family import Family, read_families
from dbtool.finding import Finding, Severity
from dbtool.guard import weigh
from dbtool.guard.policy import read_policy
from dbtool.guard.settle import Consent
from dbtool.report import Report, Table, counted
from dbtool.spelling import close_words
from dbtool.target import load_target

if TYPE_CHECKING:
    from dbtool.families.tested import CaseResult


def family_names(incomplete: str) -> list[str]:
    """Complete the names of families."""
    return completing(incomplete, lambda: [f.name for f in read_families(load_project().triggers)])


OneFamily = Annotated[
    str | None, typer.Argument(metavar="[FAMILY]", help="This family alone.", autocompletion=family_names)
]


def test(
    family: OneFamily = None,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="On a shadow with sql/schema and sql/triggers, not on the database.")
    ] = False,
    env: Env = None,
    url: Url = None,
    confirm: Confirm = None,
    override: Override = None,
    token: Token = None,
    json: Json = False,
) -> Report:
    """Run the families' cases on a stand-in for each table, in a transaction that is rolled back. Leaves nothing.

    Example: dbtool triggers test client-id
    """
    project = load_project()
    target = load_target(project, env, url=url, any_word=shadow)
    families = read_families(project.triggers)
    if family and family not in [f.name for f in families]:
        raise _unknown_family(family, families)
    chosen = [f for f in families if family in (None, f.name)]

    from dbtool.families.members import members, read_tables
    from dbtool.families.tested import test_families
    from dbtool.schema.files.made import shadow_of_project

    with ExitStack() as stack:
        if shadow:
            conn = stack.enter_context(shadow_of_project(project, target, say=console.say)).conn()
        else:
            conn = stack.enter_context(closing(weigh.connect_to(target, _TEST, dry_run=False)))
            weighed = weigh.weigh(conn, target, read_policy(project), _TEST)
            weigh.settle_weighed(conn, weighed, Consent(confirm=confirm, override=override, token=token))
        results = list(test_families(conn, chosen, members(chosen, read_tables(conn))))
    return _tested(results)


_TEST = "triggers test"


def _tested(results: "Sequence[CaseResult]") -> Report:
    from dbtool.families.tested import Outcome

    rows: dict[tuple[str, str], Counter[Outcome]] = {}
    for result in results:
        rows.setdefault((result.table or "(no table)", result.family), Counter())[result.outcome] += 1
    cells = [(t, f, *(str(n[o] or "") for o in Outcome)) for (t, f), n in sorted(rows.items())]
    counts = Counter(result.outcome for result in results)
    failed, untested = counts[Outcome.FAILED], counts[Outcome.NOT_TESTED]
    told = [f"{failed} failed"] if failed else []
    told += [f"{untested} not tested"] if untested else []
    passed = f"{counted(counts[Outcome.PASSED], 'case')} passed"
    return Report(
        command=_TEST,
        tables=(Table(columns=("table", "family", *Outcome), rows=cells),) if cells else (),
        findings=list(_case_findings(results)),
        summary=", ".join([passed, *told]) + "; nothing is left of it",
        exit_code=1 if failed else 0,
        data={"cases": [_case_data(result) for result in results]},
    )


def _case_findings(results: "Sequence[CaseResult]") -> Iterator[Finding]:
    """Yield what did not pass, once for all tables of which the same is to be said."""
    from dbtool.families.tested import Outcome

    alike: dict[tuple[str, str, str], list[CaseResult]] = {}
    for result in results:
        if result.outcome is not Outcome.PASSED:
            alike.setdefault((result.family, result.case, result.message), []).append(result)
    for same in alike.values():
        first = same[0]
        more = f" and {counted(len(same) - 1, 'other table')}" if len(same) > 1 else ""
        of = [f"{first.table or first.family}{more}", first.case, first.message]
        failed = first.outcome is Outcome.FAILED
        yield Finding(
            id="family-case-failed" if failed else "family-not-tested",
            message=": ".join(word for word in of if word),
            help=first.help,
            severity=Severity.ERROR if failed else Severity.NOTE,
            place=first.place,
        )


def _case_data(result: "CaseResult") -> dict[str, object]:
    return {
        "family": result.family, "table": result.table or None, "case": result.case or None,
        "outcome": result.outcome, "message": result.message,
    }  # fmt: skip


def _unknown_family(name: str, families: Sequence[Family]) -> UsageError:
    names = [family.name for family in families]
    close = close_words(name, names)
    hint = f"did you mean {close[0]}?" if close else f"the families are {', '.join(names)}"
    return UsageError(f"there is no family {name} in sql/triggers", hint=hint)
