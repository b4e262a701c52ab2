"""What each trigger family costs an UPDATE of 200,000 rows, beside the same UPDATE without any."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from bench.databases import drop_database, fresh_database
from bench.engine import ratio_of_pairs
from bench.figures import Figure
from bench.rounds import Stage, say
from dbtool.families.family import Family, read_families
from dbtool.families.installing import TEMPLATES

ROWS = 200_000
COLUMNS = (
    "id int PRIMARY KEY, tenant_id uuid NOT NULL, name text NOT NULL, visits int NOT NULL, settings jsonb NOT NULL,"
    " created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, client_id uuid"
)
FILL = (
    "INSERT INTO {} SELECT i, '11111111-1111-4111-8111-111111111111', 'customer ' || i, 0, '{{\"theme\": \"dark\"}}',"
    " '2020-01-01', '2020-01-01', gen_random_uuid() FROM generate_series(1, {}) AS i"
)
PLAIN = "visits = visits + 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One UPDATE on a table with some families; the first variant has none."""

    name: str
    families: tuple[str, ...]
    sets: str = PLAIN

    @property
    def table(self) -> str:
        return self.name.replace("-", "_").replace(", ", "_").replace(" ", "_")


_CLIENT, _TIME = f"{PLAIN}, client_id = client_id", f"{PLAIN}, updated_at = updated_at"
_NEWER = f"{PLAIN}, updated_at = updated_at + interval '1 day'"
VARIANTS = (
    Variant(name="none", families=()),
    Variant(name="client-id", families=("client-id",)),
    Variant(name="client-id, set", families=("client-id",), sets=_CLIENT),
    Variant(name="updated-at", families=("updated-at",)),
    Variant(name="updated-at, set", families=("updated-at",), sets=_TIME),
    Variant(name="lww", families=("lww",), sets=_NEWER),
    Variant(name="audit", families=("audit",)),
    Variant(name="change-feed", families=("change-feed",)),
    Variant(name="tenant-rls", families=("tenant-rls",)),
    Variant(name="the first two", families=("client-id", "updated-at")),
    Variant(name="all", families=("audit", "change-feed", "client-id", "lww", "tenant-rls", "updated-at")),
)


def triggers_rounds(stage: Stage, rounds: int, size: int = ROWS) -> tuple[Figure, ...]:
    """Each variant in turn on a table of its own, each UPDATE taken back. Writes."""
    database = fresh_database(stage.server, "bench_triggers")
    values: dict[str, list[float]] = {variant.name: [] for variant in VARIANTS}
    cpu: dict[str, list[float]] = {variant.name: [] for variant in VARIANTS}
    with psycopg.connect(database.url(), autocommit=True) as connection:
        _prepare(connection, {family.name: family for family in read_families(TEMPLATES)}, size)
        for number in range(rounds):
            for variant in VARIANTS:
                seconds, of_processor = _updated(connection, variant, size)
                values[variant.name].append(seconds)
                cpu[variant.name].append(of_processor)
            told = ", ".join(f"{name} {found[-1]:.2f} s" for name, found in values.items())
            say(f"triggers, round {number + 1}: {told}")
        connection.execute("DROP OWNED BY bench_app")
        connection.execute("DROP ROLE bench_app")
    drop_database(stage.server, "bench_triggers")
    return tuple(
        Figure(tool=v.name, about=v.sets, values=tuple(values[v.name]), cpu=tuple(cpu[v.name])) for v in VARIANTS
    )


def ratios(figures: Sequence[Figure]) -> str:
    """How many times as long as without triggers each takes, and as much of the server's processor, by pairs."""
    by_cpu = [replace(figure, values=figure.cpu) for figure in figures if all(figure.cpu)]
    lines = [f"{'':<16} {'clock':>8} {'processor':>10}   (1: the same UPDATE without triggers)"]
    for name in (variant.name for variant in VARIANTS[1:]):
        found = (ratio_of_pairs(figures, name, "none"), ratio_of_pairs(by_cpu, name, "none"))
        clock, processor = ("-" if ratio is None else f"{ratio:.2f}" for ratio in found)
        lines.append(f"{name:<16} {clock:>8} {processor:>10}")
    return "\n".join(lines)


def _prepare(connection: psycopg.Connection, families: dict[str, Family], size: int) -> None:
    for name in sorted({name for variant in VARIANTS for name in variant.families}):
        for definition in families[name].shared:
            connection.execute(definition.sql)
    connection.execute("DROP ROLE IF EXISTS bench_app")
    connection.execute("CREATE ROLE bench_app")
    for variant in VARIANTS:
        table = sql.Identifier(variant.table)
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(COLUMNS)))
        connection.execute(sql.SQL(FILL).format(table, size))
        for name in variant.families:
            for definition in families[name].definitions_for(f"public.{variant.table}"):
                connection.execute(definition.sql)
        connection.execute(sql.SQL("GRANT SELECT, UPDATE ON {} TO bench_app").format(table))
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(table))


def _updated(connection: psycopg.Connection, variant: Variant, size: int) -> tuple[float, float]:
    """Return the seconds of one UPDATE of all rows, and those of the server's processor; it is taken back. Writes."""
    table = sql.Identifier(variant.table)
    update = sql.SQL("UPDATE {} SET {}").format(table, sql.SQL(variant.sets))  # pyright: ignore[reportArgumentType]
    connection.execute("CHECKPOINT")  # what came before is not paid for by the next measurement
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL app.tenant_id = '11111111-1111-4111-8111-111111111111'")
        connection.execute("SET LOCAL ROLE bench_app")
        started, before = time.perf_counter(), _processor(connection.info.backend_pid)
        changed = connection.execute(update).rowcount
        seconds, of_processor = time.perf_counter() - started, _processor(connection.info.backend_pid) - before
    connection.execute(sql.SQL("VACUUM {}").format(table))
    if changed != size:
        raise SystemExit(f"bench: {variant.name} changed {changed} rows")
    return seconds, of_processor


def _processor(pid: int) -> float:
    """Return the processor's seconds that a process has taken; 0 where /proc does not tell. It is of this machine."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
