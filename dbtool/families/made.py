"""What is wanted with the families: by sql/schema, or in a project of migrations alone by what these make."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

from dbtool import console
from dbtool.config import Project
from dbtool.families.family import Family
from dbtool.families.scope import without_families
from dbtool.migrations import read_migrations
from dbtool.schema.files.made import made_of_project
from dbtool.schema.files.replayed import replayed
from dbtool.schema.files.sources import apply_schema
from dbtool.schema.planning.engine import difference
from dbtool.schema.reading.read import read_schema
from dbtool.target import Target

if TYPE_CHECKING:
    from dbtool.schema.whole import Schema


def made_with_families(
    stack: ExitStack, project: Project, target: Target, families: Sequence[Family]
) -> "Callable[[], Schema]":
    """Begin to make it; give what waits for it. *stack* drops the shadow. Writes one; raises as made_of_project()."""
    if project.schema.exists():
        return stack.enter_context(made_of_project(project, target, say=console.say))

    def made() -> "Schema":
        conn = stack.enter_context(replayed(project, target, read_migrations(project.migrations)))
        there = read_schema(conn, ledger_schema=project.ledger_schema)
        for step in difference(there, without_families(there, families)):  # what older files made of them goes first
            for statement in step.statements:
                conn.execute(cast(Any, statement.sql))
        apply_schema(conn, project.schema, families)
        return read_schema(conn, ledger_schema=project.ledger_schema)

    return made
