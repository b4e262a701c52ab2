"""Parquet: read in batches by pyarrow, the one door to it, and written as CSV. An extra: dbtool-pg[parquet]."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

from dbtool.errors import UsageError
from dbtool.seeds.load.columns import refuse_unfit
from dbtool.seeds.load.records import whole_records
from dbtool.seeds.load.rows import CHUNK, LONGEST, Chunk, Dialect, Run
from dbtool.seeds.load.source import Kept, Source
from dbtool.seeds.load.table import Column, Table
from dbtool.seeds.load.values import Number, encoder, to_json

_ROWS = 20_000  # of a batch


class ParquetRows:
    """A Parquet file."""

    unit = "row"
    header = b""
    dialect = Dialect()

    def __init__(self, source: Source, table: Table, *, said: Sequence[str] = ()) -> None:
        """Read the schema. Raises UsageError without pyarrow, and for what is no Parquet or does not fit."""
        try:
            import pyarrow  # 0.1 s # pyright: ignore[reportMissingTypeStubs]
            import pyarrow.parquet  # pyright: ignore
        except ImportError:
            raise UsageError(
                "Parquet is read by pyarrow, which is not installed", hint="pip install 'dbtool-pg[parquet]'"
            ) from None
        self.source, arrow = source, cast(Any, pyarrow)
        raw = source.raw
        if isinstance(raw, Kept):
            raw = raw.whole()
        if source.packed:
            raise UsageError(f"{source.where} is packed with gzip: Parquet is packed inside already", hint="gunzip it")
        raw.seek(0)
        try:
            self._file: Any = arrow.parquet.ParquetFile(raw)
        except (arrow.ArrowException, OSError) as error:
            raise UsageError(f"{source.where} is no Parquet file: {str(error).splitlines()[0]}") from None
        names = [str(name) for name in self._file.schema_arrow.names]
        if absent := [name for name in said if name not in names]:
            raise UsageError(f"{source.where} has no column {', '.join(absent)}; it has: {', '.join(names)}")
        self.columns = tuple(said or names)
        refuse_unfit(table, self.columns, where="--columns" if said else f"the schema of {source.where}")
        by_name = {column.name: column for column in table.columns}
        self._columns = [by_name[name] for name in self.columns]

    def runs(self) -> Iterator[Run]:
        """Yield all rows for one COPY."""
        yield Run(columns=self.columns, blocks=(csv for csv, _ in self._batches()))

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows in chunks; as they were they are objects of JSON Lines."""
        number = 1
        for csv, batch in self._batches():
            records = [
                record
                for records in whole_records([csv], b"\n", size=CHUNK, longest=LONGEST, where=self.source.where)
                for record in records
            ]
            yield Chunk(
                columns=self.columns, records=records, lines=range(number, number + len(records)),
                raw=lambda index, batch=batch: _json_line(batch, index),
            )  # fmt: skip
            number += len(records)

    def _batches(self) -> Iterator[tuple[bytes, Any]]:
        import pyarrow  # pyright: ignore[reportMissingTypeStubs]

        arrow = cast(Any, pyarrow)
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS, columns=list(self.columns)):
                yield _as_csv(batch.select(list(self.columns)), self._columns), batch
        except (arrow.ArrowException, OSError) as error:
            raise UsageError(f"{self.source.where} cannot be read: {str(error).splitlines()[0]}") from None


def _as_csv(batch: Any, columns: Sequence[Column]) -> bytes:
    """Return a batch as CSV: NULL is nothing, a text is in quotes."""
    import pyarrow  # pyright: ignore[reportMissingTypeStubs]
    import pyarrow.csv  # pyright: ignore

    arrow = cast(Any, pyarrow)
    fields = [_as_fields(batch.column(at), column) for at, column in enumerate(columns)]
    table = arrow.RecordBatch.from_arrays(fields, names=list(batch.schema.names))
    sink = arrow.BufferOutputStream()
    arrow.csv.write_csv(table, sink, arrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue().to_pybytes()


def _as_fields(values: Any, column: Column) -> Any:
    """Return a column in types that the CSV writer of pyarrow has, each as PostgreSQL reads it."""
    import pyarrow  # pyright: ignore[reportMissingTypeStubs]

    arrow = cast(Any, pyarrow)
    types = arrow.types
    if types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if types.is_time(kind) or types.is_duration(kind) or types.is_timestamp(kind):
        return _moments(arrow, values)
    if types.is_map(kind):
        encode = encoder(column)
        texts = [None if value is None else _unquoted(encode(_plain(dict(value)))) for value in values.to_pylist()]
    elif types.is_nested(kind):
        encode = encoder(column)
        texts = [None if value is None else _unquoted(encode(_plain(value))) for value in values.to_pylist()]
    elif any(holds(kind) for holds in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary)):
        shown = _hex if column.is_bytes else _decoded
        texts = [None if value is None else shown(value) for value in values.to_pylist()]
    elif str(kind) in ("string_view", "binary_view"):
        return _as_fields(values.cast(arrow.binary() if "binary" in str(kind) else arrow.string()), column)
    elif isinstance(kind, arrow.BaseExtensionType):  # a UUID, for one
        texts = [None if value is None else str(_plain(value)) for value in values.to_pylist()]
    else:
        return values
    return arrow.array(texts, type=arrow.string())


def _moments(arrow: Any, values: Any) -> Any:
    kind = values.type
    if arrow.types.is_timestamp(kind):
        if kind.unit == "ns":  # PostgreSQL has microseconds; what is finer is cut off
            values = values.cast(arrow.timestamp("us", tz=kind.tz), safe=False)
        # the instant in UTC, with a Z behind it where there is a zone
        return values.cast(arrow.timestamp(values.type.unit, tz="UTC")) if kind.tz else values
    if arrow.types.is_time(kind):
        return values.cast(arrow.string())
    whole = values.cast(arrow.duration("us"), safe=False).cast(arrow.int64()).to_pylist()
    texts = [None if value is None else f"{value} microseconds" for value in whole]
    return arrow.array(texts, type=arrow.string())


def _plain(value: Any) -> Any:
    """Return a nested value in the types of JSON, a decimal with its digits."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in cast(dict[Any, Any], value).items()}
    if isinstance(value, list):
        items = cast(list[Any], value)
        if items and all(isinstance(item, tuple) for item in items):  # a map: its keys with their values
            return _plain(dict(items))
        return [_plain(item) for item in items]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal):
        return Number(value)
    if isinstance(value, bytes):
        return _hex(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _hex(value: bytes) -> str:
    return "\\x" + value.hex()


def _decoded(value: bytes) -> str:
    return value.decode(errors="replace")


def _unquoted(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def _json_line(batch: Any, index: int) -> bytes:
    row = {str(name): _plain(value) for name, value in batch.slice(index, 1).to_pylist()[0].items()}
    return to_json(row).encode() + b"\n"
