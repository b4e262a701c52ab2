"""Seed sets as they are to be run: small ones file by file, large ones in parts. The recipe that `dbtool seed` follows.

plan_works -> look (on the connection) -> show, settle -> apply_seeds, write_set
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from dbtool.errors import UsageError
from dbtool.seeds import SeedFile
from dbtool.seeds.large import LargeSet, arrange, is_large
from dbtool.seeds.large.amounts import Amounts, Said, read_amounts
from dbtool.seeds.large.removed import Removed, count_removed
from dbtool.seeds.large.run import Job, plan_run
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.db import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One set. ``job`` and ``removed`` of a large one are there once the database was looked at."""

    files: tuple[SeedFile, ...]
    large: LargeSet | None = None
    amounts: Amounts | None = None
    job: Job | None = None
    removed: tuple[Removed, ...] = ()

    @property
    def counted(self) -> tuple[SeedFile, ...]:
        """The plain files of a large set of which is told how many rows they remove, or which will not be run."""
        if self.job and self.job.earlier:
            return self.job.large.before
        return tuple(f for f in self.files if any(one.file == f.name for one in self.removed))


def plan_works(files: Sequence[SeedFile], said: Said, target: Target) -> tuple[Work, ...]:
    """Return the sets that these files are of, in their order. Reads variables and .env files.

    Raises UsageError where something is said of rows and no set is large, and BadFile for heads that do not fit.
    """
    works: list[Work] = []
    for name, grouped in groupby(files, key=lambda file: file.set):
        of_set = tuple(grouped)
        if not is_large(of_set):
            works.append(Work(files=of_set))
            continue
        large = arrange(name, of_set)
        root = target.project.root
        amounts = read_amounts(said, large.declared, root=root, environment=target.name)
        works.append(Work(files=of_set, large=large, amounts=amounts))
    if said.anything and not any(work.large for work in works):
        raise UsageError(
            "what was said of rows and sessions is for large sets, and none of these is one",
            hint="a large set has files with `-- dbtool: rows`: dbtool seed demo",
        )
    return tuple(works)


def look(conn: "Conn", works: Sequence[Work], *, schema: str, fresh: bool) -> tuple[Work, ...]:
    """Return the works with what is to be done of large sets, and which rows that removes. Read-only."""
    if any(work.large for work in works):
        conn.rollback()  # of a read-only connection: what the guard set for its transaction, search_path, must not last
    return tuple(_look(conn, work, schema, fresh) for work in works)


def _look(conn: "Conn", work: Work, schema: str, fresh: bool) -> Work:
    if work.large is None or work.amounts is None:
        return work
    job = plan_run(conn, work.large, work.amounts, schema=schema, fresh=fresh)
    return replace(work, job=job, removed=() if job.earlier else count_removed(conn, work.large.before))
