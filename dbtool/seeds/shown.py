"""What is shown of large seed sets: what a run would write and remove, and what it wrote. Pure."""

from collections.abc import Iterator, Sequence

from dbtool.progress import Seeded, Step
from dbtool.report import Table, counted, seconds
from dbtool.seeds.large.run import Job
from dbtool.seeds.works import Work


def lines(works: Sequence[Work]) -> Iterator[str]:
    """Yield for a person what large sets write, and which rows go before."""
    for work in works:
        if work.job is None:
            continue
        rows = ", ".join(f"{told} {count:,}" for told, count in _rows(work.job))
        yield f"{work.job.large.name} writes rows: {rows}"
        if work.job.earlier:
            yield f"going on with an earlier run, which wrote {counted(work.job.earlier.rows, 'row')}"
        removed = [one for one in work.removed if one.rows != 0]
        if removed:
            tables = ", ".join(f"{one.table} {'?' if one.rows is None else f'{one.rows:,}'}" for one in removed)
            yield f"before that it removes {counted(sum(one.rows or 0 for one in removed), 'row')}: {tables}"


def planned(works: Sequence[Work]) -> Iterator[Table]:
    """Yield a table of what each large set would write."""
    for work in works:
        if job := work.job:
            rows = [
                (file.name, f"{job.rows[file.name]:,}", f"{job.batch(file):,}", f"{len(job.kept(file)):,}")
                for file in job.large.files
            ]
            yield Table(columns=("file", "rows", "in parts of", "parts there"), rows=rows)


def written(steps: Sequence[Step]) -> Iterator[Table]:
    """Yield a table of what was written, with the checksums, where large files were among it."""
    large = [step for step in steps if isinstance(step, Seeded) and step.checksum]
    if large:
        rows = [
            (step.migration, f"{step.rows:,}", seconds(step.seconds), _rate(step.rows, step.seconds), step.checksum)
            for step in large
        ]
        yield Table(columns=("file", "rows", "time", "rows/s", "checksum"), rows=rows)


def data(works: Sequence[Work]) -> dict[str, object]:
    """Return what the answer adds for large sets: the amounts, and which rows are removed before."""
    return {
        "large": [
            {
                "set": work.job.large.name, "variables": dict(work.job.amounts.variables),
                "number": work.job.amounts.number, "batch_size": work.job.amounts.batch,
                "going_on": work.job.earlier is not None,
                "removed": [{"file": one.file, "table": one.table, "rows": one.rows} for one in work.removed],
            }
            for work in works
            if work.job
        ]
    }  # fmt: skip


def _rows(job: Job) -> Iterator[tuple[str, int]]:
    for file in job.large.files:
        yield file.told, job.rows[file.name]


def _rate(rows: int, passed: float) -> str:
    return f"{rows / passed:,.0f}" if passed > 0 else ""
