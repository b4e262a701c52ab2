"""What the client set leaves out, as findings: all of it, or what a change is about. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dbtool.client.derive import Derived, LeftOut
from dbtool.finding import Finding, Severity
from dbtool.schema.catalog import Record
from dbtool.schema.names import qualified

if TYPE_CHECKING:
    from dbtool.schema.migration.change import Change


def findings_of(left_out: Iterable[LeftOut]) -> Iterator[Finding]:
    """Yield the findings: one for each that is more than a note, and one for all notes of one reason."""
    notes: defaultdict[str, list[str]] = defaultdict(list)
    for one in left_out:
        if one.severity is Severity.NOTE:
            notes[one.why].append(one.what)
        else:
            yield Finding(id=one.id, message=str(one), help=_HELP[one.id], severity=one.severity)
    for why, things in notes.items():
        yield Finding(id="left-out", message=f"left out, as it {why}: {_listed(things)}", severity=Severity.NOTE)


def _listed(things: Sequence[str]) -> str:
    more = len(things) - _SHOWN
    return ", ".join(things[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


_SHOWN = 12
_HELP = {
    "client-key-lost": "give the table a key that clients have, or tag it @server-only",
    "client-table-lost": "tag what it needs for clients as well, or tag it @server-only",
    "client-no-default": "give it a DEFAULT, or let a trigger fill it in",
}


def about(derived: Derived, change: "Change", *, first: bool) -> tuple[LeftOut, ...]:
    """Return what *derived* leaves out of the relations that *change* makes or alters; *first*: and of none."""
    touched = {_relation(record) for step in change.steps for record in (step.record, *step.parts)}
    return tuple(one for one in derived.left_out if _is_about(one, touched, first=first))


def _is_about(one: LeftOut, touched: Collection[str], *, first: bool) -> bool:
    if one.severity is not Severity.NOTE:
        return True
    own = qualified(one.record.schema, one.record.name)
    return one.record.parent in touched or own in touched or (first and not one.record.schema)


def _relation(record: Record) -> str:
    return record.parent or qualified(record.schema, record.name)


def stale_bundle(shown: str, names: Sequence[str]) -> Finding:
    """Return what is to say of a bundle that is not what the migrations make. Pure."""
    message = f"{shown}: {', '.join(names)} {'is' if len(names) == 1 else 'are'} not what the migrations make"
    return Finding(id="stale-bundle", message=message, help="dbtool migrate --target client")
