"""squawk's rules as dbtool tells them: the hazard's id, how bad it is, why, and what to do instead. Data alone.

A rule is left out where dbtool does itself what it asks for (time limits, transactions, going on after a failure), or
where a rule of dbtool's own knows better; `optional` ones are told where safety/policy.toml asks for them.
"""

from dataclasses import dataclass

from dbtool.finding import Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One rule of squawk. ``help`` goes before squawk's own; ``anywhere``: it is about names and types, not locks."""

    id: str
    title: str
    severity: Severity
    why: str
    help: str = ""
    anywhere: bool = False  # told of sql/schema, seeds and triggers too
    forward: bool = False  # not told of a rollback, which is there to take things away
    optional: bool = False


def _known(
    id: str, severity: Severity, title: str, why: str, help: str = "", *, anywhere: bool = False,
    forward: bool = False, optional: bool = False,
) -> Known:  # fmt: skip
    return Known(
        id=id, severity=severity, title=title, why=why, help=help, anywhere=anywhere, forward=forward,
        optional=optional,
    )  # fmt: skip


_CLIENTS = "What still runs with the old release uses it until it is replaced, and fails from the commit on."
_EXPAND = "in two releases: first let no client use it, then take it away"
_MANUAL = "https://www.postgresql.org/docs/current/"

RULES: dict[str, Known] = {
    # ---- locks and scans
    "require-concurrent-index-creation": _known(
        "require-concurrent-index-creation", ERROR, "an index is built while nobody can write",
        "CREATE INDEX holds a SHARE lock for as long as it reads the table: reads go on, every write waits. "
        f"({_MANUAL}sql-createindex.html, Building Indexes Concurrently)",
        "CREATE INDEX CONCURRENTLY ...; in a migration of its own, which begins with: -- transactional: false",
    ),
    "require-concurrent-index-deletion": _known(
        "require-concurrent-index-deletion", WARNING, "an index is dropped under the strongest lock",
        "DROP INDEX waits for an ACCESS EXCLUSIVE lock on the table, and all who come after wait behind it. "
        f"({_MANUAL}sql-dropindex.html)",
        "DROP INDEX CONCURRENTLY ...; in a migration of its own, which begins with: -- transactional: false",
    ),
    "require-concurrent-reindex": _known(
        "require-concurrent-reindex", ERROR, "an index is rebuilt while nobody can write",
        "REINDEX stops writers of the table, and readers that would use the index, until it is done. "
        f"({_MANUAL}sql-reindex.html)",
        "REINDEX INDEX CONCURRENTLY ...; in a migration of its own, which begins with: -- transactional: false",
    ),
    "require-concurrent-partition-detach": _known(
        "require-concurrent-partition-detach", ERROR, "a partition is detached under the strongest lock",
        "DETACH PARTITION takes ACCESS EXCLUSIVE on the parent: all its partitions stand still while it waits. "
        f"CONCURRENTLY takes a weaker lock since PostgreSQL 14. ({_MANUAL}sql-altertable.html)",
        "ALTER TABLE parent DETACH PARTITION part CONCURRENTLY; in a migration with: -- transactional: false",
    ),
    "ban-concurrent-index-creation-in-transaction": _known(
        "cannot-run-in-transaction", ERROR, "an index cannot be built CONCURRENTLY in a transaction",
        f"PostgreSQL refuses it: the build commits several times by itself. ({_MANUAL}sql-createindex.html)",
        "put it in a migration of its own, which begins with: -- transactional: false",
    ),
    "constraint-missing-not-valid": _known(
        "add-check", ERROR, "a constraint is checked while nobody can use the table",
        "ADD CONSTRAINT reads the whole table under its lock. Added NOT VALID it only holds for new rows, and VALIDATE "
        f"CONSTRAINT reads the old ones while all go on. ({_MANUAL}sql-altertable.html, ADD table_constraint)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (...) NOT VALID; and in the next migration: ALTER TABLE t VALIDATE "
        "CONSTRAINT c;",
    ),
    "adding-foreign-key-constraint": _known(
        "add-foreign-key", ERROR, "a foreign key is checked while nobody can write to two tables",
        f"Both tables are locked SHARE ROW EXCLUSIVE until every row was looked up. ({_MANUAL}sql-altertable.html, ADD "
        "table_constraint)",
        "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (...) REFERENCES ... NOT VALID; and in the next migration: ALTER "
        "TABLE t VALIDATE CONSTRAINT c;",
    ),
    "disallowed-unique-constraint": _known(
        "add-unique", ERROR, "a unique index is built while nobody can use the table",
        "ADD UNIQUE builds its index under ACCESS EXCLUSIVE: neither reads nor writes meanwhile. "
        f"({_MANUAL}sql-altertable.html, ADD table_constraint_using_index)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (...); then in another migration: ALTER TABLE t ADD CONSTRAINT c "
        "UNIQUE USING INDEX i;",
    ),
    "adding-serial-primary-key-field": _known(
        "add-primary-key", ERROR, "a primary key is built while nobody can use the table",
        f"ADD PRIMARY KEY builds its index, and looks for NULL, under ACCESS EXCLUSIVE. ({_MANUAL}sql-altertable.html, "
        "ADD table_constraint_using_index)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (...); then in another migration: ALTER TABLE t ADD CONSTRAINT c "
        "PRIMARY KEY USING INDEX i;",
    ),
    "adding-not-nullable-field": _known(
        "set-not-null", ERROR, "SET NOT NULL reads the whole table under the strongest lock",
        "It looks for NULL in each row under ACCESS EXCLUSIVE, unless a validated CHECK (c IS NOT NULL) says already "
        f"that there is none. ({_MANUAL}sql-altertable.html, SET/DROP NOT NULL)",
        "ALTER TABLE t ADD CONSTRAINT c_not_null CHECK (c IS NOT NULL) NOT VALID; then VALIDATE CONSTRAINT in the next "
        "migration; then SET NOT NULL, and drop the constraint",
    ),
    "adding-required-field": _known(
        "add-not-null-column", ERROR, "a column NOT NULL without a default fails where there are rows",
        f"Each row there is would have NULL in it, and so the statement fails. ({_MANUAL}sql-altertable.html)",
        "give it a constant DEFAULT, which costs nothing; or add it without NOT NULL, fill it, and tighten it later",
    ),
    "ban-alter-domain-with-add-constraint": _known(
        "alter-domain-constraint", ERROR, "a domain's constraint is checked in every table that uses it",
        "ALTER DOMAIN ... ADD CONSTRAINT reads every table with a column of the domain, one lock after the other. "
        f"({_MANUAL}sql-alterdomain.html)",
        "ALTER DOMAIN d ADD CONSTRAINT c CHECK (...) NOT VALID; and VALIDATE CONSTRAINT in the next migration",
    ),
    "ban-create-domain-with-constraint": _known(
        "create-domain-with-constraint", WARNING, "a domain with a constraint is hard to change later",
        f"What it allows can only be changed by reading every table that uses it. ({_MANUAL}sql-alterdomain.html)",
        "put the CHECK on the column", anywhere=True,
    ),
    # ---- what loses data, or is used by clients
    "ban-drop-table": _known(
        "drop-table", ERROR, "a table goes with all its rows",
        f"The rows are gone, and no rollback brings them back. {_CLIENTS}", _EXPAND, forward=True,
    ),
    "ban-drop-column": _known(
        "drop-column", ERROR, "a column goes with all that is in it",
        f"The values are gone, and no rollback brings them back. {_CLIENTS}", _EXPAND, forward=True,
    ),
    "ban-drop-database": _known(
        "drop-database", ERROR, "a database goes with all that is in it",
        "No migration is recorded in what it drops, and nothing brings it back.", "take it out: dbtool drop",
    ),
    "ban-drop-schema": _known(
        "drop-schema", ERROR, "a schema goes", f"With CASCADE all that is in it goes too. {_CLIENTS}", _EXPAND,
        forward=True,
    ),
    "ban-drop-sequence": _known(
        "drop-sequence", ERROR, "a sequence goes, and where it stood is forgotten", _CLIENTS, _EXPAND, forward=True,
    ),
    "ban-drop-extension": _known(
        "drop-extension", ERROR, "an extension goes with its functions, types and tables", _CLIENTS, _EXPAND,
        forward=True,
    ),
    "ban-truncate-cascade": _known(
        "truncate-table", ERROR, "TRUNCATE ... CASCADE empties tables that are not named",
        f"Every table with a foreign key to it is emptied too, and those behind it. ({_MANUAL}sql-truncate.html)",
        "name each table that is meant, and leave CASCADE out",
    ),
    "ban-drop-view": _known("drop-view", WARNING, "a view goes", _CLIENTS, _EXPAND, forward=True),
    "ban-drop-function": _known("drop-function", WARNING, "a function goes", _CLIENTS, _EXPAND, forward=True),
    "ban-drop-type": _known("drop-type", WARNING, "a type goes", _CLIENTS, _EXPAND, forward=True),
    "ban-drop-domain": _known("drop-domain", WARNING, "a domain goes", _CLIENTS, _EXPAND, forward=True),
    "ban-drop-default": _known(
        "drop-default", WARNING, "a column loses its default",
        "Inserts that leave the column out write NULL from then on, or fail where it is NOT NULL.",
        "first let every client give a value", forward=True,
    ),
    "ban-drop-not-null": _known(
        "drop-not-null", WARNING, "a column may hold NULL", "Clients that never met NULL there meet it.",
        "first let every client that reads it expect NULL", forward=True,
    ),
    "ban-drop-constraint": _known(
        "drop-constraint", WARNING, "a constraint goes",
        "What clients rely on is no longer kept; that of a foreign key locks both tables.",
        "make sure that nobody relies on it", forward=True,
    ),
    "ban-drop-generated-expression": _known(
        "drop-generated-expression", WARNING, "a generated column becomes a plain one",
        "It keeps the values it has, and new rows have none unless clients write them.", "let clients write it first",
        forward=True,
    ),
    "ban-alter-identity": _known(
        "alter-identity", WARNING, "a column's identity changes",
        "GENERATED ALWAYS refuses inserts that give a value; without identity, inserts that give none fail.",
        "let clients change over first", forward=True,
    ),
    "renaming-column": _known(
        "rename-column", ERROR, "a column gets another name", _CLIENTS,
        "add a column of the new name, keep both the same by a trigger, and drop the old one a release later; or a "
        "view with the old name", forward=True,
    ),
    "renaming-table": _known(
        "rename-table", ERROR, "a table gets another name", _CLIENTS,
        "in the same migration: CREATE VIEW old_name AS SELECT * FROM new_name; and drop it a release later",
        forward=True,
    ),
    "renaming-object": _known(
        "rename-object", WARNING, "something gets another name", _CLIENTS, "let clients know both names for a while",
        forward=True,
    ),
    "ban-set-schema": _known(
        "set-schema", ERROR, "something moves to another schema", _CLIENTS,
        "leave a view of the old name behind for a release", forward=True,
    ),
    "ban-duplicate-column-assignments": _known(
        "duplicate-column-assignment", ERROR, "a column is set twice", "PostgreSQL refuses the UPDATE.",
        "take one of the two out", anywhere=True,
    ),
    # ---- types and names
    "prefer-bigint-over-int": _known(
        "prefer-bigint-over-int", WARNING, "a 32-bit number may run out",
        "After 2,147,483,647 inserts fail, and changing the type then writes the table anew.", "bigint", anywhere=True,
    ),
    "prefer-bigint-over-smallint": _known(
        "prefer-bigint-over-smallint", WARNING, "a 16-bit number may run out",
        "After 32,767 inserts fail, and changing the type then writes the table anew.", "bigint", anywhere=True,
    ),
    "prefer-identity": _known(
        "prefer-identity", WARNING, "serial instead of an identity column",
        "A serial's sequence has rights of its own, and any client may write the column by mistake. "
        f"({_MANUAL}ddl-identity-columns.html)",
        "bigint GENERATED ALWAYS AS IDENTITY", anywhere=True,
    ),
    "prefer-text-field": _known(
        "prefer-text-field", WARNING, "varchar(n) instead of text",
        f"Its length is hard to make smaller later, and it is no faster than text. ({_MANUAL}datatype-character.html)",
        "text, with a CHECK (length(c) <= n) where there is a limit", anywhere=True,
    ),
    "prefer-timestamp-tz": _known(
        "prefer-timestamp-tz", WARNING, "timestamp without time zone",
        "It keeps no point in time: whoever reads it must know in which zone it was written. "
        f"({_MANUAL}datatype-datetime.html)",
        "timestamptz", anywhere=True,
    ),
    "ban-char-field": _known(
        "char-field", WARNING, "char(n) is padded with blanks",
        f"It takes more room, and compares in surprising ways. ({_MANUAL}datatype-character.html)", "text",
        anywhere=True,
    ),
    "identifier-too-long": _known(
        "identifier-too-long", WARNING, "a name is longer than 63 bytes",
        f"PostgreSQL cuts it off, with a notice at most. ({_MANUAL}sql-syntax-lexical.html)",
        "a name of 63 bytes or less", anywhere=True,
    ),
    "require-enum-value-ordering": _known(
        "require-enum-value-ordering", NOTE, "an enum value is added without a place",
        f"It comes last, and the order of an enum cannot be changed later. ({_MANUAL}sql-altertype.html)",
        "ALTER TYPE e ADD VALUE 'v' BEFORE 'w'; or AFTER",
    ),
    # ---- only where the policy asks for them: [lint] on = ["require-table-schema"]
    "require-table-schema": _known(
        "require-table-schema", WARNING, "a table is named without its schema",
        "search_path decides which one is meant.", "public.t", anywhere=True, optional=True,
    ),
    "ban-add-column": _known(
        "add-column", NOTE, "a column is added", "Clients that read rows by position, or SELECT *, meet it.",
        optional=True, forward=True,
    ),
    "ban-add-enum-value": _known(
        "add-enum-value", NOTE, "an enum gets a value", "Clients meet a value that they do not know.", optional=True,
        forward=True,
    ),
    "ban-add-composite-attribute": _known(
        "add-composite-attribute", NOTE, "a composite type gets an attribute", "Clients that take it apart meet it.",
        optional=True, forward=True,
    ),
    "ban-alter-database-options": _known(
        "alter-database-options", WARNING, "the database's settings change", "They hold for every new session.",
        optional=True,
    ),
    "ban-alter-extension": _known(
        "alter-extension", WARNING, "an extension changes", "An update may change or drop what clients use.",
        optional=True,
    ),
    "ban-alter-function-options": _known(
        "alter-function-options", WARNING, "a function's options change", "Clients may see other rights or results.",
        optional=True,
    ),
    "ban-alter-generated-expression": _known(
        "alter-generated-expression", WARNING, "a generated column is computed anew", "Clients read other values.",
        optional=True,
    ),
    "ban-alter-policy-condition": _known(
        "alter-policy-condition", WARNING, "a policy's condition changes", "Clients see other rows.", optional=True,
    ),
    "ban-alter-policy-roles": _known(
        "alter-policy-roles", WARNING, "a policy is for other roles", "Clients see other rows.", optional=True,
    ),
    "ban-alter-role-options": _known(
        "alter-role-options", WARNING, "a role's options change", "Roles belong to all databases of the server.",
        optional=True,
    ),
    "ban-alter-row-level-security": _known(
        "alter-row-level-security", WARNING, "row-level security is switched", "Clients see other rows.",
        optional=True,
    ),
    "ban-alter-sequence-values": _known(
        "alter-sequence-values", WARNING, "a sequence counts otherwise", "Numbers may come twice, or jump.",
        optional=True,
    ),
    "ban-alter-system-options": _known(
        "alter-system-options", WARNING, "the server's configuration changes", "It holds for all its databases.",
        optional=True,
    ),
    "ban-alter-view-options": _known(
        "alter-view-options", WARNING, "a view's options change", "Clients may see other rows.", optional=True,
    ),
    "ban-create-policy": _known(
        "create-policy", WARNING, "a policy is made", "Clients see other rows.", optional=True,
    ),
    "ban-detach-inheritance": _known(
        "detach-inheritance", WARNING, "a table leaves its parent", "Clients of the parent miss its rows.",
        optional=True, forward=True,
    ),
    "ban-disable-trigger": _known(
        "disable-trigger", WARNING, "triggers or row-level security are switched off",
        "What they keep true is not kept.", optional=True,
    ),
    "ban-drop-index": _known(
        "drop-index", NOTE, "an index goes", "Queries may get slow, and a unique one kept something true.",
        optional=True, forward=True,
    ),
    "ban-drop-policy": _known(
        "drop-policy", WARNING, "a policy or rule goes", "Clients see other rows.", optional=True, forward=True,
    ),
    "ban-drop-trigger": _known(
        "drop-trigger", WARNING, "a trigger goes", "What it kept true is not kept.", optional=True, forward=True,
    ),
    "ban-new-write-restriction": _known(
        "new-write-restriction", NOTE, "a constraint may refuse what clients write",
        "Clients of the old release do not know it.", optional=True, forward=True,
    ),
    "ban-replace-view-function": _known(
        "replace-view-function", NOTE, "a view or function is replaced", "Clients get another answer.", optional=True,
    ),
    "ban-replica-identity": _known(
        "replica-identity", WARNING, "what replication sends of a row changes", "Subscribers may get too little.",
        optional=True,
    ),
    "ban-revoke": _known("revoke", WARNING, "a right or role is taken away", "Clients may be refused.", optional=True),
    "ban-set-default": _known(
        "set-default", NOTE, "a column gets another default", "Clients that leave it out write another value.",
        optional=True,
    ),
}  # fmt: skip

# dbtool keeps what these ask for: lock_timeout, one transaction for a file, going on after the statement that was done.
# IF NOT EXISTS would keep the invalid index that a failed build has left behind.
LEFT_OUT = (
    "require-lock-timeout", "require-statement-timeout", "require-timeout-settings", "prefer-robust-stmts",
    "transaction-nesting", "ban-uncommitted-transaction",
    # dbtool's own rules know which types and defaults write a table anew, and what stands in a VACUUM's options
    "adding-field-with-default", "changing-column-type", "prefer-repack",
)  # fmt: skip
