"""git, asked about the project's repository."""

import subprocess
from pathlib import Path

# What a branch is compared with where nobody said: the first of these that git knows.
USUAL_BASES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def git(folder: Path, *words: str) -> str | None:
    """Return what git prints, None where it fails or is not there. Runs git."""
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode(errors="surrogateescape").strip() if done.returncode == 0 else None


def usual_base(folder: Path) -> str:
    """Return the branch that this one is to be merged into, "" where git knows none. Runs git."""
    return next((b for b in USUAL_BASES if git(folder, "rev-parse", "--verify", "--quiet", b)), "")
