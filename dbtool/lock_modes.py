"""The lock modes of tables, in the manual's words and in a person's. Pure."""

from enum import IntEnum


class Lock(IntEnum):
    """A table-level lock mode; the greater one is the stronger: manual, 13.3.1 "Table-Level Locks"."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    def __str__(self) -> str:
        """Return the name as the manual writes it.

        >>> str(Lock.SHARE_ROW_EXCLUSIVE)
        'SHARE ROW EXCLUSIVE'
        """
        return self.name.replace("_", " ")

    @property
    def blocks(self) -> str:
        """Return what others cannot do meanwhile, "" where rows are read and written as ever."""
        if self is Lock.ACCESS_EXCLUSIVE:
            return "blocks reads and writes"
        return "blocks writes" if self >= Lock.SHARE else ""


def lock_of(mode: str) -> Lock:
    """Return the lock that pg_locks calls *mode*.

    >>> lock_of("ShareUpdateExclusiveLock")
    <Lock.SHARE_UPDATE_EXCLUSIVE: 4>
    """
    return _BY_MODE[mode]


_BY_MODE = {"".join(word.capitalize() for word in lock.name.split("_")) + "Lock": lock for lock in Lock}
