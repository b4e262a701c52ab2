"""Made: what the project's files make, each made once and when it is asked for. Writes shadows."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dbtool import console
from dbtool.client.derive import server_schema
from dbtool.client.set import has_client_set
from dbtool.config import Project
from dbtool.errors import DbtoolError
from dbtool.families.family import Family, read_families
from dbtool.families.made import made_with_families
from dbtool.migrations import Folder
from dbtool.schema.files.made import made_of_files, made_of_migrations, shadow_of_project
from dbtool.target import Target
from dbtool.types.expected import expected

if TYPE_CHECKING:
    from dbtool.db import Conn
    from dbtool.schema.files.defined import Defined
    from dbtool.schema.whole import Schema


class Made:
    """What the files make. The shadows for the server and the clients are begun at once, beside what else is done.

    What speaks against a shadow is raised by whatever asks for it: what cannot be made concerns one section.
    """

    def __init__(self, stack: ExitStack, project: Project, target: Target) -> None:
        self.project, self._target, self._stack = project, target, stack
        self.has_client_set = has_client_set(project)
        self._server = self._begin("server")
        self._client = self._begin("client") if self.has_client_set and self.has_schema else None
        self._replayed: dict[tuple[str, ...], Schema] = {}

    def _begin(self, of: str) -> "Callable[[], Defined]":
        try:
            made = self._stack.enter_context(
                shadow_of_project(self.project, self._target, of=of, ahead=True, say=console.say)
            )
        except DbtoolError as error:
            found = error

            def refuse() -> "Defined":
                raise found

            return refuse
        return lambda: made

    @property
    def name(self) -> str:
        """The folder of the desired schema, as people know it."""
        return self.project.shown(self.project.schema)

    @property
    def has_schema(self) -> bool:
        """Whether sql/schema is there."""
        return self.project.schema.exists()

    @property
    def has_types(self) -> bool:
        """Whether any file of types is to be there."""
        return self.has_schema and bool(expected(self.project))

    def wanted(self) -> "Schema":
        """Return what sql/schema makes, with the families, for the server."""
        return self._wanted

    @cached_property
    def _wanted(self) -> "Schema":
        return server_schema(self._server().schema())

    def everything(self) -> "Schema":
        """Return all of sql/schema, with the families of the clients."""
        assert self._client
        return self._client().schema()

    def conn(self) -> "Conn":
        """Return a connection to the server's shadow."""
        return self._server().conn()

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The trigger families."""
        return read_families(self.project.triggers)

    def with_families(self) -> "Schema":
        """Return what is wanted with the families; in a project of migrations alone, what these make with them."""
        if self.has_schema:
            return self.wanted()
        with ExitStack() as stack:
            return made_with_families(stack, self.project, self._target, self.families)()

    def replayed(self, folder: Folder) -> "Schema":
        """Return what the migrations make."""
        ids = tuple(m.id for m in folder.migrations)
        if ids not in self._replayed:
            self._replayed[ids] = made_of_migrations(self.project, self._target, folder)
        return self._replayed[ids]

    def of_folders(self, schema: Path, triggers: Path) -> "Schema":
        """Return what other folders make, of a schema and of families."""
        return server_schema(made_of_files(self.project, self._target, schema, read_families(triggers)))
