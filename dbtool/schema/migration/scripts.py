"""scripts(steps) -> the files that a change becomes, each with its text: one as a rule, up to three. Pure.

What has to be committed before it can be used (a new value of an enum) comes in a file before the rest, what cannot
run in a transaction, or would hold its locks for long there, in a file after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dbtool.schema.migration.rename import Rename
from dbtool.schema.planning.engine import Step, makes_bodies
from dbtool.schema.statement import Hazard, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The steps that go into one file. ``suffix`` goes with its name, "" for the one that does the main part."""

    suffix: str
    steps: tuple[Step, ...]
    transactional: bool
    renames: tuple[Rename, ...] = ()  # made before the steps
    restored: tuple[Rename, ...] = ()  # of a rollback: taken back after the steps

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """What can go wrong or get lost, each once."""
        return tuple(dict.fromkeys(h for step in self.steps for s in step.statements for h in s.hazards))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements in order, with the setting that functions need."""
        found = [Statement(sql) for rename in self.renames for sql in rename.sql]
        found += [s for step in self.steps for s in step.statements]
        found += [Statement(sql) for rename in reversed(self.restored) for sql in rename.back]
        if makes_bodies(self.steps):
            # a body may name what comes later, or what the one who runs this may not see: pg_dump does the same
            local = "LOCAL " if self.transactional else ""
            found.insert(0, Statement(f"SET {local}check_function_bodies = off"))
        return tuple(found)

    def text(self, allowed: Sequence[str] = ()) -> str:
        """Return the SQL, each hazard above its statement, marked unless it is *allowed*."""
        return "\n".join(_lines(self.statements, allowed))


def _lines(statements: Sequence[Statement], allowed: Sequence[str]) -> Iterator[str]:
    for statement in statements:
        for hazard in statement.hazards:
            word = "allow" if hazard.id in allowed else "hazard"
            joint = " because" if hazard.id in allowed else ":"
            yield f"-- dbtool: {word} {hazard.id}{joint} {' '.join(hazard.message.split())}"
        yield f"{statement.sql};"
        yield ""


def scripts(steps: Sequence[Step], renames: Sequence[Rename] = ()) -> list[Script]:
    """Return the files that *renames* and then *steps* go into, in order."""
    found = _files(steps)
    if not renames:
        return found
    first, *rest = found or [_script("", ())]
    if not first.transactional:  # a file of their own: half of them is nothing that anybody wants
        first, rest = _script("", ()), [replace(first, suffix=first.suffix or "online"), *rest]
    return [replace(first, renames=tuple(renames)), *rest]


def _files(steps: Sequence[Step]) -> list[Script]:
    first = [step for step in steps if step.apart]
    rest = [step for step in steps if not step.apart]
    if not rest:
        return [_script("", first)] if first else []
    cut = next((i for i, step in enumerate(_split(rest)) if any(s.alone for s in step.statements)), None)
    rest = list(_split(rest))
    main, last = (rest, []) if cut is None else (rest[:cut], rest[cut:])
    found = [_script("values", first)] if first else []
    if main:
        found.append(_script("", main))
    if last:
        found.append(_script("online" if main else "", last))
    return found


def _split(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps, one whose statements are of both sorts as two."""
    for step in steps:
        place = next((i for i, s in enumerate(step.statements) if s.alone), 0)
        if place:
            yield replace(step, statements=step.statements[:place])
            yield replace(step, statements=step.statements[place:], parts=())
        else:
            yield step


def in_one(steps: Sequence[Step], restored: Sequence[Rename] = ()) -> Script | None:
    """Return *steps* as one file, as a rollback has to be; outside a transaction where one step asks for that."""
    return replace(_script("", steps), restored=tuple(restored)) if steps or restored else None


def _script(suffix: str, steps: Sequence[Step]) -> Script:
    alone = any(s.alone for step in steps for s in step.statements)
    uncommitted = any(step.apart for step in steps) and any(not step.apart for step in steps)
    return Script(suffix=suffix, steps=tuple(steps), transactional=not alone and not uncommitted)
