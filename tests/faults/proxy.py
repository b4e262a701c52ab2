"""A TCP proxy that knows PostgreSQL's message framing and does one harm at one message.

The framing is that of the manual's chapter "Frontend/Backend Protocol": a start-up packet is a length and a
body, every later message a type byte, a length and a body. Messages are counted over all connections, each
side for itself, and passed on one by one: a harm falls on a boundary of the byte stream, or (``tear``) inside.
"""

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at message number *at* (from 1) of *side*.

    cut: its connection is closed before it is passed on; cut-after: right after; cut-all: every connection is;
    tear: half of it is passed on; swallow: it is passed on, and no answer comes back on any connection, until
    all are closed; kill, term, int: it is passed on, and the victim gets the signal; hold: it is kept until release();
    ghost: it is passed on, the client's side of all is closed, and the server does not learn of it.
    """

    kind: str
    at: int
    side: str = "client"


class Proxy:
    """Listens on ``port`` and passes everything on to a server's port, but for the one fault."""

    def __init__(self, port: int, fault: Fault | None = None, delay: float = 0.0) -> None:
        self.counts = {"client": 0, "server": 0}
        self.struck = threading.Event()
        self.victim: int = 0  # the process that kill, term and int are for
        self._fault, self._target, self._delay = fault, port, delay
        self._released, self._has_victim = threading.Event(), threading.Event()
        self._counting = threading.Lock()
        self._pairs: list[_Pair] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self._listener.getsockname()[1])
        self._run(self._accept)

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._has_victim.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.close_all()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        for pair in self._pairs:
            pair.client.close()
            pair.server.close()

    def url(self, database: str) -> str:
        """Return the URL of a database behind the proxy; encryption is not tried, which saves two messages."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable&gssencmode=disable"

    def aim(self, pid: int) -> None:
        """Say which process the signals are for."""
        self.victim = pid
        self._has_victim.set()

    def release(self) -> None:
        """Pass on what is held."""
        self._released.set()

    def close_all(self) -> None:
        """Close every connection that stands now."""
        for pair in list(self._pairs):
            pair.close()

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            pair = _Pair(client, server)
            self._pairs.append(pair)
            for side in ("client", "server"):
                self._run(self._pump, pair, side)

    def _pump(self, pair: "_Pair", side: str) -> None:
        sink = pair.server if side == "client" else pair.client
        with suppress(OSError, ValueError):
            for message in pair.messages(side):
                self._pass_on(pair, side, message, sink)
        if not pair.ghost:
            with suppress(OSError):
                sink.shutdown(socket.SHUT_WR)  # what was passed on is still read there

    def _pass_on(self, pair: "_Pair", side: str, message: bytes, sink: socket.socket) -> None:
        if self._delay:
            time.sleep(self._delay)
        with self._counting:
            self.counts[side] += 1
            fault = self._fault
            strikes = fault and fault.side == side and fault.at == self.counts[side]
        if strikes and fault:
            self._strike(fault, pair, message, sink)
        elif not (pair.mute and side == "server"):
            sink.sendall(message)

    def _strike(self, fault: Fault, pair: "_Pair", message: bytes, sink: socket.socket) -> None:
        if fault.kind == "tear":
            sink.sendall(message[: max(1, len(message) // 2)])
        elif fault.kind == "swallow":
            for other in self._pairs:
                other.mute = True
        elif fault.kind == "hold":
            self.struck.set()
            self._released.wait(60)
        if fault.kind not in ("cut", "cut-all", "tear"):
            sink.sendall(message)
        if fault.kind in _SIGNALS:
            self._has_victim.wait(10)
            with suppress(ProcessLookupError):
                os.kill(self.victim, _SIGNALS[fault.kind])
        self.struck.set()
        if fault.kind == "swallow":
            time.sleep(0.4)  # the server does its work
        if fault.kind == "ghost":
            for other in self._pairs:
                other.leave()
        if fault.kind in ("cut-all", "swallow"):
            self.close_all()
        elif fault.kind in ("cut", "cut-after", "tear"):
            pair.close()


class _Pair:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.mute = self.ghost = False
        self._one_byte_answer = threading.Event()
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Close both ends; what was passed on already still arrives."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Close the client's end only."""
        self.ghost = True
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)

    def messages(self, side: str) -> Iterator[bytes]:
        """Yield one message after the other as it comes from *side*."""
        with (self.client if side == "client" else self.server).makefile("rb") as stream:
            if side == "client":
                yield from self._start_up(stream)
            yield from self._typed(stream)

    def _typed(self, stream: BinaryIO) -> Iterator[bytes]:
        while head := stream.read(1):
            if self._one_byte_answer.is_set():  # "N": no encryption here
                self._one_byte_answer.clear()
                yield head
                continue
            length = stream.read(4)
            yield head + length + stream.read(struct.unpack("!i", length)[0] - 4)

    def _start_up(self, stream: BinaryIO) -> Iterator[bytes]:
        while length := stream.read(4):
            body = stream.read(struct.unpack("!i", length)[0] - 4)
            asks = struct.unpack("!i", body[:4])[0] in (_SSL_REQUEST, _GSS_REQUEST)
            if asks:
                self._one_byte_answer.set()
            yield length + body
            if not asks:
                return
