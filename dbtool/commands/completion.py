"""dbtool completion: show or install what makes the shell complete commands, environments and migration ids."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dbtool.commands.options import Json
from dbtool.files import write_atomically
from dbtool.report import Report


class Shell(StrEnum):
    """The shells that are known."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_Shell = Annotated[Shell, typer.Argument(help="Which shell.")]


def show(shell: _Shell, json: Json = False) -> Report:
    """Print the completion script of a shell.

    Example: dbtool completion show zsh > ~/.zfunc/_dbtool
    """
    script = completion_script(shell)
    return Report(command="completion show", summary="", text="" if json else script, data={"script": script})


def install(shell: _Shell, json: Json = False) -> Report:
    """Put the completion script where the shell looks for it. Writes one file below your home folder.

    Example: dbtool completion install bash
    """
    path, remark = _places(shell)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, completion_script(shell))
    return Report(command="completion install", summary=f"wrote {path}", next=(remark,), data={"path": path})


def completion_script(shell: str) -> str:
    """Return the script for *shell*, as committed in completions/."""
    from typer.completion import get_completion_script  # pyright: ignore[reportPrivateImportUsage]

    script = get_completion_script(prog_name="dbtool", complete_var="_DBTOOL_COMPLETE", shell=str(shell))
    # A file that zsh loads by itself is called at once: else the first TAB would only define the function.
    return script.replace("\ncompdef _dbtool_completion dbtool", _ZSH_END) + "\n"


_ZSH_END = """
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _dbtool_completion "$@"
else
  compdef _dbtool_completion dbtool
fi"""


def _places(shell: Shell) -> tuple[Path, str]:
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    if shell is Shell.BASH:
        return (
            data / "bash-completion/completions/dbtool",
            "open a new shell (the package bash-completion reads that folder)",
        )
    if shell is Shell.ZSH:
        folder = data / "zsh/site-functions"
        return folder / "_dbtool", f"in ~/.zshrc, before compinit: fpath=({folder} $fpath)   then open a new shell"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return config / "fish/completions/dbtool.fish", "open a new shell"


completion = {"show": show, "install": install}
