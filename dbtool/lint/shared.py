"""shared(work, judge): many files are judged in as many processes as there are cores, each a part of them.

The parts are forks of this process, so that what is loaded is there. A later part has to read the files before it, for
what earlier migrations said; so the parts get smaller. A part whose process fails is judged here.
"""

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

from dbtool.lint.work import Work

ENOUGH = 200  # files for each process: a fork and its pipe cost about 10 ms
_SMALLER = 0.7  # a part, compared with the one before it: reading a file costs about a third of judging it


def shared(work: Sequence[Work], judge: Callable[[Sequence[Work]], None], processes: int | None = None) -> None:
    """Have *judge* look at all of *work*, which takes in what was found."""
    count = min(processes or os.cpu_count() or 1, 1 + len(work) // ENOUGH)
    parts = _parts(work, count if hasattr(os, "fork") else 1)
    others = [(part, _forked(part, judge)) for part in parts[1:]]
    judge(parts[0])
    for part, (process, pipe) in others:
        with os.fdopen(pipe, "rb") as file:
            answer = file.read()
        _, status = os.waitpid(process, 0)
        if status == 0:
            for one, found in zip(part, json.loads(answer), strict=True):
                one.adopt(found)
        else:
            judge(part)


def _parts(work: Sequence[Work], count: int) -> list[Sequence[Work]]:
    """Return the files in *count* parts, in their order."""
    weights = [_SMALLER**number for number in range(count)]
    ends = [round(len(work) * sum(weights[: n + 1]) / sum(weights)) for n in range(count)]
    return [work[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _forked(part: Sequence[Work], judge: Callable[[Sequence[Work]], None]) -> tuple[int, int]:
    """Return a process that judges *part*, and the pipe that its findings come from."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        judge(part)
        found: list[Any] = [one.found() for one in part]
        with os.fdopen(writing, "wb") as file:
            file.write(json.dumps(found).encode())
        code = 0
    finally:
        os._exit(code)
