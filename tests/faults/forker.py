"""Forks dbtool from a process that has imported it already: the sweeps run it some hundred times.

Nothing but the import is shared; each run is a process of its own, with its own signals and sockets. Spoken to
in lines of JSON: {"cwd", "env", "arguments", "output"} is answered by the pid, {"wait": pid} by the exit status.
"""

import importlib
import json
import os
import sys

_PRELOADED = ("dbtool.cli", "dbtool.commands.migrate", "dbtool.commands.status", "dbtool.runner", "psycopg", "postgast")


def serve() -> None:
    """Answer requests until stdin ends."""
    for name in _PRELOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                _become_dbtool(request)
        print(answer, flush=True)


def _become_dbtool(request: dict[str, object]) -> None:
    from dbtool.cli import main

    os.setsid()
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(request["env"])  # type: ignore[call-overload]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        file = os.open(f"{request['output']}.{number}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    sys.argv = ["dbtool", *request["arguments"]]  # type: ignore[misc]
    main()  # ends in SystemExit
    raise SystemExit(0)


if __name__ == "__main__":
    serve()
