"""Whatever tables, columns and labels are called, every language takes it. Without a database: the facts are made up."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dbtool.config import TypesOutput
from dbtool.types import written
from dbtool.types.facts import Column, Facts, Relation, Type
from dbtool.types.names import pascal
from tests.types.conftest import Npm, project_of
from tests.types.test_compilers import MODERN

WORDS = ["class", "constructor", "__proto__", "await", "async", "None", "self", "cls", "type", "Literal", "Field", "BaseModel", "json", "model_fields", "int", "1", "_", "__x", "toString", "datetime"]  # fmt: skip
identifiers = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)  # fmt: skip
INT, ENUM = 23, 9000


def facts_of(names: list[str]) -> Facts:
    def type_(oid: int, name: str, kind: str, labels: tuple[str, ...] = ()) -> Type:
        schema = "pg_catalog" if kind == "b" else "public"
        return Type(
            oid=oid, schema=schema, name=name, kind=kind, element=0, base=0, modifier=-1, dimensions=0, not_null=False,
            has_default=False, of_extension=False, labels=labels, comment=names[0],
        )  # fmt: skip

    def column(number: int, name: str) -> Column:
        return Column(
            number=number, name=name, type=(INT, ENUM)[number % 2], modifier=-1, dimensions=0, not_null=number % 3 > 0, has_default=False,
            identity="", generated="", comment=name,
        )  # fmt: skip

    columns = tuple(column(number, name) for number, name in enumerate(names, start=1))
    tables = tuple(
        Relation(oid=number, schema=f"s{number}", name=name, kind="r", row_type=-number, comment=name, columns=columns[:1] if number > 1 else columns)
        for number, name in enumerate(names, start=1)
    )  # fmt: skip
    return Facts(
        types={INT: type_(INT, "int4", "b"), ENUM: type_(ENUM, "labels", "e", tuple(names))},
        relations=tables,
        functions=(),
    )


def apart(names: list[str]) -> list[str]:
    """Return those that are no collision: that is an error of its own."""
    found: dict[str, str] = {}
    for name in names:
        whole = pascal(name, plural=True).lower()
        if not any(
            whole in (f"new{w}", f"{w}update", f"{w}row") or w in (f"new{whole}", f"{whole}update", f"{whole}row")
            for w in found
        ):
            found.setdefault(whole, name)
    return [name for whole, name in found.items() if whole != "label" and whole != "labels"]


@pytest.mark.slow
@settings(
    max_examples=3, phases=[Phase.explicit, Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.lists(identifiers, min_size=60, max_size=80, unique=True))
def test_every_language_takes_every_identifier(
    npm: Npm, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    outputs = (
        TypesOutput(path=folder / "db.ts"),
        TypesOutput(kind="zod", path=folder / "zod.ts"),
        *(
            TypesOutput(kind="python", path=folder / f"in_{style}.py", style=style)
            for style in ("dataclass", "typeddict", "pydantic")
        ),
        TypesOutput(kind="python", path=folder / "in_enums.py", enums="strenum"),
    )
    for one in written.made(project_of(folder, *outputs), outputs, {"server": facts_of(apart(names))}):
        written.write(one)
    (folder / "node_modules").symlink_to(npm.modules)
    npm.compile("typescript", folder, "db.ts", "zod.ts", **MODERN, noEmit=True)
    for path in Path(folder).glob("*.py"):
        done = subprocess.run([sys.executable, "-W", "error", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    done = subprocess.run([Path(sys.executable).with_name("pyright"), "--pythonpath", sys.executable, *folder.glob("*.py")], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout
