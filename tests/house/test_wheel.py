"""What an installed dbtool consists of, and what the repository must not have in it."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


def tracked() -> list[Path]:
    """The files of the repository: git's list, else what lies there."""
    try:
        names = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if not p.relative_to(ROOT).parts[0].startswith(".")]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in the wheel, built without any download."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"import hatchling.build as b; b.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    assert path.name.startswith("dbtool_pg-")
    return zipfile.ZipFile(path).namelist()


def test_the_top_level_is_the_package_and_its_metadata(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {re.sub(r"^dbtool_pg-[\d.]+\d", "", top) for top in tops} == {"dbtool", ".dist-info", ".data"}


def test_the_completions_lie_where_each_shell_looks(wheel: list[str]) -> None:
    shipped = {name.split(".data/data/")[1] for name in wheel if ".data/" in name}
    assert shipped == {
        "share/bash-completion/completions/dbtool",
        "share/zsh/site-functions/_dbtool",
        "share/fish/vendor_completions.d/dbtool.fish",
    }


def test_everything_that_dbtool_reads_at_run_time_is_in_it(wheel: list[str]) -> None:
    data = [p for p in (ROOT / "dbtool").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert {str(p.relative_to(ROOT)) for p in data} <= set(wheel)
    assert "dbtool/py.typed" in wheel
    assert [name for name in wheel if name.endswith((".pyc", ".orig"))] == []


def test_the_licence_is_in_it(wheel: list[str]) -> None:
    assert [name for name in wheel if name.endswith("licenses/LICENSE")]


def test_a_module_named_safety_is_not_hidden_by_a_folder_of_ours(wheel: list[str]) -> None:
    for folder in ("sql", "safety", "generated", "completions", "dbtool/queries", "dbtool/templates"):
        assert not list((ROOT / folder).rglob("*.py")), f"{folder}/ is data: no .py in it"
    assert not [name for name in wheel if name.startswith(("safety", "sql/", "migrations", "tests", "bench"))]


def test_no_file_names_a_package_registry() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "yarnpkg" + ".com", "conda" + ".org"]
    for path in tracked():
        text = path.read_bytes()
        assert not [host for host in hosts if host.encode() in text], path
    assert not [p for p in tracked() if p.name in ("uv.lock", "poetry.lock", "package-lock.json", "Pipfile.lock")]


def test_every_page_that_a_comment_sends_to_is_there() -> None:
    for path in (ROOT / "dbtool").rglob("*.py"):
        for page in re.findall(r"\bdocs/[\w/.-]+?\.md", path.read_text()):
            assert (ROOT / page).exists(), f"{path.name} names {page}"


def test_the_version_is_said_once() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.+)"', project, re.MULTILINE)[1]  # type: ignore[index]
    for path in (ROOT / "dbtool").rglob("*.py"):
        texts = [n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)]
        assert version not in texts, path


@pytest.mark.slow
def test_the_types_are_right() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--warnings"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
