"""What is written of a schema that holds everything passes the real compilers, strict, and runs."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dbtool.config import TypesOutput
from dbtool.types import written
from dbtool.types.facts import Facts
from tests.types.conftest import HERE, Npm, project_of

OTHER = {"bigint": "bigint", "numeric": "number", "date": "string", "json": "unknown"}
MODERN = {
    "target": "es2020",
    "module": "esnext",
    "moduleResolution": "bundler",
    "skipLibCheck": True,
    "isolatedModules": True,
}


def outputs(folder: Path) -> tuple[TypesOutput, ...]:
    script = TypesOutput(path=folder / "db.ts")
    zod = TypesOutput(kind="zod", path=folder / "zod.ts")
    python = TypesOutput(kind="python", path=folder / "rows.py")
    return (
        script,
        replace(script, path=folder / "other.ts", enum_arrays=True, **OTHER),
        replace(script, path=folder / "camel.ts", columns="camel", schemas=("public",)),
        zod,
        replace(zod, path=folder / "zod_other.ts", **OTHER),
        python,
        replace(python, path=folder / "rows_enum.py", enums="strenum"),
        replace(python, path=folder / "dicts.py", style="typeddict"),
        replace(python, path=folder / "models.py", style="pydantic"),
        replace(python, path=folder / "models_literal.py", style="pydantic", enums="literal"),
    )


@pytest.fixture(scope="module")
def made(nasty: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every kind of output."""
    folder = tmp_path_factory.mktemp("types")
    files = outputs(folder)
    for one in written.made(project_of(folder, *files), files, {"server": nasty}):
        assert written.write(one)
        assert not written.write(one), "nothing changed"
    return folder


def test_typescript_5_5_takes_the_types_whatever_its_target(made: Path, npm: Npm) -> None:
    npm.compile("typescript5", made, "db.ts", "other.ts", "camel.ts", target="es5", lib=["es2015"], noEmit=True)


def test_typescript_6_takes_all_and_zod_does_what_the_checks_say(made: Path, npm: Npm) -> None:
    for name in ("same.ts", "zod_cases.mjs"):
        (made / name).write_text((HERE / name).read_text())
    (made / "node_modules").symlink_to(npm.modules)
    (made / "package.json").write_text('{"type": "module"}')
    files = ("db.ts", "other.ts", "camel.ts", "zod.ts", "zod_other.ts", "same.ts")
    npm.compile("typescript", made, *files, **MODERN, verbatimModuleSyntax=True, outDir="js")
    assert "const" not in (made / "js/db.js").read_text(), "types alone"
    answers = json.loads(npm.node("zod_cases.mjs", folder=made))
    assert [case for case in answers if case["expected"] != case["found"]] == []
    assert len(answers) > 60


def test_pyright_and_mypy_take_the_modules_and_they_run(made: Path) -> None:
    (made / "use.py").write_text((HERE / "use.py.txt").read_text())
    settings = {"include": ["."], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (made / "pyrightconfig.json").write_text(json.dumps(settings))
    python = Path(sys.executable)
    files = sorted(str(path.name) for path in made.glob("*.py"))
    commands = (
        [python.with_name("pyright"), "--pythonpath", python, "-p", made],
        [python, "-m", "mypy", "--strict", "--python-version", "3.11", "--cache-dir", made / "cache", *files],
        [python, "-W", "error", "use.py"],
    )
    started = [
        subprocess.Popen(c, cwd=made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for c in commands
    ]
    for process in started:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
