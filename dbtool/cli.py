"""Builds the Typer app, shows the Report, and turns one error class into an exit code.

A command's module is imported when that command is called: `dbtool migrate` pays for nothing else.
"""

import ast
import contextlib
import errno
import functools
import gc
import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated, Any, NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup

from dbtool import console
from dbtool.errors import DatabaseRefused, DbtoolError, Interrupted, Unreachable, UsageError
from dbtool.report import Report
from dbtool.secrets import redact, remember

# In the order of a day's work: the command, and the module that has a function (or an app) of that name.
COMMANDS = (
    "init", "up", "down", "new", "generate", "lint", "plan", "check", "diff", "migrate", "status", "tables",
    "rollback", "baseline", "push", "pull", "triggers", "types", "docs", "seed", "reset", "nuke", "drop", "studio",
    "doctor", "slots", "replication", "feed", "env", "guard", "completion",
)  # fmt: skip
_EPILOG = (
    "Exit codes: 0 fine, 1 refused by the database, 2 usage, 3 pending, 4 drift, 5 lint, 6 refused by a guard, "
    "7 unreachable, 8 lock not had, 130 interrupted. Example: dbtool migrate --env staging"
)


def main() -> None:
    """Run the command line of this process; ends it with the command's exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    sys.stdout = sys.stdout or _nowhere()  # closed by the caller: dbtool status >&-
    sys.stderr = sys.stderr or _nowhere()
    completing = "_DBTOOL_COMPLETE" in os.environ
    if completing:
        _complete()
    first = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    app = build(only=first, listed=first not in COMMANDS and not completing)
    sys.excepthook = _tell_mistake
    for word in sys.argv[1:]:
        remember(word)  # a URL where none belongs is repeated by the error that says so
    try:
        sys.exit(app(prog_name="dbtool", standalone_mode=False) or 0)
    except Exception as error:  # the class of Typer's own usage errors has no public name
        _tell_usage(error, first or "")


def _tell_mistake(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a mistake of ours as Python does, but without a password in it."""
    import traceback

    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))


def _tell_usage(error: Exception, command: str) -> NoReturn:
    """Tell a mistake in the command line, without a password in it; what is another error is raised again."""
    usage = cast(Any, error)
    if not hasattr(error, "format_message"):
        raise error
    if type(error).__name__ == "NoArgsIsHelpError":
        usage.show()
        sys.exit(usage.exit_code)
    path = usage.ctx.command_path if getattr(usage, "ctx", None) else "dbtool"
    told = UsageError(usage.format_message(), hint=f"{path} --help shows what can be said here")
    console.show_error(told, as_json="--json" in sys.argv, command=command)
    sys.exit(told.exit_code)


def build(only: str | None = None, *, listed: bool = False) -> typer.Typer:
    """Return the app with all commands, or with the one that is called where it is known.

    *listed*: with their names and first lines alone, for --help and for a name that is none; none can be called.
    """
    app = typer.Typer(
        name="dbtool",
        help="Operations for teams that run PostgreSQL on raw SQL files.",
        epilog=_EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in (only,) if only in COMMANDS else COMMANDS:
        if listed:
            app.command(name, help=_first_line(name))(_nothing)
            continue
        module = importlib.import_module(f"dbtool.commands.{name}")
        command = getattr(module, name)
        if isinstance(command, dict):
            commands = cast(dict[str, Callable[..., Report]], command)
            app.add_typer(_group(name, module.__doc__ or "", commands), name=name)
        else:
            app.command(name)(_answering(name, command))
    return app


def _first_line(name: str) -> str:
    """Return what --help says of a command, read from its source: to import all of them takes a tenth of a second."""
    tree = ast.parse((Path(__file__).parent / "commands" / f"{name}.py").read_text(encoding="utf-8"))
    alone = _alone(tree) or name
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == alone]
    text = ast.get_docstring(functions[0] if functions else tree) or ""
    return text.split("\n", 1)[0]


def _alone(tree: ast.Module) -> str:
    """Return the name of the function that a group calls when it is called alone: the one at "" of its dict."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "" and isinstance(value, ast.Name):
                    return value.id
    return ""


def _nothing() -> None:
    raise AssertionError("a command that is only listed was called")


def _group(of: str, help: str, commands: dict[str, Callable[..., Report]]) -> typer.Typer:
    """Return the commands as a group; the one of no name is what the group does when it is called alone."""
    told = help.split("\n", 1)[-1].strip() or help
    alone = commands.get("")
    group = typer.Typer(help=told, no_args_is_help=alone is None, cls=_Group)
    if alone is not None:
        call = _answering(of, alone)
        group.callback(invoke_without_command=True, help=alone.__doc__)(_unless_a_subcommand(call))
    for name, command in commands.items():
        if name:
            group.command(name)(_answering(f"{of} {name}", command))
    return group


class _Group(TyperGroup):
    """A group that takes words of its own where the first word is none of its commands: `dbtool seed dev --dry-run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Let the words be the group's own, or leave them to its commands."""
        arguments = [parameter for parameter in self.params if parameter.param_type_name == "argument"]
        if arguments and args and args[0] in self.commands:
            self.params = [parameter for parameter in self.params if parameter not in arguments]
        elif arguments:
            ctx.allow_interspersed_args = True
        return super().parse_args(ctx, args)


def _unless_a_subcommand(call: Callable[..., None]) -> Callable[..., None]:
    """Return what a group does by itself: nothing where one of its commands is called."""
    signature = inspect.signature(call)
    refuse = _answering("", _refuse_unheard)
    parameter = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)

    def called(context: typer.Context, **options: Any) -> None:
        if context.invoked_subcommand is None:
            call(**options)
            return
        unheard = [name for name in options if str(context.get_parameter_source(name)).endswith("COMMANDLINE")]
        if unheard:
            said, of = "--" + unheard[0].replace("_", "-"), f"{context.command_path} {context.invoked_subcommand}"
            refuse(json=options.get("json"), said=said, of=of)

    cast(Any, called).__signature__ = signature.replace(parameters=[parameter, *signature.parameters.values()])
    return called


def _refuse_unheard(*, json: bool, said: str, of: str) -> NoReturn:
    raise UsageError(f"{said} stands before the command that it is meant for", hint=f"say it behind: {of} ... {said}")


def _version(given: bool) -> None:
    if given:
        from importlib.metadata import version

        typer.echo(f"dbtool {version('dbtool-pg')}")
        raise typer.Exit(0)


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Operations for teams that run PostgreSQL on raw SQL files."""


def _answering(name: str, command: Callable[..., Report]) -> Callable[..., None]:
    """Return the command as Typer calls it: its Report shown, its errors told, its exit code set."""

    @functools.wraps(command)
    def call(*args: Any, **options: Any) -> None:
        as_json = bool(options.get("json")) or options.get("format_") == "json"
        gc.freeze()  # what was loaded stays for good
        gc.enable()
        try:
            report = command(*args, **options)
            console.show(report, as_json=as_json)
            sys.stdout.flush()
            code = report.exit_code
        except DbtoolError as error:
            console.show_error(error, as_json=as_json, command=name)
            code = error.exit_code
        except KeyboardInterrupt:
            error = Interrupted("interrupted")
            console.show_error(error, as_json=as_json, command=name)
            code = error.exit_code
        except BrokenPipeError:
            code = _reader_gone()
        except OSError as error:
            if error.errno == errno.ENOSPC and error.filename is None:
                code = _cannot_write(error)  # the answer itself
            elif error.filename is None:
                raise
            else:
                told = UsageError(f"{os.fsdecode(error.filename)}: {error.strerror}")
                console.show_error(told, as_json=as_json, command=name)
                code = told.exit_code
        except Exception as error:
            told = _of_the_database(error)
            if told is None:
                raise  # a mistake of ours: its traceback is what we need
            console.show_error(told, as_json=as_json, command=name)
            code = told.exit_code
        raise typer.Exit(code)

    return call


def _of_the_database(error: Exception) -> DbtoolError | None:
    """Return what the database refused or the network took away, where no command had a word of its own for it."""
    if "psycopg" not in sys.modules:
        return None
    import psycopg

    from dbtool.ledger import lost

    if not isinstance(error, psycopg.Error):
        return None

    why = str(error).strip()
    if lost(error):
        return Unreachable(f"the connection was lost: {why}", hint="is the server up? run the command again")
    return DatabaseRefused(f"the server refused: {why}")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for the life of the process


def _cannot_write(error: OSError) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"error: cannot write the answer: {error.strerror}\n")
    _reader_gone()
    return 1


def _reader_gone() -> int:
    # Whoever read our output has gone (dbtool status | head -1): nothing to tell, and no traceback at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _complete() -> None:
    # The shell asks for completions: Typer answers in the shell's own form once it has been told to.
    from typer.completion import completion_init  # pyright: ignore[reportPrivateImportUsage]

    completion_init()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
