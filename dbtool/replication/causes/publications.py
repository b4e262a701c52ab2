"""What is wrong with published tables: changes that fail, or that are sent without what identifies the row. Pure.

https://www.postgresql.org/docs/current/logical-replication-publication.html and the pages on row filters, column lists
and generated columns.
"""

from collections.abc import Iterator

from dbtool.finding import Severity
from dbtool.lint.tree import columns_in
from dbtool.parser import SyntaxRefused, syntax_trees
from dbtool.replication.cause import Cause
from dbtool.replication.published import Published, Publishing
from dbtool.schema.names import quoted

_SHOWN = 20  # names in one message
_REFUSED = 18  # from here on a replica identity must not have generated columns that are not sent


def publication_causes(publishing: Publishing, *, deep: bool) -> Iterator[Cause]:
    """Yield tables whose UPDATE or DELETE fails; with *deep* also what is never replicated."""
    for table in publishing.tables:
        changing = table.updates or table.deletes
        if changing:
            yield from _identity(table)
        if unsent := _unsent(table):
            refused = publishing.major >= _REFUSED and bool({*unsent} & {*(table.identifying or ())})
            yield _generated(table, unsent, fails=changing and refused)
    if deep and publishing.tables:
        yield from _never(publishing)


def _changes(table: Published) -> str:
    return " and ".join(word for word, sent in (("UPDATE", table.updates), ("DELETE", table.deletes)) if sent)


def _fail(table: Published) -> str:
    return f"{_changes(table)} of {table.name} {'fail' if table.updates and table.deletes else 'fails'}"


def _identity(table: Published) -> Iterator[Cause]:
    identifying = table.identifying
    if identifying is None:
        yield _no_identity(table)
        return
    identity = "of its replica identity"
    if outside := sorted(_filtered(table) - set(identifying)):
        yield _outside(table, "row-filter", outside, f"its row filter uses columns that are none {identity}")
    sent = {*(table.columns or table.all_columns), *_unsent(table)}
    if missing := [name for name in identifying if name not in sent]:
        yield _outside(table, "column-list", missing, f"its column list leaves out columns {identity}")


def _unsent(table: Published) -> tuple[str, ...]:
    """Return the generated columns that are not sent."""
    listed = table.columns if table.sends_generated or table.columns is None else ()
    return tuple(name for name in table.generated if not table.sends_generated and name not in (listed or ()))


def _filtered(table: Published) -> set[str]:
    if not table.filter:
        return set()
    try:
        (tree,) = syntax_trees(f"SELECT 1 WHERE {table.filter}".encode())
    except SyntaxRefused:  # the server's own text, of a newer syntax than the parser's
        return set()
    return set(columns_in(tree))


def _no_identity(table: Published) -> Cause:
    why, remedy = _why_none(table)
    return Cause(
        code="publication-without-replica-identity",
        severity=Severity.ERROR,
        subject=table.name,
        message=f"{_fail(table)}: publication {quoted(table.publication)} publishes it, and "
        f"nothing identifies its rows: {why}",
        evidence=(f"relreplident {table.identity!r}; error 55000 \"cannot update table ... does not have a replica "
                  "identity\"",),
        remedy=remedy,
        consequence="its changes succeed and are sent with their key; rows that were inserted so far are there already",
    )  # fmt: skip


def _why_none(table: Published) -> tuple[str, tuple[str, ...]]:
    full = f"ALTER TABLE {table.name} REPLICA IDENTITY FULL;  -- sends the whole old row; slow to find on a subscriber"
    add = f"ALTER TABLE {table.name} ADD PRIMARY KEY (...);"
    default = f"ALTER TABLE {table.name} REPLICA IDENTITY DEFAULT;"
    if table.identity == "n":
        return "its replica identity is NOTHING", (default if table.primary_key else add, full)
    if table.identity == "i":
        if table.identity_index and not table.identity_index.immediate:
            return "the index of its replica identity is deferrable", (default, full)
        restore = f"ALTER TABLE {table.name} REPLICA IDENTITY USING INDEX ...;  -- unique, NOT NULL, not partial"
        return "the index of its replica identity was dropped", (default if table.primary_key else add, restore, full)
    if table.primary_key:
        columns = ", ".join(quoted(name) for name in table.primary_key.columns)
        using = f"CREATE UNIQUE INDEX CONCURRENTLY ... ON {table.name} ({columns});"
        return (
            "its primary key is deferrable, which does not count",
            (using, f"ALTER TABLE {table.name} REPLICA IDENTITY USING INDEX ...;", full),
        )
    return "it has no primary key", (add, full)


def _outside(table: Published, what: str, columns: list[str], why: str) -> Cause:
    codes = {
        "row-filter": "publication-row-filter-outside-identity",
        "column-list": "publication-column-list-lacks-identity",
    }
    names = ", ".join(quoted(name) for name in columns)
    return Cause(
        code=codes[what],
        severity=Severity.ERROR,
        subject=table.name,
        message=f"{_fail(table)}: in publication {quoted(table.publication)} {why}: {names}",
        evidence=((f"WHERE {table.filter}",) if what == "row-filter" else ()) + (f"relreplident {table.identity!r}",),
        remedy=(
            f"ALTER TABLE {table.name} REPLICA IDENTITY FULL;  -- or an index with {names}; or publish without it:",
            f"ALTER PUBLICATION {quoted(table.publication)} SET TABLE ...;  -- all its tables, with another "
            + ("WHERE" if what == "row-filter" else "list"),
        ),
        consequence="changes of its rows succeed again",
    )


def _generated(table: Published, unsent: tuple[str, ...], *, fails: bool) -> Cause:
    names = ", ".join(quoted(name) for name in unsent)
    publication = quoted(table.publication)
    send = f"ALTER PUBLICATION {publication} SET (publish_generated_columns = stored);"
    if fails:
        return Cause(
            code="publication-generated-columns",
            severity=Severity.ERROR,
            subject=table.name,
            message=f"{_changes(table)} of {table.name} fails: {names} is generated, is in its replica identity, "
            f"and is not sent by publication {publication}",
            evidence=(f"relreplident {table.identity!r}; publish_generated_columns is none",),
            remedy=(send, f"or ALTER TABLE {table.name} REPLICA IDENTITY USING INDEX ...;  -- without {names}"),
            consequence="its changes succeed again; a VIRTUAL column cannot be sent: it must leave the identity",
        )
    return Cause(
        code="publication-generated-columns",
        severity=Severity.NOTE,
        subject=table.name,
        message=f"{names} of {table.name} is generated and is not sent by publication {publication}",
        evidence=("pg_attribute.attgenerated",),
        remedy=("a subscriber generates it itself; or, from PostgreSQL 18 on:", send),
    )


def _never(publishing: Publishing) -> Iterator[Cause]:
    if publishing.unlogged:
        yield Cause(
            code="unlogged-not-replicated",
            severity=Severity.NOTE,
            subject=", ".join(publishing.unlogged[:_SHOWN]),
            message=f"unlogged tables write no log: {_names(publishing.unlogged)} reaches no standby and no subscriber",
            evidence=("pg_class.relpersistence is 'u'",),
            remedy=tuple(f"ALTER TABLE {name} SET LOGGED;" for name in publishing.unlogged[:3]),
            consequence="writes the whole table to the log, under ACCESS EXCLUSIVE",
        )
    if publishing.sequences:
        yield Cause(
            code="sequences-not-replicated",
            severity=Severity.NOTE,
            subject=", ".join(publishing.sequences[:_SHOWN]),
            message=f"logical replication does not send the positions of sequences: {_names(publishing.sequences)}",
            evidence=("sequences of published tables",),
            remedy=("before a subscriber is written to: SELECT setval('...', (SELECT max(id) FROM ...));  -- there",),
            consequence="without it, its first inserts fail on keys that are taken",
        )


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
