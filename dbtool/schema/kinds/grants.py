"""Grants as data: what the server tells as "grantee=SELECT,INSERT*/grantor", and the statements between two such. Pure.

Manual: GRANT, REVOKE, Privileges (5.8), and acldefault() for what an object has before anyone granted anything.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dbtool.schema.names import quoted, unquoted

PUBLIC = ""  # as a grantee: no role has an empty name
Entry = tuple[str, str, str]  # grantor, grantee, privilege
Grants = Mapping[Entry, bool]  # whether with grant option

_ENTRY = re.compile(r'("(?:[^"]|"")*"|[^="]+)=([A-Z,* ]*)/(.+)', re.DOTALL)
# In the order in which people write them; MAINTAIN is there from 17 on.
_ALL: Mapping[str, tuple[str, ...]] = {
    "TABLE": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    "SEQUENCE": ("SELECT", "UPDATE", "USAGE"),
    "ROUTINE": ("EXECUTE",),
    "TYPE": ("USAGE",),
    "SCHEMA": ("CREATE", "USAGE"),
    "LANGUAGE": ("USAGE",),
    "FOREIGN SERVER": ("USAGE",),
    "FOREIGN DATA WRAPPER": ("USAGE",),
    "LARGE OBJECT": ("SELECT", "UPDATE"),
}
_PUBLIC_HAS = {"ROUTINE": "EXECUTE", "TYPE": "USAGE", "LANGUAGE": "USAGE"}
COLUMN_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is granted on. ``what``: a key of what has privileges; ``on``: as it is named after ON."""

    what: str
    on: str
    owner: str
    version: int
    column: str = ""  # quoted; "" for the whole
    before: str = ""  # ALTER DEFAULT PRIVILEGES ...


def grants_of(entries: Iterable[str] | None) -> dict[Entry, bool]:
    """Return what the catalog's *entries* say.

    >>> grants_of(('PUBLIC=USAGE/"a b"',))
    {('a b', '', 'USAGE'): False}
    """
    found: dict[Entry, bool] = {}
    for entry in entries or ():
        match = _ENTRY.fullmatch(entry)
        assert match, entry
        grantee = PUBLIC if match[1] == "PUBLIC" else _name(match[1])
        for privilege in filter(None, match[2].split(",")):
            found[_name(match[3]), grantee, privilege.rstrip("*")] = privilege.endswith("*")
    return found


def _name(identifier: str) -> str:
    return unquoted(identifier)[0] if identifier.startswith('"') else identifier


def all_privileges(what: str, version: int) -> tuple[str, ...]:
    """Return the privileges that there are on *what*."""
    return tuple(p for p in _ALL[what] if p != "MAINTAIN" or version >= 170000)


def built_in(what: str, owner: str, version: int) -> dict[Entry, bool]:
    """Return what holds on *what* before anyone granted anything, as acldefault() does.

    >>> built_in("TYPE", "ann", 180001)
    {('ann', '', 'USAGE'): False, ('ann', 'ann', 'USAGE'): False}
    """
    everyone = {(owner, PUBLIC, _PUBLIC_HAS[what]): False} if what in _PUBLIC_HAS else {}
    return everyone | {(owner, owner, privilege): False for privilege in all_privileges(what, version)}


def merged(first: Grants, second: Grants) -> dict[Entry, bool]:
    """Return both together; the grant option where either has it."""
    return {entry: first.get(entry, False) or second.get(entry, False) for entry in (*first, *second)}


def handed_over(grants: Grants, old: str, new: str) -> dict[Entry, bool]:
    """Return what ALTER ... OWNER TO makes of *grants*: the new owner stands where the old one did.

    >>> handed_over({("a", "a", "USAGE"): False, ("a", "b", "USAGE"): True}, "a", "b")
    {('b', 'b', 'USAGE'): True}
    """
    found: dict[Entry, bool] = {}
    for (grantor, grantee, privilege), option in grants.items():
        entry = (new if grantor == old else grantor, new if grantee == old else grantee, privilege)
        found[entry] = found.get(entry, False) or option
    return found


def between(have: Grants, want: Grants, target: Target) -> list[str]:
    """Return the statements that make *want* of *have*: first what is taken back, a chain from its end."""
    kept = _kept(have, want, target)
    gone = [entry for entry in have if entry not in kept]
    weaker = [entry for entry in kept if have[entry] and not want[entry]]
    new = [entry for entry in want if entry not in kept or (want[entry] and not have[entry])]
    return [
        *_statements(gone, "REVOKE {} ON {} FROM {}", have, target, last_first=True),
        *_statements(weaker, "REVOKE GRANT OPTION FOR {} ON {} FROM {}", have, target, last_first=True),
        *_granted(new, want, target),
    ]


def granted(entries: Iterable[Entry], want: Grants, target: Target) -> list[str]:
    """Return the statements that grant these *entries* of *want*."""
    return _granted(list(entries), want, target)


def _granted(entries: list[Entry], want: Grants, target: Target) -> list[str]:
    statements: list[str] = []
    for depth in sorted({_depth(entry, want, target.owner) for entry in entries}):
        these = [entry for entry in entries if _depth(entry, want, target.owner) == depth]
        plain = [entry for entry in these if not want[entry]]
        statements += _statements(plain, "GRANT {} ON {} TO {}", want, target)
        options = [entry for entry in these if want[entry]]
        statements += _statements(options, "GRANT {} ON {} TO {} WITH GRANT OPTION", want, target)
    return statements


def _kept(have: Grants, want: Grants, target: Target) -> dict[Entry, bool]:
    """What can stay: who granted it must keep the option, or it would have to go with CASCADE."""
    kept = {entry: have[entry] and want[entry] for entry in have if entry in want}
    while not target.column:  # the option on a column may be that on its table
        options = {(grantee, privilege) for (_, grantee, privilege), option in kept.items() if option}
        loose = [e for e in kept if e[0] != target.owner and (e[0], e[2]) not in options]
        if not loose:
            break
        for entry in loose:
            del kept[entry]
    return kept


def _depth(entry: Entry, grants: Grants, owner: str, seen: frozenset[str] = frozenset()) -> int:
    """How many grants stand between the owner and this one."""
    grantor, _, privilege = entry
    if grantor == owner or grantor in seen:
        return 0
    givers = [
        e for e, option in grants.items() if option and e[1] == grantor and e[2] == privilege and e[0] not in seen
    ]
    return 1 + min((_depth(e, grants, owner, seen | {grantor}) for e in givers), default=0)


def _statements(
    entries: list[Entry], form: str, grants: Grants, target: Target, *, last_first: bool = False
) -> Iterator[str]:
    """One statement for those of one grantor that are granted the same; who is not the owner grants as himself."""
    by_grantor: defaultdict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        depth = _depth(entry, grants, target.owner)
        by_grantor[-depth if last_first else depth, entry[0]].append(entry)
    for (_, grantor), these in sorted(by_grantor.items()):
        if grantor != target.owner:
            yield f"SET ROLE {quoted(grantor)}"
        for privileges, grantees in _alike(these):
            yield target.before + form.format(_words(privileges, target), target.on, ", ".join(map(_role, grantees)))
        if grantor != target.owner:
            yield "RESET ROLE"


def _alike(entries: list[Entry]) -> Iterator[tuple[frozenset[str], list[str]]]:
    """The grantees of each set of privileges."""
    privileges: defaultdict[str, set[str]] = defaultdict(set)
    for _, grantee, privilege in entries:
        privileges[grantee].add(privilege)
    grantees: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for grantee in sorted(privileges):
        grantees[frozenset(privileges[grantee])].append(grantee)
    yield from sorted(grantees.items(), key=lambda group: group[1])


def _role(name: str) -> str:
    return "PUBLIC" if name == PUBLIC else quoted(name)


def _words(privileges: frozenset[str], target: Target) -> str:
    every = all_privileges(target.what, target.version)
    if target.column:
        return ", ".join(f"{p} ({target.column})" for p in every if p in privileges)
    if len(every) > 1 and privileges == frozenset(every):
        return "ALL PRIVILEGES"
    return ", ".join([p for p in every if p in privileges])
