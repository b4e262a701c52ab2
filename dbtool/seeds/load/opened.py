"""A file of rows as it was asked for: which reader it gets, and which options do not go together."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool.errors import UsageError
from dbtool.seeds.load.delimited import DelimitedRows, python_encoding
from dbtool.seeds.load.json_lines import JsonRows
from dbtool.seeds.load.rows import Dialect, Rows
from dbtool.seeds.load.source import FORMATS, Source
from dbtool.seeds.load.table import Table

if TYPE_CHECKING:
    from dbtool.db import Conn

_SPELLED = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of a file."""

    format: str
    columns: str | None = None
    delimiter: str | None = None
    null: str | None = None
    header: bool = True
    encoding: str | None = None

    @property
    def delimited(self) -> bool:
        """Whether it is CSV or TSV."""
        return self.format in ("csv", "tsv")

    @property
    def divided_by(self) -> str:
        """The delimiter, which may be spelled."""
        if self.delimiter is None:
            return "\t" if self.format == "tsv" else ","
        return _SPELLED.get(self.delimiter, self.delimiter)

    def refuse_unfit(self, file: str, reject_file: Path | None) -> None:
        """Return where the options go together. Raises UsageError."""
        of_csv = {
            "--delimiter": self.delimiter is not None, "--null": self.null is not None, "--no-header": not self.header,
            "--encoding": self.encoding is not None,
        }  # fmt: skip
        given = [name for name, said in of_csv.items() if said]
        if given and not self.delimited:
            raise UsageError(f"{given[0]} is for CSV and TSV, and {file} is read as {self.format}")
        if len(self.divided_by.encode()) != 1 or self.divided_by in '"\r\n':
            raise UsageError(
                f"--delimiter {self.delimiter!r} is not one character of ASCII that can divide fields",
                hint=r"such as ';', '|' or '\t'",
            )
        if reject_file is not None:
            self._refuse_reject_file(file, reject_file)

    def _refuse_reject_file(self, file: str, reject_file: Path) -> None:
        if file != "-" and reject_file.exists() and Path(file).exists() and reject_file.samefile(file):
            raise UsageError(f"--reject-file {reject_file} is the file that is imported")
        found = FORMATS.get(reject_file.suffix.lower())
        if self.format == "parquet" and found != "jsonl":
            raise UsageError(
                "rows of Parquet are put aside as JSON Lines, in which they can be mended",
                hint=f"--reject-file {reject_file.with_suffix('.jsonl')}",
            )
        if reject_file.suffix.lower() == ".gz":
            raise UsageError("the file of rejected rows is not packed", hint=f"--reject-file {reject_file.stem}")


def open_rows(conn: "Conn", source: Source, table: Table, asked: Asked) -> Rows:
    """Return the rows of the file, its header read and compared with the table. Read-only. Raises UsageError."""
    said = _names(asked.columns) if asked.columns is not None else ()
    if asked.format == "jsonl":
        return JsonRows(source, table, said=said)
    if asked.format == "parquet":
        from dbtool.seeds.load.parquet import ParquetRows

        return ParquetRows(source, table, said=said)
    encoding = _encoding(conn, asked.encoding) if asked.encoding else "UTF8"
    dialect = Dialect(delimiter=asked.divided_by, null=asked.null or "", encoding=encoding)
    return DelimitedRows(source, table, dialect, said=said, has_header=asked.header)


def _names(columns: str) -> tuple[str, ...]:
    """Return the names of --columns, which are exact; one with a comma in it is put in double quotes.

    >>> _names('a, "b,c"')
    ('a', 'b,c')
    """
    import csv

    names = next(csv.reader([columns], skipinitialspace=True), list[str]())
    if not names or not all(name.strip() for name in names):
        raise UsageError(f"--columns {columns!r} does not name columns", hint="--columns id,name")
    return tuple(name.strip() for name in names)


def _encoding(conn: "Conn", name: str) -> str:
    """Return PostgreSQL's name of an encoding. Read-only. Raises UsageError."""
    import codecs

    names = [name]
    with suppress(LookupError):
        names.append(codecs.lookup(name).name)
    for word in names:
        row = conn.execute(
            "SELECT pg_encoding_to_char(pg_char_to_encoding(%s))", [word.replace("cp", "win")]
        ).fetchone()
        if row and row[0]:
            python_encoding(str(row[0]))
            return str(row[0])
    raise UsageError(
        f"PostgreSQL does not know the encoding {name!r}", hint="names such as UTF8, latin1, windows-1252, WIN1250"
    )
