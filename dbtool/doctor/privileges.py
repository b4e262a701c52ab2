"""Needs and the server's answers -> what is missing, with the GRANT to type. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from dbtool.doctor.check import Check, skipped
from dbtool.doctor.facts import Answer, Extension, Server
from dbtool.doctor.need import DROP, GRANT, MEMBER, OWN, Need
from dbtool.finding import Finding, Severity
from dbtool.ledger import Ledger
from dbtool.report import counted

_LEDGER_RIGHTS = {
    "_yoyo_migration": ("SELECT", "INSERT", "DELETE"),
    "_yoyo_log": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "_yoyo_version": ("SELECT", "UPDATE"),
    "yoyo_lock": ("SELECT", "UPDATE"),  # UPDATE is what LOCK TABLE ... IN SHARE MODE asks for
}


def ledger_needs(ledger: Ledger) -> tuple[Need, ...]:
    """Return what recording a migration needs: rights on the ledger's tables, or to make them.

    >>> [need.right + " " + need.kind for need in ledger_needs(Ledger(schema="log", exists=False))]
    ['CREATE schema', 'CREATE database']
    """
    what = f"the ledger in schema {ledger.schema}"
    if not ledger.exists:
        schema = Need(right="CREATE", kind="schema", name=ledger.schema, what=what)
        # CREATE SCHEMA IF NOT EXISTS asks for the right before it looks
        database = (Need(right="CREATE", kind="database", what=what),) if ledger.schema != "public" else ()
        return (schema, *database)
    return tuple(
        Need(right=right, kind="relation", name=table, schemas=(ledger.schema,), what=what)
        for table, rights in _LEDGER_RIGHTS.items()
        for right in rights
    )


def check_ledger_rights(needs: Sequence[Need], answers: Sequence[Answer], server: Server) -> Check:
    """Return whether the role may write the ledger."""
    if not needs:
        return skipped("ledger's privileges", "the ledger cannot be read")
    findings = _missing(needs, answers, server)
    renamed = tuple(replace(finding, id="ledger-privilege") for finding in findings)
    return Check(name="ledger's privileges", found=_found(renamed, "all held"), findings=renamed)


def check_privileges(needs: Sequence[Need], answers: Sequence[Answer], server: Server, pending: int) -> Check:
    """Return which rights the pending files need and the role lacks."""
    findings = _missing(needs, answers, server)
    held = f"all held that {counted(pending, 'pending file')} can be seen to need" if pending else "nothing is pending"
    return Check(name="privileges", found=_found(findings, held), findings=findings)


def check_extensions(needs: Sequence[Need], extensions: Sequence[Extension], server: Server) -> Check:
    """Return which extensions the pending files create that this server does not have, by the first that does."""
    by_name = {extension.name: extension for extension in extensions}
    findings = tuple(_no_extension(need, server) for need in needs if not by_name[need.name].available)
    found = ", ".join(by_name) + ": available" if by_name else "none wanted by pending files"
    return Check(name="extensions", found=_found(findings, found), findings=findings)


def split_needs(needs: Sequence[Need]) -> tuple[tuple[Need, ...], tuple[str, ...]]:
    """Return the needs for an extension to be created, and the names of the extensions."""
    wanted = tuple(need for need in needs if need.kind == "extension" and need.right == "CREATE")
    return wanted, tuple(dict.fromkeys(need.name for need in wanted))


def rights_of(needs: Sequence[Need], extensions: Sequence[Extension]) -> tuple[Need, ...]:
    """Return the needs as rights alone: an extension that is to be created takes a superuser, a trusted one less."""
    by_name = {extension.name: extension for extension in extensions}
    rights: list[Need] = []
    for need in needs:
        if need.kind != "extension" or need.right != "CREATE":
            rights.append(need)
            continue
        extension = by_name[need.name]
        if extension.installed or not extension.available:
            continue
        superuser = extension.superuser and not extension.trusted
        right, kind = ("SUPERUSER", "cluster") if superuser else ("CREATE", "database")
        rights.append(replace(need, right=right, kind=kind, name=""))
    return tuple(rights)


def _missing(needs: Sequence[Need], answers: Sequence[Answer], server: Server) -> tuple[Finding, ...]:
    """One finding for each right on each object, at the first statement that needs it."""
    groups: dict[tuple[str, ...], list[tuple[Need, Answer]]] = {}
    for need, answer in zip(needs, answers, strict=True):
        absent = need.right == MEMBER and not answer.found and need.name.startswith("pg_")
        if answer.closed and (need.right, answer.held) != ("CREATE", False):
            usage = replace(need, right="USAGE", kind="schema")
            key = ("USAGE", "schema", answer.closed, answer.role, "")
            groups.setdefault(key, []).append((usage, replace(answer, object=answer.closed, owner="")))
        if answer.held is False or absent:
            key = (need.right, need.kind, answer.object or need.name, answer.role, _own_words(need))
            groups.setdefault(key, []).append((need, answer))
    return tuple(_finding(group, server) for group in groups.values())


def _own_words(need: Need) -> str:
    return need.what if need.kind == "cluster" else ""  # each such statement has a remedy of its own


def _finding(group: list[tuple[Need, Answer]], server: Server) -> Finding:
    need, answer = group[0]
    elsewhere = [str(other.place) for other, _ in group[1:] if other.place]
    more = f", and {len(elsewhere) - 3} more" if len(elsewhere) > 3 else ""
    also = "\nalso at " + ", ".join(elsewhere[:3]) + more if elsewhere else ""
    provided = bool(server.provider) and need.kind in ("cluster", "role")
    # on a parameter it can be granted as well, and that cannot be asked without knowing of parameters
    perhaps = provided or (_alters_system(need) and server.version >= 150_000)
    if provided:
        also = f"\nthis looks like a managed server ({server.provider}): its provider may allow it all the same" + also
    return Finding(
        id="missing-privilege",
        message=f"{need.what} needs {_right(need, answer)}, {_lack(need, answer)}{also}",
        help=_remedy(need, answer, server),
        severity=Severity.WARNING if perhaps else Severity.ERROR,
        place=need.place,
        migration=need.migration,
    )


def _lack(need: Need, answer: Answer) -> str:
    return f"and {answer.role} is none" if need.right == "SUPERUSER" else f"which {answer.role} lacks"


def _right(need: Need, answer: Answer) -> str:
    if need.kind == "cluster":
        return "a superuser" if need.right == "SUPERUSER" else f"the attribute {need.right}"
    if need.right == MEMBER:
        return f"membership in {answer.object or need.name}"
    if need.right in (OWN, DROP):
        return f"the rights of the owner of {answer.object} ({answer.owner})"
    if need.right == GRANT:
        return f"a grant option on {answer.object}"
    if need.kind == "language" and need.right == "USAGE":
        return f"the language {answer.object}"
    kind = {"relation": "", "schema of": "schema "}.get(need.kind, need.kind + " ")
    return f"{need.right} on {kind}{answer.object}"


def _remedy(need: Need, answer: Answer, server: Server) -> str:
    role, owner = answer.role, answer.owner
    if need.kind == "cluster":
        return _attribute(need, role, server)
    if need.right == MEMBER:
        if not answer.found:
            return f"before PostgreSQL 16 that takes a superuser: {_once(need)}"
        return f"GRANT {answer.object} TO {role};"
    if need.right in (OWN, DROP, GRANT) or (need.right == "MAINTAIN" and server.version < 170_000):
        if answer.owner_superuser:
            remedy = f"ALTER {answer.owned_as} OWNER TO {role};" if answer.owned_as else _once(need)
            return f"{remedy}  -- as {owner}"
        return f"GRANT {owner} TO {role};  -- what the owner may, its members may"
    if need.kind == "language":
        return f"GRANT USAGE ON LANGUAGE {answer.object} TO {role}; an untrusted language takes a superuser"
    if need.kind in ("schema", "schema of"):
        if need.right == "USAGE":
            return f"GRANT USAGE ON SCHEMA {answer.object} TO {role};"
        # since PostgreSQL 15, public belongs to the role that stands for whoever owns the database
        whose = "the database's owner" if owner == "pg_database_owner" else owner
        return f"GRANT USAGE, CREATE ON SCHEMA {answer.object} TO {role};  -- as {whose}"
    kind = "" if need.kind == "relation" else need.kind.upper() + " "
    return f"GRANT {need.right} ON {kind}{answer.object} TO {role};  -- as {owner}"


def _attribute(need: Need, role: str, server: Server) -> str:
    if need.right != "SUPERUSER":
        return f"ALTER ROLE {role} {need.right};"
    if _alters_system(need) and server.version >= 150_000:
        return f"{_once(need)}, or GRANT ALTER SYSTEM ON PARAMETER {need.what.split()[-1]} TO {role};"
    if need.what.upper().startswith("CREATE EXTENSION"):
        return f"{_once(need)}, and write IF NOT EXISTS in the file"
    return f"{_once(need)}, and take it out of the migration; or migrate as a superuser"


def _alters_system(need: Need) -> bool:
    return need.what.upper().startswith("ALTER SYSTEM")


def _once(need: Need) -> str:
    return f"have a superuser run it once ({need.what})"


def _found(findings: Sequence[Finding], otherwise: str) -> str:
    return f"{len(findings)} missing" if findings else otherwise


def _no_extension(need: Need, server: Server) -> Finding:
    return Finding(
        id="missing-extension",
        message=f"{need.what} wants the extension {need.name}, whose files this server does not have",
        help=f"install its package on the server (for PostgreSQL {server.version // 10_000}); a managed server has "
        "a list of those that it offers",
        place=need.place,
        migration=need.migration,
    )
