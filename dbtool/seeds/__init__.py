"""Seed sets: folders of SQL files that write rows. Read and judged here, run by ``apply.py``.

    find_sets -> choose_sets -> read_seeds (parses all) -> command_for -> apply_seeds

A set is a folder ``sql/seeds/<set>/``; its files run in the order of their paths, each in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dbtool.errors import BadFile, UsageError
from dbtool.finding import Finding
from dbtool.script import Script, read_script
from dbtool.seeds.head import Head, read_head
from dbtool.seeds.removal import Removal, removals
from dbtool.spelling import close_words

FOLDER = Path("sql/seeds")
REFERENCE = "reference"  # the one set that production takes, as long as it removes nothing
USUAL_SETS = (REFERENCE, "dev")  # what is run where no set is named


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedFile:
    """One file of a set, parsed; ``removes`` says what in it takes rows away, ``head`` that it is a large one."""

    set: str
    name: str  # "dev/01_tenant.sql"
    path: Path
    script: Script = field(repr=False)
    removes: tuple[Removal, ...] = ()
    head: Head | None = None

    @property
    def removes_rows(self) -> bool:
        """Whether the guard must take it as destructive."""
        return bool(self.removes)


def find_sets(root: Path) -> dict[str, tuple[Path, ...]]:
    """Return the sets of the project at *root* by name, each with its files in running order; reads no file."""
    folder = root / FOLDER
    if not folder.is_dir():
        return {}
    names = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    return {name: tuple(_files(folder / name)) for name in names}


def choose_sets(sets: Mapping[str, Sequence[Path]], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the sets that are meant, in running order: those *wanted*, each once, or the usual ones with files.

    Raises UsageError for a set that is not there.

    >>> choose_sets({"demo": [Path("a")], "dev": [Path("b")], "reference": [Path("c")]}, [])
    ('reference', 'dev')
    """
    if not wanted:
        return tuple(name for name in USUAL_SETS if sets.get(name))
    for name in wanted:
        if name not in sets:
            close = close_words(name, sets)
            there = f"there are: {', '.join(sets)}" if sets else f"there is no folder in {FOLDER}/"
            raise UsageError(
                f"there is no seed set {name!r}; {there}",
                hint=f"did you mean {close[0]}?" if close else f"a set is a folder of .sql files: {FOLDER}/<set>/",
            )
    return tuple(dict.fromkeys(wanted))


def read_seeds(root: Path, sets: Mapping[str, Sequence[Path]], chosen: Iterable[str]) -> tuple[SeedFile, ...]:
    """Return the files of the chosen sets in running order, all parsed. Raises BadFile with all that is wrong."""
    files: list[SeedFile] = []
    findings: list[Finding] = []
    for set in chosen:
        for path in sets[set]:
            try:
                script = read_script(path)
                _refuse_outside(script)
                name = path.relative_to(root / FOLDER).as_posix()
                removes, head = removals(script), read_head(script)
                files.append(SeedFile(set=set, name=name, path=path, script=script, removes=removes, head=head))
            except BadFile as bad:
                findings += [_of_a_seed(finding) for finding in bad.findings]
    if findings:
        raise BadFile(*findings)
    return tuple(files)


def command_for(files: Iterable[SeedFile]) -> str:
    """Return what the guard's policy calls it to run these files: "seed-reference" is the harmless kind."""
    harmless = all(file.set == REFERENCE and not file.removes_rows and not file.head for file in files)
    return "seed-reference" if harmless else "seed"


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() == ".sql" and not path.is_dir())
    named = {path.relative_to(folder).parts: path for path in found}
    return [named[parts] for parts in sorted(named) if not any(part.startswith(".") for part in parts)]


def _refuse_outside(script: Script) -> None:
    findings = [
        Finding(
            id="not-in-a-transaction",
            message=f"{kind.outside} cannot run in a transaction, and a seed file is run in one\n"
            + script.excerpt(statement.start),
            help="take it out; what changes the schema belongs in a migration: dbtool new NAME",
            place=script.place(statement.start),
        )
        for statement, kind in script.kinds()
        if kind.outside
    ]
    if findings:
        raise BadFile(*findings)


def _of_a_seed(finding: Finding) -> Finding:
    """Return a finding of script.py, which speaks of migrations, in words for a seed file."""
    first, *shown = finding.message.split("\n")
    first = first.replace(
        "in a migration: dbtool opens the transaction, and its record is in it",
        "in a seed file: dbtool runs each file in one transaction",
    ).replace("in a migration", "in a seed file")
    help = _helps.get(finding.id, finding.help)
    return replace(finding, message="\n".join([first, *shown]), help=help.replace("a migration", "a seed file"))


_helps = {
    "transaction-control": "take it out; what must be committed by itself is a file of its own",
    "empty-file": "write the rows in it, or delete the file",
}
