"""Nothing that destroys is reached around the guard; the tables of the documentation are the policy's.

What destroys takes a Settled, which settle() alone makes, out of a verdict, which decide() alone makes. These tests
read the source: who imports what destroys, what is handed to it, what it looks at before it acts, and which other text
could be a statement that destroys.
"""

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from dbtool.guard.policy import Policy, built_in, tightened
from tests.conftest import ROOT, Project
from tests.house.test_imports import MODULES, PACKAGE, imported, name_of, tree_of

Function = ast.FunctionDef | ast.AsyncFunctionDef

# What takes something from a database. The other modules of wipe/ read, or are pure.
DESTROYING = (
    "dbtool.wipe.rows",
    "dbtool.wipe.objects",
    "dbtool.wipe.database",
    "dbtool.wipe.transaction",
    "dbtool.seeds.apply",
    "dbtool.seeds.large.plain",
    "dbtool.seeds.large.run",
    "dbtool.seeds.large.workers",
    "dbtool.seeds.load.apply",
    "dbtool.schema.migration.pushing",
)
COMMANDS = {
    f"commands/{name}.py" for name in ("reset", "nuke", "drop", "seed", "seed_import", "push", "trigger_changes")
}
TAKING = ("wipe_rows", "wipe_objects", "drop_database", "apply_seeds", "write_set", "copy_rows", "apply_push")
SETTLING = ("settle", "settle_weighed")
LOOKING = ("recheck", "require", "wiping")
PARTS = ("run", "unlinking")  # of wipe/transaction.py
READING = ("read_losses", "plan_run")  # counts rows; looks for an earlier run
WITHIN = ("run_plain",)  # a transaction of write_set()
# What may stand before the look: it touches no server.
BEFORE = ("monotonic", "command_for", "TypeError")


def is_inside(name: str) -> bool:
    return name.startswith(("wipe/", "seeds/")) or name == "schema/migration/pushing.py"


def called(node: ast.Call) -> str:
    """The name of what is called, without what it is an attribute of."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(node: ast.AST) -> list[ast.Call]:
    """The calls in it, in the order of the source."""
    found = (n for n in ast.walk(node) if isinstance(n, ast.Call))
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def functions(tree: ast.AST) -> Iterator[Function]:
    yield from (n for n in ast.walk(tree) if isinstance(n, Function))


def taking_functions() -> dict[str, Function]:
    found = [f for path in MODULES if is_inside(name_of(path)) for f in functions(tree_of(path)) if f.name in TAKING]
    return {f.name: f for f in found}


def settled_parameter(function: Function) -> int:
    """The place of the parameter that is a Settled among the positional ones, -1 where there is none."""
    annotations = [arg.annotation for arg in function.args.args]
    return next((n for n, a in enumerate(annotations) if a and ast.unparse(a).strip("\"'") == "Settled"), -1)


# ---- the door


def test_what_destroys_is_imported_by_its_commands_alone() -> None:
    for path in MODULES:
        name = name_of(path)
        if name in COMMANDS or is_inside(name):
            continue
        names = set(imported(list(ast.walk(tree_of(path)))))
        assert not [n for n in names if n in ("dbtool.wipe", "dbtool.seeds") or n.startswith(DESTROYING)], name


def test_modules_are_loaded_by_a_computed_name_at_known_places_alone() -> None:
    computing = {name_of(p) for p in MODULES for c in calls(tree_of(p)) if called(c) in ("import_module", "__import__")}
    known = {"cli.py", "server/process.py"}  # the commands; modules of ctypes and the standard library
    assert computing == known | {"lint/rules/__init__.py", "commands/lint.py"}  # a rule by its id, a format by its name


def test_every_function_that_takes_something_is_known_here() -> None:
    """What is public in these modules and has a connection wants a Settled, looks, or is a part of wiping()."""
    assert set(taking_functions()) == set(TAKING)
    for path in MODULES:
        if f"dbtool.{name_of(path)[:-3].replace('/', '.')}" not in DESTROYING:
            continue
        for function in tree_of(path).body:
            if isinstance(function, Function) and not function.name.startswith("_"):
                connected = {"conn", "conninfo"} & {argument.arg for argument in function.args.args}
                assert not connected or function.name in (*TAKING, *LOOKING, *PARTS, *READING, *WITHIN), function.name


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_wiping_is_called_inside_of_it_alone(name: str) -> None:
    found = 0
    for path in MODULES:
        if not is_inside(name_of(path)):
            continue
        tree = tree_of(path)
        blocks = [n for n in ast.walk(tree) if isinstance(n, ast.With)]
        wiping = [b for b in blocks if any(called(c) == "wiping" for item in b.items for c in calls(item.context_expr))]
        held = {id(n) for block in wiping for statement in block.body for n in ast.walk(statement)}
        for call in calls(tree):
            if isinstance(call.func, ast.Name) and call.func.id == name:
                assert id(call) in held, f"{name_of(path)}:{call.lineno}: {name}() outside of wiping()"
                found += 1
    assert found


def settled_arguments() -> Iterator[tuple[str, Function, ast.Call, ast.expr | None]]:
    """Each call of what destroys, outside of where it is defined: its module, its function, its Settled."""
    taking = taking_functions()
    for path in MODULES:
        for function in functions(tree_of(path)):
            for call in calls(function):
                if called(call) in taking:
                    at = settled_parameter(taking[called(call)])
                    given = next((k.value for k in call.keywords if k.arg == "settled"), None)
                    yield name_of(path), function, call, given or (call.args[at] if at < len(call.args) else None)


def bindings(function: Function, name: str) -> list[ast.expr | None]:
    """What a name stands for in a function: each value that is assigned to it, None for what is no plain assignment."""
    found: list[ast.expr | None] = [
        None for arg in ast.walk(function.args) if isinstance(arg, ast.arg) and arg.arg == name
    ]
    plain: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
            found.append(node.value)
            plain.add(id(node.targets[0]))
    stored = (
        n for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id == name
    )
    return found + [None for node in stored if id(node) not in plain]


def test_what_destroys_is_given_what_was_settled_in_the_same_function() -> None:
    found = list(settled_arguments())
    assert {called(call) for _, _, call, _ in found} == set(TAKING)
    for module, function, call, given in found:
        where = f"{module}:{call.lineno}: {called(call)}"
        assert isinstance(given, ast.Name), where
        values = bindings(function, given.id)
        assert values, where
        assert all(isinstance(value, ast.Call) and called(value) in SETTLING for value in values), where


@pytest.mark.parametrize("name", TAKING)
def test_what_destroys_looks_before_it_acts(name: str) -> None:
    function = taking_functions()[name]
    assert settled_parameter(function) >= 0, "it takes no Settled"
    names = [called(call) for call in calls(function)]
    first = next((n for n, called_ in enumerate(names) if called_ in LOOKING), len(names))
    assert first < len(names), "it never looks"
    assert set(names[:first]) <= set(BEFORE), names[:first]
    looks = [n for n, called_ in enumerate(names) if called_ in ("recheck", "wiping", "_refuse_another")]
    assert looks, "it never compares the database with the one that was judged"
    acts = [
        n
        for n, call in enumerate(calls(function))
        if called(call) in ("execute", "executemany", "copy", "stream", "run") and "wipe/begin" not in ast.unparse(call)
    ]
    assert acts, "it does nothing"
    assert looks[0] < acts[0], "it acts before it has compared"


def test_what_is_compared_raises() -> None:
    """The looks themselves are no empty functions: each of them raises Refused."""
    found = {
        f.name: f
        for path in MODULES
        for f in functions(tree_of(path))
        if f.name in ("recheck", "require", "_refuse_another")
    }
    assert len(found) == 3
    for function in found.values():
        raised = [
            ast.unparse(n.exc.func)
            for n in ast.walk(function)
            if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)
        ]
        assert set(raised) == {"Refused"}, function.name


def test_wiping_looks_before_it_lets_go_on() -> None:
    wiping = next(f for path in MODULES for f in functions(tree_of(path)) if f.name == "wiping")
    lines = {called(call): call.lineno for call in reversed(calls(wiping))}
    yields = [n.lineno for n in ast.walk(wiping) if isinstance(n, ast.Yield)]
    assert lines["require"] < lines["execute"] < lines["recheck"] < lines["_refuse_another"] < min(yields)
    executed = [call for call in calls(wiping) if called(call) == "execute" and call.lineno < lines["recheck"]]
    assert ["begin" in ast.unparse(call.args[0]) for call in executed] == [True], "more than its BEGIN before the look"


# ---- who makes what


def harmless(tree: ast.AST) -> set[int]:
    """The nodes that are annotations, or the class that isinstance() is asked about: they make nothing."""
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, Function):
            roots.append(node.returns)
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            roots.append(node.annotation)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            roots.append(node.args[1])
    return {id(n) for root in roots if root for n in ast.walk(root)}


def test_a_permission_is_made_by_settle_alone() -> None:
    for path in MODULES:
        if name_of(path) == "guard/settle.py":
            continue
        tree = tree_of(path)
        of_types = harmless(tree)
        used = [
            n.lineno
            for n in ast.walk(tree)
            if isinstance(n, (ast.Name, ast.Attribute)) and id(n) not in of_types
            and (n.attr if isinstance(n, ast.Attribute) else n.id) in ("Settled", "_made_here", "_seal")
        ]  # fmt: skip
        assert used == [], name_of(path)
    settle = tree_of(PACKAGE / "guard/settle.py")
    makers = {f.name for f in functions(settle) for call in calls(f) if called(call) == "Settled"}
    assert makers == {"settle"}


def test_a_verdict_is_made_by_decide_alone() -> None:
    """settle() turns a refusal that was overridden into a question, raised() a permission; nobody else makes a verdict."""
    makers = {
        (name_of(path), called(call), function.name)
        for path in MODULES
        if not name_of(path).startswith("lint/")  # which has an Allow of its own, and nothing of the guard
        for function in functions(tree_of(path))
        for call in calls(function)
        if called(call) in ("Allow", "Ask", "Refuse")
    }
    decided = {("guard/decide.py", verdict, "decide") for verdict in ("Allow", "Ask", "Refuse")}
    assert makers == decided | {("guard/settle.py", "Ask", "settle"), ("guard/decide.py", "Ask", "raised")}


# ---- statements that destroy

# Every text outside of wipe/ and seeds/ that could be one, and why it is none, or may be.
_ALLOWED = {
    ("doctor/need.py", "DROP"): "the name of a need",
    ("doctor/server.py", "DROP"): "an invalid index: advice that is printed",
    ("doctor/tables.py", "TRUNCATE"): "the name of a privilege",
    ("families/explained.py", "TRUNCATE"): "the name of an event",
    ("families/stand_in.py", "DROP"): "the NOT NULL of a table that is rolled back",
    ("feed/change.py", "TRUNCATE"): "the name of a change that was decoded",
    ("feed/decoded_text.py", "TRUNCATE"): "as feed/change.py",
    ("feed/drawn.py", "TRUNCATE"): "as feed/change.py",
    ("kinds.py", "DROP"): "names of kinds of statements",
    ("queries/doctor/privileges.sql", "DROP"): "the name of a need",
    ("queries/doctor/privileges.sql", "TRUNCATE"): "the name of a privilege",
    ("queries/ledger/forget_steps.sql", "DELETE FROM"): "the ledger's own rows: steps of a migration that is done",
    ("queries/ledger/record.sql", "DELETE FROM"): "the ledger's own rows: a migration that is recorded anew",
    ("queries/ledger/unrecord.sql", "DELETE FROM"): "the ledger's own rows: a migration that was rolled back",
    ("queries/slots/drop.sql", "PG_DROP_REPLICATION_SLOT"): "dbtool slots drop, which is settled and checked again",
    ("replication/causes/slots.py", "PG_DROP_REPLICATION_SLOT"): "a remedy: advice that is printed",
    ("replication/causes/subscriptions.py", "DROP"): "a remedy: advice that is printed",
    ("schema/planning/engine.py", "DROP"): "the engine's statements are data, as in schema/kinds/: who runs them: below",
    ("schema/planning/online.py", "DROP"): "as schema/planning/engine.py",
    ("shadow/databases.py", "DROP"): "a throw-away database: made here, as its name, its comment and its oid say",
    ("shadow/tamed.py", "DROP"): "a subscription of a throw-away database, which would hinder its end",
    ("runner/outcome.py", "DROP"): "the INVALID index of a CREATE INDEX CONCURRENTLY that was cut off, to be built again",
}  # fmt: skip
_OBJECTS = (
    "aggregate|cast|collation|conversion|database|domain|event|extension|foreign|function|index|language|materialized|"
    "operator|owned|policy|procedure|publication|role|routine|rule|schema|sequence|server|statistics|subscription|table|"
    "tablespace|text|transform|trigger|type|user|view"
)
_STATEMENT = re.compile(
    r"\b(DROP|TRUNCATE|DELETE\s+FROM|lo_unlink|pg_drop_replication_slot)\b"  # anywhere, as our texts write SQL
    rf"|(?i:\b(drop\s+(?:{_OBJECTS})\b|delete\s+from\b)|(?:^|;)\s*(truncate)\b)"
)


def texts() -> Iterator[tuple[str, str]]:
    """Each text of the package that could be sent to a server, with its file: queries, and literals that are no docstrings."""
    for path in sorted(PACKAGE.rglob("*.sql")):
        if "templates" not in path.parts:
            yield name_of(path), re.sub(r"--.*", "", path.read_text())
    for path in MODULES:
        tree = tree_of(path)
        documented = (n for n in ast.walk(tree) if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef)))
        silent = {id(n.body[0].value) for n in documented if n.body and isinstance(n.body[0], ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in silent and isinstance(node.value, (str, bytes)):
                yield name_of(path), node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def test_no_other_text_destroys() -> None:
    inside = ("wipe/", "seeds/", "queries/wipe/", "queries/seed/", "schema/kinds/", "lint/")  # lint: advice, see below
    found = {
        (name, re.sub(r"\s+", " ", next(filter(None, match.groups()))).upper())
        for name, text in texts()
        if not name.startswith(inside)
        for match in _STATEMENT.finditer(text)
    }
    found = {(name, "DROP" if what.startswith("DROP") else what) for name, what in found}
    assert found - _ALLOWED.keys() == set()
    assert _ALLOWED.keys() - found == set(), "no longer there"


def test_lint_sends_nothing_and_knows_nothing_of_the_guard() -> None:
    for path in MODULES:
        if name_of(path).startswith("lint/"):
            assert not {called(call) for call in calls(tree_of(path))} & set(_SENDS), name_of(path)
            names = set(imported(list(ast.walk(tree_of(path)))))
            assert not [n for n in names if n.startswith(("dbtool.guard.decide", "dbtool.guard.settle", "psycopg"))]
            if name_of(path) != "lint/fixed.py":  # which asks what is applied, and rewrites nothing of that
                assert not [n for n in names if n.startswith("dbtool.db")], name_of(path)


# What sends statements in rehearsal/, and where they go.
_REHEARSING = {
    "rehearsal/watch.py": "on the session that it is given", "rehearsal/pieces.py": "on the session that it is given",
    "rehearsal/rehearse.py": "asks for the time zone; all else on shadows", "rehearsal/traffic.py": "reads",
    "rehearsal/on_target.py": "on the target, rolled back", "rehearsal/pending.py": "asks for the database's oid",
}  # fmt: skip


def test_what_is_rehearsed_runs_on_shadows_or_on_a_target_that_was_settled() -> None:
    sending = {
        name_of(path)
        for path in MODULES
        if name_of(path).startswith("rehearsal/")
        for call in calls(tree_of(path))
        if called(call) in _SENDS
    }
    assert sending == _REHEARSING.keys()
    users = {
        name_of(p) for p in MODULES for n in imported(list(ast.walk(tree_of(p)))) if n.endswith("rehearse_on_target")
    }
    assert users == {"rehearsal/pending.py"}
    source = (PACKAGE / "rehearsal/pending.py").read_text()
    there = source.index("def _rehearse_there")
    assert "Settled" in source[there : source.index(":\n", there)]
    assert source.index("recheck(conn, settled)") < source.index("return rehearse_on_target(")
    rolled = (PACKAGE / "rehearsal/on_target.py").read_text()
    assert "ROLLBACK" in rolled
    assert "COMMIT" not in rolled


_SENDS = ("execute", "executemany", "stream", "send_query_params", "exec_", "copy")


# What sends statements in schema/: on a shadow, read-only, or by push, which was settled.
_SENDING = {
    "schema/catalog.py": "reads", "schema/reading/read.py": "reads", "schema/migration/change.py": "on a shadow",
    "schema/migration/prove.py": "on a shadow", "schema/files/each.py": "on a shadow", "schema/files/sources.py": "on a shadow",
    "schema/files/replay.py": "on a shadow", "schema/files/kept.py": "keeps shadows", "schema/migration/pushing.py": "push",
}  # fmt: skip


def test_what_the_engine_writes_is_run_on_shadows_and_by_push_alone() -> None:
    sending = {
        name_of(path)
        for path in MODULES
        if name_of(path).startswith("schema/")
        for call in calls(tree_of(path))
        if called(call) in _SENDS
    }
    assert sending <= _SENDING.keys(), sending - _SENDING.keys()
    for name in ("change", "prove"):  # they are given a shadow's connection, by these alone
        made = (f"dbtool.schema.migration.{name}.plan_change", f"dbtool.schema.migration.{name}.prove")
        users = {name_of(p) for p in MODULES for n in imported(list(ast.walk(tree_of(p)))) if n in made}
        generating = {"commands/generate.py", "commands/trigger_changes.py"}
        assert users == {"change": generating, "prove": {"schema/migration/change.py"}}[name]


# ---- the tables


def test_the_readme_has_the_table_of_the_policy(project: Project) -> None:
    printed = project.run("guard", "table", "--format", "markdown")
    assert printed.returncode == 0, printed.stderr
    page = (ROOT / "README.md").read_text()
    between = re.search(r"<!-- dbtool guard table --format markdown -->\n(.*?)<!-- end -->", page, re.DOTALL)
    assert between, "the markers are gone"
    assert between[1] == printed.stdout


def example_of_the_policy() -> str:
    page = (ROOT / "docs/configuration.md").read_text()
    return re.findall(r"```toml\n(.*?)```", page.split("## safety/policy.toml")[1], re.DOTALL)[0]


def test_the_policy_in_the_documentation_is_one() -> None:
    """It tightens with each of its entries, and has an entry of every kind."""
    raw = tomllib.loads(example_of_the_policy())
    for section, entries in raw.items():
        for key, entry in entries.items():
            policy, wrong = tightened(built_in(), {section: {key: entry}}, "safety/policy.toml")
            assert wrong == [], f"{section}.{key}"
            assert policy != built_in(), f"{section}.{key} changes nothing"
    kinds = _sections_of(built_in())
    assert {section: set(raw[section]) >= keys for section, keys in kinds.items()} == dict.fromkeys(kinds, True)


def _sections_of(policy: Policy) -> dict[str, set[str]]:
    """Each section that a project's file may have, with the keys that are not names of something."""
    from dbtool.guard.policy import _lists, _sections  # type: ignore[reportPrivateUsage]

    keys = {section: {key for s, key in _lists if s == section} for section in _sections}
    return keys | {"override": {"rules"}, "facts": set(), "production": {"refuse"}}


def test_every_key_of_the_policy_is_listed() -> None:
    page = (ROOT / "docs/configuration.md").read_text().split("## safety/policy.toml")[1]
    template = (ROOT / "dbtool/templates/init/safety/policy.toml").read_text()
    for section, keys in _sections_of(built_in()).items():
        assert f"`[{section}]`" in page, section
        assert f"[{section}]" in template, section
        for key in keys:
            assert f"| `{key}` |" in page, f"{section}.{key}"
            assert re.search(rf"^#.*\b{key}\b", template, re.MULTILINE), f"{section}.{key}"
    assert {fact for fact in built_in().limits if f"`{fact}`" not in page} == set()


def test_the_template_is_the_example() -> None:
    template = (ROOT / "dbtool/templates/init/safety/policy.toml").read_bytes()
    assert (ROOT / "safety/policy.toml").read_bytes() == template


def test_every_rule_is_listed() -> None:
    """The ids of reasons, in the source and on the two pages that explain them."""
    rules: set[str] = set(built_in().limits)
    for name in ("guard/rules.py", "guard/decide.py"):
        for call in calls(tree_of(PACKAGE / name)):
            if called(call) in ("Sign", "reason", "Reason") and call.args and isinstance(call.args[0], ast.Constant):
                rules.add(str(call.args[0].value))
    assert len(rules) > 15
    page = (ROOT / "docs/commands/guard.md").read_text()
    assert {rule for rule in rules if f"`{rule}`" not in page} == set()
