"""The sections of `check`, each a function from what was read to its answer."""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.check.schemas import schema_findings
from dbtool.check.section import Section
from dbtool.finding import Finding, Severity
from dbtool.marks import read_marks
from dbtool.migrations import Folder, heads
from dbtool.plan import Plan
from dbtool.report import counted
from dbtool.schema.whole import Schema

LINT_FAILED = 5  # exit code, as of `lint`


def linted(errors: Sequence[Finding]) -> Section:
    """What lint calls an error in the migrations that are pending; a part of the section on files."""
    said = counted(len(errors), "error") + " of lint in what is pending" if errors else ""
    return Section(name="files", said=said, findings=errors, exit_code=LINT_FAILED if errors else 0)


def together(sections: Sequence[Section]) -> list[Section]:
    """Return the sections with those of one name made one, and without marks of a hazard that lint tells as well."""
    found: dict[str, Section] = {}
    for section in sections:
        before = found.get(section.name)
        found[section.name] = section if before is None else _one(before, section)
    files = found["files"].findings if "files" in found else ()
    told = {(finding.id, finding.place.path) for finding in files if finding.place}
    return [
        replace(s, findings=[f for f in s.findings if not (f.place and (f.id, f.place.path) in told)])
        if s.name == "pending"
        else s
        for s in found.values()
    ]


def _one(first: Section, second: Section) -> Section:
    return replace(
        first,
        said="; ".join(said for said in (first.said, second.said) if said),
        findings=[*first.findings, *second.findings],
        exit_code=max(first.exit_code, second.exit_code),
    )


def graph(folder: Folder) -> Section:
    """Whether each migration follows another one in one line: two ends are two branches that met in a merge."""
    ends = heads(folder.migrations)
    if len(ends) < 2:
        return Section(name="graph", said=f"{counted(len(folder.migrations), 'migration')}, one line")
    finding = Finding(
        id="two-heads",
        message=f"{len(ends)} migrations that no other depends on: {', '.join(ends)}",
        help="two branches were merged, and each was made without the other: dbtool generate --rebase puts yours last",
    )
    return Section(name="graph", said="the line of migrations has two ends", findings=[finding], exit_code=4)


def schema(wanted: Schema, replayed: Schema, name: str) -> Section:
    """Whether the migrations make what sql/schema says."""
    findings = schema_findings(
        wanted, replayed, id="schema-not-generated", where="in what the migrations make",
        mends=("the migration that is missing", "or else, for sql/schema"),
    )  # fmt: skip
    if not findings:
        return Section(name="schema", said=f"the migrations make what {name} says")
    said = f"{counted(len(findings), 'difference')} between {name} and what the migrations make"
    return Section(name="schema", said=said, findings=findings, exit_code=4, next=('dbtool generate "..."',))


def history(plan: Plan) -> Section:
    """Whether the files are those that were applied."""
    errors = [f for f in plan.drift if f.severity is Severity.ERROR]
    told = [f for f in plan.drift if f.severity is not Severity.NOTE]
    said = "files and ledger agree" if not told else f"{counted(len(told), 'finding')}, none of which stops a migration"
    said = counted(len(errors), "difference") + " between files and ledger" if errors else said
    return Section(name="history", said=said, findings=plan.drift, exit_code=4 if errors else 0)


def drift(applied: Schema, live: Schema, database: str) -> Section:
    """Whether the database is what the migrations applied to it make."""
    findings = schema_findings(
        applied, live, id="drift", where=f"in {database}",
        mends=("to take it back in the database", "to keep it, in sql/schema and a migration"),
    )  # fmt: skip
    note = _another_version(applied, live)
    if not findings:
        return Section(name="drift", said=f"{database} is what its migrations make", findings=note)
    said = f"{counted(len(findings), 'change')} in {database} that no migration made"
    return Section(name="drift", said=said, findings=[*findings, *note], exit_code=4)


def _another_version(applied: Schema, live: Schema) -> list[Finding]:
    shadow, target = applied.version // 10000, live.version // 10000
    if shadow == target:
        return []
    return [
        Finding(
            id="shadow-version",
            message=f"the database is PostgreSQL {target}, and what the files make was tried on {shadow}",
            help=f"a shadow of version {target}: [server] bin, or environments.<name>.shadow in dbtool.toml",
            severity=Severity.NOTE,
        )
    ]


def pending(plan: Plan, flags: str) -> Section:
    """Whether there is anything to apply, and what that says of itself that it can cost. Reads files."""
    if not plan.pending:
        return Section(name="pending", said="nothing to apply")
    names = [m.id for m in plan.pending]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return Section(
        name="pending", findings=read_marks(plan.pending), said=f"{len(names)} to apply: {shown}", exit_code=3,
        next=(f"dbtool migrate{flags}",),
    )  # fmt: skip


def skipped(*names: str, why: str) -> list[Section]:
    """Return sections that could not be looked at."""
    return [Section(name=name, said=why, skipped=True) for name in names]


def refused(name: str, findings: Sequence[Finding], exit_code: int) -> Section:
    """Return a section that files or a server stand in the way of."""
    said = findings[0].message.splitlines()[0] if findings else ""
    return Section(name=name, said=said, findings=findings, exit_code=exit_code)
