"""The files of `dbtool types`: what is to be in each, which of them are stale, and writing them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbtool.config import Project, TypesOutput
from dbtool.errors import BadFile, UsageError
from dbtool.files import write_atomically
from dbtool.finding import Finding, Place, Severity
from dbtool.report import counted
from dbtool.types import python, typescript, zod
from dbtool.types.building import module_of, sources_of
from dbtool.types.checks import trees_of
from dbtool.types.expected import expected
from dbtool.types.facts import Facts
from dbtool.types.model import Module, Row
from dbtool.types.named import names_of, unknown_names
from dbtool.types.typescript import key_of

STALE = "types-stale"
NEXT = "dbtool types"
_LANGUAGES: Mapping[str, tuple[Callable[[Module, TypesOutput], str], frozenset[str]]] = {
    "typescript": (typescript.typescript, typescript.RESERVED),
    "zod": (zod.zod, zod.RESERVED),
    "python": (python.python, python.RESERVED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is to be in a file."""

    output: TypesOutput
    text: str
    findings: tuple[Finding, ...] = ()


def made(project: Project, outputs: Sequence[TypesOutput], facts: Mapping[str, Facts]) -> tuple[Made, ...]:
    """Return what is to be in each file, with the facts of each target. Pure. Raises BadFile for names that collide."""
    trees = {target: trees_of(_expressions(of)) for target, of in facts.items()}
    found = [_made(project, output, facts[output.target], trees[output.target]) for output in outputs]
    unknown = set(project.types.names) if len(outputs) == len(project.types.outputs) else set[str]()
    for _, missing in found:
        unknown &= set(missing)
    notes = tuple(_unknown(project, name) for name in sorted(unknown))
    return tuple(
        Made(output=one.output, text=one.text, findings=(*one.findings, *(notes if number == 0 else ())))
        for number, (one, _) in enumerate(found)
    )


def _made(project: Project, output: TypesOutput, facts: Facts, trees: Mapping[str, object]) -> tuple[Made, list[str]]:
    write, reserved = _LANGUAGES[output.kind]
    sources = sources_of(facts, output)
    reserved = reserved | {word for text in output.mapping.values() for word in _words(text)}
    names = names_of(sources, project.types.names, reserved, _place(project))
    module = module_of(facts, sources, output, names, trees)
    if findings := tuple(_same_properties(module, output)):
        raise BadFile(*findings)
    there = {item.schema for item in module.items} | {call.schema for call in module.calls}
    empty = tuple(_empty(project, output, schema) for schema in output.schemas if schema not in there)
    made = Made(output=output, text=write(module, output), findings=empty)
    return made, unknown_names(sources, project.types.names)


def _expressions(facts: Facts) -> Iterator[str]:
    for relation in facts.relations:
        yield from relation.checks
    for type in facts.types.values():
        yield from type.checks


def _words(text: str) -> list[str]:
    import re

    return re.findall(r"\w+", text)


def _same_properties(module: Module, output: TypesOutput) -> Iterator[Finding]:
    if output.columns != "camel" or output.kind == "python":
        return
    for row in module.items:
        if isinstance(row, Row):
            for key, number in Counter(key_of(field, output) for field in row.fields).items():
                if number > 1:
                    columns = ", ".join(field.name for field in row.fields if key_of(field, output) == key)
                    message = f"two columns of {row.schema}.{row.source} would be called {key}: {columns}"
                    help = f'columns = "as-is" for {output.path.name} under [[types.outputs]] in dbtool.toml'
                    yield Finding(id="type-name", message=message, help=help)


def _empty(project: Project, output: TypesOutput, schema: str) -> Finding:
    message = f"{project.shown(output.path)}: schema {schema} has nothing in it, or is not there"
    return Finding(id="types-schema", message=message, severity=Severity.WARNING, place=_place(project))


def _unknown(project: Project, name: str) -> Finding:
    message = f"types.names has {name}, and there is no such table, type or function"
    return Finding(id="type-name", message=message, severity=Severity.WARNING, place=_place(project))


def _place(project: Project) -> Place | None:
    return Place(path=project.file, line=0) if project.file else None


def stale(project: Project, facts: Mapping[str, Facts]) -> Sequence[Finding]:
    """Return a finding for each file that is not what `dbtool types` would write, with the facts of each target.

    A file that nobody asked for, in dbtool.toml or by making it, need not be there. Reads files. Raises as made() does.
    """
    outputs = [output for output in expected(project) if output.target in facts]
    return [finding for one in made(project, outputs, facts) if (finding := stale_of(project, one))]


def stale_of(project: Project, one: Made) -> Finding | None:
    """Return what is to say of a file that is not what it should be; None where it is. Reads a file."""
    path = one.output.path
    found = read(path)
    if found == one.text:
        return None
    what = "the file is not there" if found is None else _difference(found, one.text)
    return Finding(
        id=STALE,
        message=what,
        help=f"{NEXT} writes {project.shown(path)}",
        place=Place(path=path, line=0),
    )


def _difference(found: str, wanted: str) -> str:
    before, after = Counter(found.splitlines()), Counter(wanted.splitlines())  # difflib takes minutes for a large file
    lines = [f"+{line}" for line in (after - before).elements()] + [f"-{line}" for line in (before - after).elements()]
    first = next((line for line in lines if len(line) > 1), "")
    if not first:
        return "not what the schema makes: the order of its lines differs"
    return f"not what the schema makes: {counted(len(lines), 'line')} differ, such as {first[:100]!r}"


def read(path: Path) -> str | None:
    """Return the text of a file, its lines' ends as \\n; None for none. Reads a file. Raises UsageError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def write(one: Made) -> bool:
    """Write what is to be in a file, and return whether that was not in it already. Writes. Raises UsageError."""
    path = one.output.path
    if read(path) == one.text:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, one.text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return True
