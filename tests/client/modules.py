"""The npm packages that the tests of the clients' set are run with."""

import subprocess
from functools import cache
from pathlib import Path

PGLITE = "@electric-sql/pglite@0.5.16"


@cache
def node_modules() -> Path:
    """Return a node_modules folder with the pinned PGlite, fetched once."""
    script = Path(__file__).parents[1] / "tools" / "npm.sh"
    done = subprocess.run([script, PGLITE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
