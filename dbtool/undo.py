"""files + ledger -> Plan of what `rollback` undoes, the last applied first. Pure."""

from collections.abc import Sequence

from dbtool.errors import UsageError
from dbtool.ledger import Ledger
from dbtool.migrations import Folder, Migration
from dbtool.plan import Plan, find_migration


def choose_undo(folder: Folder, ledger: Ledger, *, steps: int = 1, to: str = "") -> tuple[Migration, ...]:
    """Return the migrations to roll back, in the order to do it: the last *steps*, or all applied after *to*.

    *to* itself stays. Raises UsageError where *to* is not applied, where the file of one to undo is not here,
    and where something applied depends on one of them.
    """
    for id, states in ledger.interrupted.items():
        done = sum(state.state == "done" for state in states)
        raise UsageError(
            f"{id} is half-done ({done} of {max(s.of for s in states)} statements): there is no way back over it",
            hint="dbtool migrate finishes it; then roll it back",
        )
    files = {m.id: m for m in folder.migrations}
    place = {id: number for number, id in enumerate(files)}
    applied = sorted(ledger.applied.values(), key=lambda a: (a.at, place.get(a.id, len(place))))
    ids = [a.id for a in applied]
    if to:
        meant = find_migration(folder, to).id
        if meant not in ids:
            raise UsageError(f"{meant} is not applied: there is no way back to it", hint="`dbtool status` lists them")
        ids = ids[ids.index(meant) + 1 :]
    else:
        ids = ids[-steps:]
    chosen = list(reversed(ids))
    for id in chosen:
        if id not in files:
            raise UsageError(
                f"{id} was applied after what is to be undone, and its file is not here",
                hint="check out the branch that has it: only its rollback file knows how to undo it",
            )
    undone = _dependents_first([files[id] for id in chosen])
    refuse_dependents(undone, folder, ledger)
    return undone


def _dependents_first(chosen: Sequence[Migration]) -> tuple[Migration, ...]:
    """Keep the order (the last applied first) but where a dependent stands behind: clocks may have been apart."""
    waiting, ordered = list(chosen), list[Migration]()
    while waiting:
        needed = {id for m in waiting for id in m.depends}
        following = next(m for m in waiting if m.id not in needed)
        ordered.append(following)
        waiting.remove(following)
    return tuple(ordered)


def remaining(chosen: Sequence[Migration], folder: Folder, ledger: Ledger) -> Plan:
    """Return what of *chosen* is still applied, as the plan of a run: it may go on after a lost connection.

    Raises UsageError where something applied meanwhile depends on one of them.
    """
    left = [m for m in chosen if m.id in ledger.applied]
    refuse_dependents(left, folder, ledger)
    return Plan(pending=tuple(left), drift=())


def refuse_dependents(chosen: Sequence[Migration], folder: Folder, ledger: Ledger) -> None:
    """Raise UsageError where an applied migration that stays depends on one that goes."""
    going = {m.id for m in chosen}
    for migration in folder.migrations:
        needed = going & set(migration.depends)
        if needed and migration.id in ledger.applied and migration.id not in going:
            raise UsageError(
                f"{migration.id} is applied and depends on {', '.join(sorted(needed))}",
                hint=f"roll it back first, or together: dbtool rollback --steps {len(chosen) + 1}",
            )
