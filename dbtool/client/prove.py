"""proved(...): whether a real PGlite becomes by the client's migrations what the schema says."""

from dataclasses import replace

from dbtool.client.bundle import Bundle
from dbtool.client.pglite import Made, PGlite, made_in_pglite
from dbtool.config import Project
from dbtool.finding import Finding
from dbtool.schema.catalog import Catalog, Difference, compare
from dbtool.schema.migration.told import changes_told
from dbtool.schema.planning.comparable import comparable
from dbtool.schema.planning.engine import difference, makes_bodies
from dbtool.schema.whole import Schema


def differences_in_pglite(project: Project, pglite: PGlite, bundle: Bundle, wanted: Schema) -> list[Finding]:
    """Return where a PGlite to which *bundle* was applied is not as *wanted*. Runs node.

    Servers of different major versions write the same definition in different words. Where the shadow is of another
    one than PGlite, what is compared with is what the whole schema, in one text, makes of a PGlite.
    """
    made = made_in_pglite(project, pglite, bundle, from_nothing(wanted))
    return [
        Finding(
            id="client-not-proved",
            message=f"{d.what} in PGlite {pglite.version}: {d.record}"
            + (f" ({'; '.join(changes_told(d.wanted, d.found))})" if d.wanted and d.found else ""),
            help='dbtool generate --target client "..."',
        )
        for d in compared(wished(wanted, made), made.schema)
    ]


def wished(wanted: Schema, made: Made) -> Schema:
    """Return what a PGlite is to be compared with."""
    if made.fresh is None or made.schema.version // 10000 == wanted.version // 10000:
        return wanted
    # told of the older version: what that does not know, such as names of NOT NULL, its engine does not keep
    return replace(made.fresh, version=min(made.fresh.version, wanted.version))


def compared(wanted: Schema, made: Schema) -> tuple[Difference, ...]:
    """Return in what a PGlite that was *made* is not as *wanted*. Pure."""
    left, right = comparable(wanted, made), comparable(made, wanted)
    return compare(_without_locales(left.parts), _without_locales(right.parts))


def _without_locales(parts: Catalog) -> Catalog:
    """Return *parts* with collations as any ICU tells them: en-u-kn-true is en-u-kn to another one."""
    return {
        key: record.with_({name: value for name, value in record.is_.items() if name != "locale"})
        if key[0] == "collation"
        else record
        for key, record in parts.items()
    }


def from_nothing(wanted: Schema) -> str:
    """Return the SQL that makes *wanted* of a database with nothing in it. Pure."""
    public = ("schema", "", "", "public")
    nothing = Schema(parts={public: wanted.parts[public]}, needs={}, version=wanted.version, role=wanted.role)
    steps = difference(nothing, wanted)
    first = ["SET LOCAL check_function_bodies = off"] if makes_bodies(steps) else []
    return "".join(f"{sql};\n" for sql in (*first, *(s.sql for step in steps for s in step.statements)))
