"""The states of the triggers that keep a constraint, as ALTER TABLE ... DISABLE TRIGGER ALL leaves them. Pure.

Their names hold numbers that differ from one database to the next, so they are looked up where the statement runs.
Only a superuser may do it.
"""

from collections.abc import Mapping

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import dollar_quoted
from dbtool.schema.names import literal
from dbtool.schema.statement import Statement

_VERB = {"disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS", None: "ENABLE"}

_LOOKED_UP = """\

DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT format('ALTER TABLE ONLY %s {verb} TRIGGER %I', t.tgrelid::regclass, t.tgname)
        FROM pg_catalog.pg_trigger AS t
        INNER JOIN pg_catalog.pg_constraint AS c ON t.tgconstraint = c.oid
        WHERE c.conrelid = to_regclass({table}) AND c.conname = {constraint}
            AND t.tgrelid = to_regclass({on}) AND t.tgfoid = {function}::regproc
    LOOP
        EXECUTE command;
    END LOOP;
END
"""


def set_states(record: Record, old: Mapping[str, str], new: Mapping[str, str]) -> list[Statement]:
    """Return the statements that turn the states *old* of a constraint's own triggers into *new*."""
    differing = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return [_set_state(record, key, new.get(key)) for key in differing]


def _set_state(record: Record, key: str, state: str | None) -> Statement:
    on, _, function = key.rpartition(" ")  # the function's name is one of PostgreSQL's own
    values = {
        "verb": _VERB[state],
        "table": literal(record.parent),
        "constraint": literal(record.name),
        "on": literal(on),
        "function": literal(f"pg_catalog.{function}"),
    }
    return Statement(f"DO {dollar_quoted(_LOOKED_UP.format(**values))}")
