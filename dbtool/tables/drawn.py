"""The list of tables for a person: within 80 columns, whatever the names. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from dbtool.report import Table as Drawn
from dbtool.report import counted, sized
from dbtool.schema.names import quoted
from dbtool.tables.listed import Table
from dbtool.tables.order import Cycle

WIDTH = 80
_NAME = 30  # a longer name has a line of its own
_LEAST = 12  # columns that a list of words has at least
_LISTS = 5  # from this column on they are lists of words
_COLUMNS = ("table", "rows", "size", "category", "client", "families", "publications")


def drawn(tables: Sequence[Table], width: int = WIDTH) -> Drawn:
    """Return the tables as lines below a header; a list that is too long goes on in the line below."""
    cells = [_cells(table) for table in tables]
    shown = [n for n in range(len(_COLUMNS)) if n < _LISTS or any(row[n] for row in cells)]
    cells = [[row[n] for n in shown] for row in cells]
    columns = [_COLUMNS[n] for n in shown]
    widths = [max([len(columns[n]), *(len(row[n]) for row in cells)]) for n in range(len(columns))]
    widths[0] = max([len(columns[0]), *(len(row[0]) for row in cells if len(row[0]) <= _NAME)])
    if _narrowed(widths, cells, width):
        lines = [_line(line, widths) for row in cells for line in _lines(row, widths)]
        return Drawn(columns=[_line(columns, widths)], rows=[[line] for line in lines])
    lines = [line for row in cells for line in _below(row, columns, widths, width)]
    return Drawn(columns=[_line(columns[:_LISTS], widths)], rows=[[line] for line in lines])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    sized_cells = enumerate(zip(cells, widths, strict=False))  # a name that has the line for itself is one cell
    return "  ".join(cell.rjust(size) if n in (1, 2) else cell.ljust(size) for n, (cell, size) in sized_cells).rstrip()


def _narrowed(widths: list[int], cells: Sequence[Sequence[str]], width: int) -> bool:
    """Give the lists of words what the others leave of *width*; return whether that is enough for their words."""
    lists = range(_LISTS, len(widths))
    words = [max((len(word) for row in cells for word in row[n].split(" ")), default=0) for n in range(len(widths))]
    room = width - sum(widths[:_LISTS]) - 2 * (len(widths) - 1)
    while sum(widths[n] for n in lists) > room:
        wide = [n for n in lists if widths[n] > max(words[n], _LEAST)]
        if not wide:
            return False
        widths[max(wide, key=lambda n: widths[n])] -= 1
    return True


def _below(row: Sequence[str], columns: Sequence[str], widths: Sequence[int], width: int) -> Iterator[str]:
    """Yield the lines of a table with its lists of words below it, where there is no room beside."""
    yield from (_line(line, widths) for line in _lines(row[:_LISTS], widths))
    for name, text in zip(columns[_LISTS:], row[_LISTS:], strict=True):
        lines = _wrapped(text, width - 6 - len(name))
        yield from (f"    {name if n == 0 else ' ' * len(name)}  {line}" for n, line in enumerate(lines) if line)


def _cells(table: Table) -> list[str]:
    families = [*table.families, *(f"({name})" for name in table.families_in_part)]
    return [
        shown_name(table),
        "?" if table.rows is None else f"{table.rows:,}",
        sized(table.bytes),
        table.tags.category or "-",
        "yes" if table.client else "no",
        ", ".join(families),
        ", ".join(table.publications),
    ]


def shown_name(table: Table) -> str:
    """Return the table's name: with its schema, where that is another than public."""
    name = quoted(table.name) if table.schema == "public" else str(table)
    marks = {"partitioned": f" ({counted(table.partitions, 'partition')})", "foreign": " (foreign)"}
    return name + marks.get(table.kind, "")


def _lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[list[str]]:
    if len(row[0]) > widths[0]:
        yield [row[0]]
        row = ["", *row[1:]]
    wrapped = [_wrapped(text, widths[n]) if n >= _LISTS else [text] for n, text in enumerate(row)]
    for number in range(max(map(len, wrapped))):
        yield [lines[number] if number < len(lines) else "" for lines in wrapped]


def _wrapped(text: str, width: int) -> list[str]:
    """Return *text* in lines, broken behind commas alone: names stay whole.

    >>> _wrapped("change-feed, lww", 12)
    ['change-feed,', 'lww']
    """
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def told(cycle: Cycle[str]) -> str:
    """Return a circle in words."""
    closing = "; ".join(
        f"{r.constraint} of {r.child} refers to {r.parent}, which comes later"
        + (" (deferrable)" if r.deferrable else " (may be NULL)" if r.nullable else "")
        for r in cycle.closing
    )
    return f"{', '.join(cycle.tables)} refer to each other in a circle: {closing}"


def summary_of(shown: Sequence[Table], all: Sequence[Table]) -> str:
    """Return the line that ends the list.

    >>> summary_of([], [])
    'there are no tables'
    """
    if not all:
        return "there are no tables"
    rows = [table.rows for table in shown]
    known = sum(number for number in rows if number is not None)
    of = f" of {len(all):,}" if len(shown) != len(all) else ""
    sizes = sized(sum(table.bytes for table in shown))
    return (
        f"{len(shown):,}{of} table{'' if len(shown) == 1 and not of else 's'}, about {counted(known, 'row')}, {sizes}"
    )


def names(tables: Iterable[Table]) -> str:
    """Return the quoted names, one a line: for scripts."""
    return "".join(f"{table}\n" for table in tables)
