"""Log sequence numbers: positions in the write-ahead log, in bytes from its beginning. Pure.

https://www.postgresql.org/docs/current/datatype-pg-lsn.html
"""

import re


def lsn_of(text: str) -> int:
    """Return the position of an LSN as PostgreSQL writes it. Raises ValueError for what is none.

    >>> lsn_of("16/B374D848") - lsn_of("16/B374D800")
    72
    """
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an LSN such as 16/B374D848")
    return int(found[1], 16) << 32 | int(found[2], 16)


def lsn_text(position: int) -> str:
    """Return a position as PostgreSQL writes it.

    >>> lsn_text(97500059720)
    '16/B374D848'
    """
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def segment_name(position: int, segment_bytes: int) -> str:
    """Return the name of the file in pg_wal that holds a position, without its timeline.

    >>> segment_name(0x16_B374D848, 16 * 1024 * 1024)
    '00000016000000B3'
    """
    return f"{position >> 32:08X}{(position & 0xFFFFFFFF) // segment_bytes:08X}"
