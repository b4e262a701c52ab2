"""What a step does, in words: for the one who reads before it runs. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from dbtool.report import counted
from dbtool.schema.catalog import Record
from dbtool.schema.planning.actions import Verb
from dbtool.schema.planning.engine import Step
from dbtool.schema.whole import Schema


def told(step: Step, current: Schema, wanted: Schema) -> str:
    """Return *step* in words: "create table public.users: 3 columns, 1 constraint"."""
    record = step.record
    if step.kept:
        return f"rename {step.kept} to {record.name}"
    match step.verb:
        case Verb.CREATE if step.statements and all(" VALIDATE CONSTRAINT " in s.sql for s in step.statements):
            return f"validate {record}"
        case Verb.CREATE if record.key in current.parts:
            return f"make {record} again"
        case Verb.CREATE:
            return f"create {record}" + _with(step.parts)
        case Verb.DROP if record.key in wanted.parts:
            return f"drop {record}, to be made again"
        case Verb.DROP:
            return f"drop {record}" + _with([p for p in step.parts if p.kind in ("column", "index", "trigger")])
        case Verb.RENAME:
            return f"rename {record} out of the way"
        case Verb.FORGET:
            return f"drop the old {record}"
        case Verb.RETYPE:
            return f"give {record} the new type"
        case Verb.ALTER:
            return f"alter {record}: " + "; ".join(changes_told(current.parts[record.key], record))


def mark(step: Step) -> str:
    """Return a sign for what a step does: + new, - gone, ~ other, ! where something can be lost or go wrong."""
    if any(statement.hazards for statement in step.statements):
        return "!"
    return {Verb.CREATE: "+", Verb.DROP: "-"}.get(step.verb, "~")


def _with(parts: Sequence[Record]) -> str:
    counts = Counter(part.kind for part in parts if part.kind != "default")
    return ": " + ", ".join(_counted(number, kind) for kind, number in counts.items()) if counts else ""


def _counted(number: int, kind: str) -> str:
    """Return a number with its kind.

    >>> _counted(1, "index"), _counted(2, "index"), _counted(2, "policy"), _counted(2, "rule")
    ('1 index', '2 indexes', '2 policies', '2 rules')
    """
    endings = {"index": "indexes", "policy": "policies"}
    return f"{number} {endings[kind]}" if number != 1 and kind in endings else counted(number, kind)


def changes_told(old: Record, new: Record) -> Iterator[str]:
    """Yield each attribute that differs, with what it was and is where that fits into a line."""
    before, after = old.facts(), new.facts()
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one == other:
            continue
        if name in ("definition", "body", "sql body", "columns", "comment") or _long(one) or _long(other):
            yield name
        elif one is None or one is False:
            yield name if other is True else f"{name} {_said(other)}"
        elif other is None or other is False:
            yield f"no {name}" if one is True else f"no {name} any more (was {_said(one)})"
        else:
            yield f"{name} {_said(one)} -> {_said(other)}"


def _said(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))  # type: ignore[arg-type]
    return str(value)


def _long(value: Any) -> bool:
    return value is not None and len(_said(value)) > 60
