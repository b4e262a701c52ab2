"""What still names a table, a column or a function, as far as the project's files say. Pure but for reading them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbtool.lint.context import Context
from dbtool.lint.known import Known, Routine
from dbtool.lint.source import Source
from dbtool.lint.tree import Name, columns_in, functions_in, listed_name, relation_name, relations_in, strings_of
from dbtool.parser import enum_word, node_name
from dbtool.schema.names import quoted

_Key = tuple[str, str]  # the kind and the name of what mentions it


@dataclass(frozen=True, slots=True)
class Gone:
    """What goes: a relation, a column of it, or a routine. Views and policies follow what is renamed, bodies do not."""

    name: Name
    column: str = ""
    routine: bool = False
    renamed: bool = False


def users_of(source: Source, context: Context, gone: Gone) -> list[str]:
    """Return what names it after this file, in words."""
    known = context.wanted if context.schema else context.before(source.path)
    made_again = set(_handled(source))
    found = _of_routine(known, gone) if gone.routine else _of_relation(known, gone)
    return list(dict.fromkeys(word for word, name in found if name not in made_again))


def _of_relation(known: Known, gone: Gone) -> Iterator[tuple[str, _Key]]:
    if not gone.renamed:
        for name, query in known.views_with(gone.name):
            named = any(gone.name.same(r) for r in relations_in(query))
            if named and not gone.name.same(name) and (not gone.column or gone.column in columns_in(query)):
                yield f"view {name}", ("view", name.name)
        for policy, table, node in known.policies_with(gone.column or gone.name.name):
            mentioned = columns_in(node.qual) | columns_in(node.with_check)
            if gone.column and gone.name.same(table) and gone.column in mentioned:
                yield f"policy {quoted(policy)}", ("policy", policy)
            others = (r for expression in (node.qual, node.with_check) for r in relations_in(expression))
            if not gone.column and not gone.name.same(table) and any(gone.name.same(r) for r in others):
                yield f"policy {quoted(policy)} of {table}", ("policy", policy)
        for node in known.triggers_on(gone.name):
            mentioned = columns_in(node.when_clause) | set(strings_of(node.columns))
            if gone.column and gone.column in mentioned:
                yield f"trigger {quoted(node.trigname)}", ("trigger", node.trigname)
        if not gone.column:
            for table, constraint in known.foreign_keys_to(gone.name):
                if not gone.name.same(table.name):
                    yield f"a foreign key of {table.name} ({', '.join(constraint.columns)})", ("table", table.name.name)
    for routine in (r for routines in known.routines.values() for r in routines):
        if _mentions(known, routine, gone):
            yield f"function {routine.name}()", ("function", routine.name.name)


def _mentions(known: Known, routine: Routine, gone: Gone) -> bool:
    if (gone.column or gone.name.name).lower().encode() not in routine.sql.lower():
        return False
    text = routine.sql.decode(errors="replace").lower()
    if not gone.column:
        return _word(gone.name.name, text)
    if _word(gone.name.name, text) and _word(gone.column, text):
        return True
    runs_here = any(routine.name.same(listed_name(node.funcname)) for node in known.triggers_on(gone.name))
    return runs_here and re.search(rf"\b(?:new|old)\s*\.\s*\"?{re.escape(gone.column.lower())}\b", text) is not None


def _word(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(word.lower())}(?![\w$])", text) is not None


def _of_routine(known: Known, gone: Gone) -> Iterator[tuple[str, _Key]]:
    for trigger, table, node in known.all_triggers():
        if gone.name.same(listed_name(node.funcname)):
            yield f"trigger {quoted(trigger)} of {table}", ("trigger", trigger)
    for name, query in known.views_with(gone.name):
        if any(gone.name.same(f) for f in functions_in(query)):
            yield f"view {name}", ("view", name.name)
    for policy, table, node in known.policies_with(gone.name.name):
        if any(gone.name.same(f) for e in (node.qual, node.with_check) for f in functions_in(e)):
            yield f"policy {quoted(policy)} of {table}", ("policy", policy)
    for table in known.all_tables():
        for column in table.columns.values():
            if column.default is not None and any(gone.name.same(f) for f in functions_in(column.default)):
                yield f"the default of {quoted(column.name)} of {table.name}", ("table", table.name.name)


_KINDS = {
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "view",
    "OBJECT_TABLE": "table",
    "OBJECT_POLICY": "policy",
    "OBJECT_TRIGGER": "trigger",
}


def _handled(source: Source) -> Iterator[_Key]:
    """Yield the kind and the name of what this file drops, or makes anew."""
    for _, node in source.each("drop_stmt"):
        kind = enum_word(node, "remove_type")
        for item in node.objects:
            if node_name(item) == "object_with_args":
                yield "function", listed_name(item.object_with_args.objname).name
            elif kind in _KINDS:
                yield _KINDS[kind], listed_name(item.list.items).name
    for _, node in source.each("create_function_stmt"):
        yield "function", listed_name(node.funcname).name
    for _, node in source.each("view_stmt"):
        yield "view", relation_name(node.view).name
    for _, node in source.each("create_policy_stmt", "alter_policy_stmt"):
        yield "policy", node.policy_name
    for _, node in source.each("create_trig_stmt"):
        yield "trigger", node.trigname
