"""dbtool for a shell script that runs it some fifty times: forked from a process that has imported it already.

The command `dbtool` beside the socket hands its arguments, folder, environment and standard files to the process
that forks, and ends with the exit code of the dbtool that was forked. Each is a process of its own.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT, clean_environment

_PRELOADED = (
    "dbtool.cli",
    "dbtool.runner",
    "dbtool.doctor.examination",
    "dbtool.schema.migration.change",
    "psycopg",
    "postgast",
)

_CLIENT = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as forking:
    forking.connect({path!r})
    request = dict(arguments=sys.argv[1:], folder=os.getcwd(), environment=dict(os.environ))
    socket.send_fds(forking, [json.dumps(request).encode() + b"\\n"], [0, 1, 2])
    sys.exit(int(forking.makefile().readline()))
"""


@contextmanager
def forking_process(folder: Path) -> Generator[str]:
    """Run the process that forks until the block ends; gives the path of its socket, in *folder*."""
    path = str(folder / "forking")
    (folder / "dbtool").write_text(_CLIENT.format(python=sys.executable, path=path))
    (folder / "dbtool").chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.house.forked", path],
        cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stdout.readline() == b"ready\n"
        try:
            yield path
        finally:
            process.terminate()


def serve(path: str) -> None:
    """Fork a dbtool for each request, until told to end."""
    for name in _PRELOADED:
        importlib.import_module(name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
        print("ready", flush=True)
        while True:
            client, _ = listening.accept()
            if os.fork() == 0:
                _answer(client)
            client.close()


def _answer(client: socket.socket) -> None:
    from dbtool.__main__ import main

    data, files, _, _ = socket.recv_fds(client, 1 << 20, 3)
    while not data.endswith(b"\n"):
        data += client.recv(1 << 20)
    request = json.loads(data)
    for number, file in enumerate(files):
        os.dup2(file, number)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["dbtool", *request["arguments"]]
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        client.sendall(f"{code}\n".encode())
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
