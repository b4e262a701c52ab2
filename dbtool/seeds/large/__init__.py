"""Large seed sets: each file is one table's rows as one SELECT over row numbers, written in parts by several sessions.

    arrange -> read_amounts -> connect -> examine -> read_run -> removed_rows -> settle -> write_set

A part is one statement that writes its rows and its record in the ledger's log, so a run that is killed at any time
goes on where it was, and never writes a row twice: docs/decisions/large-seeds.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from dbtool.errors import BadFile
from dbtool.finding import Finding, Place
from dbtool.seeds import SeedFile
from dbtool.seeds.head import Head, short_name
from dbtool.spelling import close_words


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeFile:
    """One file with ``rows``; ``after`` names the files that must be complete before it, as SeedFile.name has them."""

    file: SeedFile
    head: Head
    after: frozenset[str]

    @property
    def name(self) -> str:
        """The file's name: "demo/02_users.sql"."""
        return self.file.name

    @property
    def told(self) -> str:
        """What its bar is called."""
        return self.head.progress or ".".join(self.head.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeSet:
    """A set with large files: the plain files before and behind them, and what they declare."""

    name: str
    before: tuple[SeedFile, ...]
    files: tuple[LargeFile, ...]
    behind: tuple[SeedFile, ...]

    @property
    def declared(self) -> dict[str, int]:
        """The variables that the files declare, with their defaults."""
        return {f.head.rows.declares: f.head.rows.default for f in self.files if f.head.rows.declares}


def is_large(files: Sequence[SeedFile]) -> bool:
    """Whether any of these files has ``rows``."""
    return any(file.head for file in files)


def arrange(name: str, files: Sequence[SeedFile]) -> LargeSet:
    """Return the files of one set as they are to be run. Pure. Raises BadFile with all that does not fit together.

    Plain files that sort before the first large one are run before it, with what the last run left removed by them,
    in one transaction; all others behind the large ones, in another.
    """
    first = next(number for number, file in enumerate(files) if file.head)
    large = [file for file in files if file.head]
    findings = list(_misfits(files, large))
    if findings:
        raise BadFile(*findings)
    return LargeSet(
        name=name,
        before=tuple(files[:first]),
        files=tuple(
            LargeFile(file=file, head=file.head, after=_after(file.head, large[:number], files))
            for number, file in enumerate(large)
            if file.head
        ),
        behind=tuple(file for file in files[first:] if not file.head),
    )


def _after(head: Head, earlier: Sequence[SeedFile], files: Sequence[SeedFile]) -> frozenset[str]:
    if head.depends is None:
        return frozenset(file.name for file in earlier)
    return frozenset(file.name for file in files if file.head and short_name(file.name) in head.depends)


def _misfits(files: Sequence[SeedFile], large: Sequence[SeedFile]) -> Iterator[Finding]:
    declared: dict[str, SeedFile] = {}
    names = [short_name(file.name) for file in files]
    for file in large:
        if file.head and (variable := file.head.rows.declares):
            if variable in declared:
                yield _misfit(file, f"{variable} has a default in {declared[variable].name} already")
            declared[variable] = file
    for file in large:
        for _, variable in file.head.rows.terms if file.head else ():
            if variable and variable not in declared:
                close = close_words(variable, declared)
                yield _misfit(file, f"no file of the set declares {variable}", close)
        for name in (file.head and file.head.depends) or ():
            if name not in names or name == short_name(file.name):
                yield _misfit(file, f"there is no other file {name} in the set", close_words(name, names))
    cycle = _cycle({f.name: (f.head.depends or ()) if f.head else () for f in large})
    if cycle:
        yield _misfit(large[0], f"the files depend on each other in a circle: {' -> '.join(cycle)}")


def _cycle(depends: Mapping[str, Sequence[str]]) -> list[str]:
    short = {short_name(name): names for name, names in depends.items()}
    try:
        TopologicalSorter(short).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def _misfit(file: SeedFile, message: str, close: Sequence[str] = ()) -> Finding:
    help = f"did you mean {close[0]}?" if close else "mend the head of the file"
    return Finding(id="bad-header", message=message, help=help, place=Place(path=file.path, line=1))
