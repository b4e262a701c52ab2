"""beside(work): runs something in a thread of its own, while this one does something else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


def beside(work: Callable[[], T]) -> "Future[T]":
    """Start *work*, and return what gives its result, or raises what it raised.

    The thread is a daemon: ctrl-C ends the process whatever a server does meanwhile.
    """
    from concurrent.futures import Future
    from threading import Thread

    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
