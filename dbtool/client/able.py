"""What a PGlite has, and what has no place in one. Pure.

A PGlite is a PostgreSQL of one process and one session, whose one user is a superuser: https://pglite.dev/docs/.
"""

import re
from collections.abc import Collection, Mapping

from dbtool.schema.catalog import Record
from dbtool.schema.names import unquoted

# The extensions in the package @electric-sql/pglite itself (its contrib/), by their SQL names.
EXTENSIONS = (
    "amcheck", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dict_int", "dict_xsyn", "earthdistance",
    "file_fdw", "fuzzystrmatch", "hstore", "intarray", "isn", "lo", "ltree", "moddatetime", "pageinspect",
    "pg_buffercache", "pg_freespacemap", "pg_stat_statements", "pg_surgery", "pg_trgm", "pg_visibility",
    "pg_walinspect", "pgcrypto", "seg", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent",
    "uuid-ossp",
)  # fmt: skip

_ONE_USER = "is about who may do what, and a PGlite has one user, who may do all"
_REPLICATION = "is about replication, which no PGlite does"
_FOREIGN = "reads another server, which no PGlite reaches"
_IN_C = "is written in C, for the server's own processor"
_KINDS: Mapping[str, str] = {
    "publication": _REPLICATION,
    "publication relation": _REPLICATION,
    "publication namespace": _REPLICATION,
    "subscription": _REPLICATION,
    "policy": _ONE_USER,
    "default acl": _ONE_USER,
    "security label": _ONE_USER,
    "foreign-data wrapper": _FOREIGN,
    "server": _FOREIGN,
    "user mapping": _FOREIGN,
    "foreign table": _FOREIGN,
    "event trigger": "does not fire in a PGlite, which runs in single-user mode",
    "language": "is a language that no PGlite has",
    "transform": "is of a language that no PGlite has",
    "access method": _IN_C,
    "conversion": _IN_C,
    "text search parser": _IN_C,
    "text search template": _IN_C,
}
_LANGUAGES = frozenset({"sql", "plpgsql", "internal"})


# The collations that PostgreSQL itself comes with, and a PGlite has as well; those of ICU's locales it has not.
_COLLATIONS = frozenset({"C", "POSIX", "default", "pg_c_utf8", "pg_unicode_fast", "ucs_basic", "unicode", "und-x-icu"})
_COLLATE = re.compile(r'(?<![\w"])COLLATE (?:pg_catalog\.)?(?:"((?:[^"]|"")+)"|([a-z_]\w*))(?![\w".])')


def cannot(record: Record, extensions: Collection[str]) -> str:
    """Return why no PGlite that is made with *extensions* can have *record*; "" where one can.

    >>> publication = Record(
    ...     kind="publication", schema="", parent="", name="p", owner=None, grants=None, comment=None, is_={}
    ... )
    >>> cannot(publication, EXTENSIONS)
    'is about replication, which no PGlite does'
    """
    if why := _KINDS.get(record.kind):
        return why
    if record.kind == "extension" and record.name not in extensions:
        return "is no extension of PGlite's, nor one that [client] extensions names"
    if record.kind in ("function", "procedure") and (language := record.is_["language"]) not in _LANGUAGES:
        return _IN_C if language == "c" else f"is written in {language}, which no PGlite has"
    if record.kind in ("index", "constraint") and (collation := _collation(record.is_.get("definition", ""))):
        return f'sorts by the collation "{collation}", which no PGlite has'
    return ""


def _collation(definition: str) -> str:
    """Return a collation of the operating system or of ICU that *definition* names; "" for none.

    >>> _collation('CREATE INDEX i ON app.t USING btree (a COLLATE "C", b COLLATE "de-x-icu")')
    'de-x-icu'
    """
    found = ((quoted or plain).replace('""', '"') for quoted, plain in _COLLATE.findall(definition))
    return next((name for name in found if name not in _COLLATIONS), "")


def unable(record: Record) -> Mapping[str, str]:
    """Return the attributes of *record* that no PGlite has, and why; the rest of it one can have.

    >>> column = Record(
    ...     kind="column", schema="app", parent="app.t", name="a", owner=None, grants=None, comment=None,
    ...     is_={"type": "text", "compression": "lz4", "collation": '"de-x-icu"'},
    ... )
    >>> sorted(unable(column))
    ['collation', 'compression']
    """
    found: dict[str, str] = {}
    if record.is_.get("compression") == "lz4":
        found["compression"] = "is by LZ4, which no PGlite has"
    names = unquoted(record.is_.get("collation", ""))
    if names and names[0] == "pg_catalog":
        names = names[1:]
    if len(names) == 1 and names[0] not in _COLLATIONS:
        found["collation"] = f'is "{names[0]}", which no PGlite has: it sorts by bytes'
    return found
