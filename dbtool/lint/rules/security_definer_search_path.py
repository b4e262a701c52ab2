"""SECURITY DEFINER without a search_path of its own."""

from collections.abc import Iterator
from typing import Any

from dbtool.finding import Severity
from dbtool.lint.context import Context
from dbtool.lint.rule import CODE, Rule, Seen, at, nodes
from dbtool.lint.source import Source
from dbtool.lint.tree import listed_name


def _check(source: Source, context: Context) -> Iterator[Seen]:
    fixed = [
        listed_name(node.func.objname)
        for _, node in source.each("alter_function_stmt")
        if any(_sets_path(action.def_elem) for action in node.actions)
    ]
    for statement, node in source.each("create_function_stmt"):
        name = listed_name(node.funcname)
        options = [option.def_elem for option in node.options]
        if not any(_is_definer(o) for o in options) or any(_sets_path(o) for o in options):
            continue
        if any(name.same(f) for f in fixed) or node.HasField("sql_body"):  # a parsed body has its names resolved
            continue
        yield at(
            statement,
            f"{name} runs with its owner's rights, and looks names up in the caller's search_path: whoever can make an "
            "object in a schema there, pg_temp for one, can have it run as the owner",
            "SET search_path = pg_catalog, pg_temp; behind SECURITY DEFINER, and names with their schema in the body",
        )
    for statement, node in source.each("alter_function_stmt"):
        actions = [action.def_elem for action in node.actions]
        name = listed_name(node.func.objname)
        if any(_is_definer(a) for a in actions) and not any(name.same(f) for f in fixed):
            made = context.wanted.routine(name) or source.known.routine(name)
            if made is None or not any(_sets_path(o.def_elem) for o in made.node.options):
                yield at(
                    statement,
                    f"{name} is to run with its owner's rights, and looks names up in the caller's search_path",
                    "ALTER FUNCTION ... SECURITY DEFINER SET search_path = pg_catalog, pg_temp;",
                )
        elif any(_resets_path(a) for a in actions):
            yield at(
                statement, f"{name} looks names up in the caller's search_path from now on", severity=Severity.WARNING
            )


def _is_definer(option: Any) -> bool:
    return option.defname == "security" and bool(option.arg.boolean.boolval)


def _sets_path(option: Any) -> bool:
    setting = option.arg.variable_set_stmt
    return option.defname == "set" and setting.name.lower() == "search_path" and bool(setting.args or setting.kind == 3)


def _resets_path(option: Any) -> bool:
    setting = option.arg.variable_set_stmt
    return option.defname == "set" and setting.name.lower() == "search_path" and not setting.args


RULE = Rule(
    id="security-definer-search-path",
    title="A function with its owner's rights looks names up where the caller says",
    severity=Severity.ERROR,
    why="Inside a SECURITY DEFINER function, names without a schema are looked up in the caller's search_path. A "
    "caller who can create a table, function or operator in one of those schemas, and everyone can in pg_temp, has it "
    "used by the owner.",
    help="SET search_path = pg_catalog, pg_temp",
    page="sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY",
    check=_check,
    nodes=nodes("create_function_stmt", "alter_function_stmt"),
    roles=CODE,
)
