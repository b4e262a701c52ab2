"""What can go wrong, as one class with a few kinds, each with its exit code. Imports nothing.

The exit codes are a promise to scripts: they are listed in docs/exit-codes.md and never change meaning.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbtool.finding import Finding
    from dbtool.progress import Step


class DbtoolError(Exception):
    """An expected failure: a message for a person, a hint that says what to do next, an exit code.

    ``message`` may have several lines; the first is the summary. Anything raised that is not a
    DbtoolError is a bug in dbtool and shows its traceback.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.steps: tuple[Step, ...] = ()  # what the command had done by then


class DatabaseRefused(DbtoolError):
    """The database refused a statement, or a step failed. Exit code 1."""

    exit_code = 1


class UsageError(DbtoolError):
    """The command line, the configuration or a file of the project is wrong. Exit code 2."""

    exit_code = 2


class Refused(DbtoolError):
    """A guard refused: the command was not allowed here, and nothing was done. Exit code 6."""

    exit_code = 6


class Unreachable(DbtoolError):
    """No connection could be had, or it was lost and could not be had again. Exit code 7."""

    exit_code = 7


class LockNotHad(DbtoolError):
    """Another migrator held the migration lock for longer than one was ready to wait. Exit code 8."""

    exit_code = 8


class Interrupted(DbtoolError):
    """Ctrl-C or SIGTERM. Exit code 130."""

    exit_code = 130


class Drift(DbtoolError):
    """Files, ledger or database differ from each other; ``findings`` say where. Exit code 4."""

    exit_code = 4

    def __init__(self, *findings: "Finding", hint: str = "") -> None:
        super().__init__("\n".join(finding.message for finding in findings), hint=hint)
        self.findings = findings


class BadFile(UsageError):
    """A file of the project cannot be used as it is; ``findings`` say where and why. Exit code 2."""

    def __init__(self, *findings: "Finding") -> None:
        super().__init__("\n".join(finding.message for finding in findings))
        self.findings = findings
