"""What the files of a family become when tables are to have it. Pure, but for what is read."""

from collections.abc import Sequence
from pathlib import Path

from dbtool.errors import UsageError
from dbtool.families.family import CASES, HEADER, Table
from dbtool.spelling import close_words

TEMPLATES = Path(__file__).parents[1] / "templates" / "init" / "sql" / "triggers"


def family_files(folder: Path, name: str) -> dict[Path, str]:
    """Return the files that a family lacks in *folder*, as they come with dbtool; none where it is there. Reads files.

    Raises UsageError for a family that is neither there nor comes with dbtool.
    """
    if (folder / f"{name}.sql").exists():
        return {}
    template = TEMPLATES / f"{name}.sql"
    if not template.exists():
        known = sorted({*_names(folder), *_names(TEMPLATES)})
        close = close_words(name, known)
        raise UsageError(
            f"there is no family {name}",
            hint=f"did you mean {close[0]}?"
            if close
            else f"there are {', '.join(known)}; or write sql/triggers/{name}.sql",
        )
    files = (template, template.with_name(f"{name}{CASES}"))
    return {folder / path.name: path.read_text(encoding="utf-8") for path in files if path.exists()}


def _names(folder: Path) -> list[str]:
    return [path.stem for path in folder.glob("*.sql") if not path.name.endswith(CASES)]


def resolved(names: Sequence[str], tables: Sequence[Table]) -> list[str]:
    """Return the tables that are named, as PostgreSQL quotes them, with their schema. Pure. Raises UsageError."""
    found: list[str] = []
    for name in names:
        fitting = [str(table) for table in tables if name in (str(table), f"{table.schema}.{table.name}", table.name)]
        if len(fitting) == 1:
            found.append(fitting[0])
            continue
        if fitting:
            raise UsageError(f"{name} is any of {', '.join(fitting)}", hint="name it with its schema")
        close = close_words(name, [str(table) for table in tables]) or close_words(name, [t.name for t in tables])
        raise UsageError(
            f"there is no table {name} in sql/schema", hint=f"did you mean {close[0]}?" if close else "dbtool tables"
        )
    return found


def with_tables(text: str, tables: Sequence[str]) -> str:
    """Return a family's text with a header line for each of the tables, and none that takes it out. Pure.

    >>> print(with_tables("-- Audits.\\n-- dbtool: except public.b\\nselect 1", ["public.a", "public.b"]))
    -- Audits.
    -- dbtool: table public.a
    -- dbtool: table public.b
    select 1
    """
    lines = text.splitlines()
    said = [(number, found[1], found[2]) for number, line in enumerate(lines) if (found := HEADER.match(line))]
    there = {table for _, word, table in said if word == "table"}
    out = [number for number, word, table in said if word == "except" and table in tables]
    first = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    last = max((number + 1 for number, word, _ in said if number < first and word != "allow"), default=first)
    added = [f"-- dbtool: table {table}" for table in tables if table not in there]
    kept = [*lines[:last], *added, *lines[last:]]
    gone = {lines[number] for number in out}
    return "\n".join(line for line in kept if line not in gone) + ("\n" if text.endswith("\n") else "")
