"""expected(project): which files of types are to be there."""

from collections.abc import Sequence

from dbtool.config import Project, TypesOutput


def expected(project: Project) -> Sequence[TypesOutput]:
    """Return what is to be there: the outputs of dbtool.toml, or else the usual one where it is. Reads a folder."""
    types = project.types
    return [output for output in types.outputs if types.there or output.path.exists()]
