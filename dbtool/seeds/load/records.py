"""CSV cut into records, as COPY cuts it: a line end counts outside of quotes alone. Pure.

A quote is doubled inside of quotes, so whether a place is inside of them is told by the number of quotes before it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from dbtool.errors import UsageError
from dbtool.report import counted, sized

QUOTE = b'"'
_record = {
    b"\n": re.compile(rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n'),
    b"\r": re.compile(rb'[^"\r]*+(?:"[^"]*+"[^"\r]*+)*+\r'),
}


def line_end(start: bytes) -> bytes:
    r"""Return what ends the lines of a file that starts so: b"\n" (also for CRLF), or b"\r" as on old Macs.

    >>> line_end(b'"a\rb",c\n'), line_end(b"a\r\nb"), line_end(b"a\rb")
    (b'\n', b'\n', b'\r')
    """
    inside = False
    for found in re.finditer(rb'["\r\n]', start):
        if found[0] == QUOTE:
            inside = not inside
        elif not inside:
            bare = found[0] == b"\r" and start[found.end() : found.end() + 1] not in (b"\n", b"")
            return b"\r" if bare else b"\n"
    return b"\n"


def cut_off(text: bytes, end: bytes) -> int:
    r"""Return where the last whole record of *text* ends, 0 where there is none.

    >>> cut_off(b'a\n"b\nc', b"\n"), cut_off(b'"a\n', b"\n")
    (2, 0)
    """
    quotes, last = text.count(QUOTE), len(text)
    while (at := text.rfind(end, 0, last)) >= 0:
        quotes -= text.count(QUOTE, at, last)
        if quotes % 2 == 0:
            return at + 1
        last = at
    return 0


def whole_records(blocks: Iterable[bytes], end: bytes, *, size: int, longest: int, where: str) -> Iterator[list[bytes]]:
    r"""Yield the records, each with its line end, in lists of about *size* bytes. The last may have no end.

    Raises UsageError for a record of more than *longest* bytes: a quote that nobody closed.

    >>> list(whole_records([b'a\n"b', b'\nc"\nd'], b"\n", size=1, longest=99, where="x"))
    [[b'a\n'], [b'"b\nc"\n'], [b'd']]
    """
    held, line = b"", 1
    for block in blocks:
        held += block
        if len(held) < size:
            continue
        at = cut_off(held, end)
        if not at and len(held) > longest:
            raise UsageError(
                f"{where}: the record that begins {counted(line - 1, 'line')} below the header is longer than "
                f"{sized(longest)}: is a quote not closed?"
            )
        if at:
            yield _record[end].findall(held[:at])
            line += held.count(end, 0, at)
            held = held[at:]
    at = cut_off(held, end)
    records = _record[end].findall(held[:at])
    if at < len(held):
        records.append(held[at:])
    if records:
        yield records


def first_lines(records: Iterable[bytes], first: int, end: bytes) -> list[int]:
    r"""Return the line on which each record begins, where the first begins on line *first*; then that after the last.

    >>> first_lines([b'"a\nb"\n', b"c\n"], 2, b"\n")
    [2, 4, 5]
    """
    return list(accumulate((record.count(end) for record in records), initial=first))


def without_end(record: bytes) -> bytes:
    r"""Return a record without its line end.

    >>> without_end(b"a\r\n"), without_end(b"a\r"), without_end(b"a")
    (b'a', b'a', b'a')
    """
    if record.endswith(b"\r\n"):
        return record[:-2]
    return record[:-1] if record.endswith((b"\n", b"\r")) else record
