"""What was seen, weighed with the target: for each statement what it costs whom, for the whole a verdict. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dbtool.finding import Finding
from dbtool.lock_modes import Lock
from dbtool.rehearsal.estimate import Work, work_of
from dbtool.rehearsal.pieces import Rehearsed
from dbtool.rehearsal.rehearse import RehearsedFile
from dbtool.rehearsal.traffic import Traffic

SHORT = 1.0  # seconds that readers and writers can wait: what is surely shorter is safe


class Verdict(StrEnum):
    """What to do with a migration; the later one is the worse."""

    SAFE = "safe now"
    ONLINE = "safe with the online form"
    WINDOW = "needs a window"
    FAILS = "fails"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Verdict).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One statement, and what it would cost on the target."""

    statement: Rehearsed
    work: tuple[Work, ...]
    blocked: Mapping[str, Lock]  # tables whose readers or writers wait while it works: by its own lock or one held
    verdict: Verdict
    instead: str = ""  # the online form

    @property
    def fast(self) -> float:
        """Seconds of its work, on a fast server."""
        return sum(work.fast for work in self.work)

    @property
    def slow(self) -> float:
        """Seconds of its work, on a slow server."""
        return sum(work.slow for work in self.work)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """One pending migration."""

    file: RehearsedFile
    statements: tuple[Judged, ...]
    verdict: Verdict
    dismissed: tuple[tuple[Finding, str], ...]  # findings that the rehearsal disproves, with the evidence
    findings: tuple[Finding, ...]  # those that stand


def judge_file(file: RehearsedFile, findings: Sequence[Finding], traffic: Traffic) -> JudgedFile:
    """Return the verdict on one migration, with what `lint` found in it."""
    judged = tuple(_judged(file, findings, traffic))
    split = [(finding, evidence_against(finding, _at(judged, finding))) for finding in findings]
    verdict = Verdict.FAILS if file.failure else max((j.verdict for j in judged), key=_rank, default=Verdict.SAFE)
    return JudgedFile(
        file=file,
        statements=judged,
        verdict=verdict,
        dismissed=tuple((finding, why) for finding, why in split if why),
        findings=tuple(finding for finding, why in split if not why),
    )


def worst(files: Sequence[JudgedFile]) -> Verdict:
    """Return the verdict on all of them."""
    return max((file.verdict for file in files), key=_rank, default=Verdict.SAFE)


def _rank(verdict: Verdict) -> int:
    return verdict.rank


def _judged(file: RehearsedFile, findings: Sequence[Finding], traffic: Traffic) -> Iterator[Judged]:
    held: dict[str, Lock] = {}
    for statement in file.statements:
        own = {name: lock for name, lock in _of_tables(statement).items() if lock >= Lock.SHARE}
        held = {name: max(held.get(name, lock), lock) for name, lock in {**held, **own}.items()}
        blocked = {name: lock for name, lock in (held if file.transactional else own).items() if name in traffic.tables}
        work = work_of(statement.seen, traffic.tables)
        waits = bool(blocked) and sum(w.slow for w in work) > SHORT
        instead = _online_form(statement, findings) if waits else ""
        verdict = Verdict.SAFE if not waits else Verdict.ONLINE if instead else Verdict.WINDOW
        yield Judged(statement=statement, work=work, blocked=blocked, verdict=verdict, instead=instead)


def _of_tables(statement: Rehearsed) -> dict[str, Lock]:
    """Return the locks by table: who plans a query locks every index of its table, so a lock on one stops it."""
    seen = statement.seen
    found: dict[str, Lock] = {}
    for name, lock in seen.locks.items():
        table = seen.built.get(name, name)
        found[table] = max(found.get(table, lock), lock)
    return found


# Hazards that have a form which holds no strong lock while it works. Others can only be done by hand, in steps.
ONLINE = frozenset(
    {
        "require-concurrent-index-creation", "require-concurrent-index-deletion", "require-concurrent-reindex",
        "require-concurrent-partition-detach", "add-check", "add-foreign-key", "add-unique", "add-primary-key",
        "set-not-null", "add-not-null-column", "attach-partition-scan", "refresh-materialized-view",
        "index-on-partitioned-table", "validate-in-same-transaction", "work-while-locked", "vacuum-full",
    }
)  # fmt: skip


def _online_form(statement: Rehearsed, findings: Sequence[Finding]) -> str:
    return next((f.help for f in findings if f.id in ONLINE and f.help and _is_at(statement, f)), "")


def _is_at(statement: Rehearsed, finding: Finding) -> bool:
    if finding.place is None:
        return False
    first = statement.place.line
    return first <= finding.place.line <= first + statement.sql.count("\n")


def _at(judged: Sequence[Judged], finding: Finding) -> Judged | None:
    return next((one for one in judged if _is_at(one.statement, finding)), None)


# What a finding claims, and what would have been seen if it were so.
REWRITES = frozenset({"rewrite-table", "narrow-column", "add-not-null-column", "change-collation"})
WORKS = frozenset(
    {
        "add-check", "add-foreign-key", "add-unique", "add-primary-key", "add-exclusion", "set-not-null",
        "attach-partition-scan", "alter-domain-constraint", "require-concurrent-index-creation",
        "index-on-partitioned-table", "work-while-locked", "validate-in-same-transaction", "cluster-table",
        "vacuum-full", "refresh-materialized-view", "require-concurrent-reindex", "create-partition-of",
    }
)  # fmt: skip
LOCKS = frozenset(
    {
        "create-trigger-lock",
        "drop-foreign-key",
        "lock-table",
        "locks-held-together",
        "lock-order",
        "create-rule",
        "require-concurrent-index-deletion",
        "require-concurrent-partition-detach",
        "disable-trigger",
    }
)


def evidence_against(finding: Finding, judged: Judged | None) -> str:
    """Return what speaks against a finding of `lint`, "" where nothing does or nothing was looked at."""
    if judged is None:
        return ""
    seen = judged.statement.seen
    if finding.id in REWRITES and not seen.rewritten and not seen.built:
        return "" if finding.id == "narrow-column" else "tried: no table and no index got another file"
    if finding.id in REWRITES | WORKS and not (seen.rewritten or seen.built or seen.scanned):
        return "tried: nothing that was there before was rewritten, built or read"
    if finding.id in LOCKS and not any(lock >= Lock.SHARE for lock in seen.locks.values()):
        return "tried: nothing that was there before was locked against writers"
    if finding.id in (REWRITES | WORKS) - {"narrow-column"} and judged.slow <= SHORT / 10:
        tables = ", ".join(f"{w.table} has {w.rows:,} rows" for w in judged.work)
        return f"weighed: {tables or 'the target has none of these tables'}"
    return ""
