"""A slow link: a TCP proxy that hands on each piece of data a fixed time after it came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace

from bench.databases import Database


@contextmanager
def slow_link(server: Database, *, delay: float) -> Generator[Database]:
    """The server as seen over a link with this delay each way, in seconds, and any bandwidth."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        listening = asyncio.run_coroutine_threadsafe(_listen(server, delay), loop).result()
        yield replace(server, port=listening.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(server: Database, delay: float) -> asyncio.Server:
    async def serve(from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(server.host, server.port)
        there = asyncio.create_task(_carry(from_client, to_server, delay))
        back = asyncio.create_task(_carry(from_server, to_client, delay))
        with suppress(asyncio.CancelledError):  # the link goes down while someone is still on it
            await asyncio.wait((there, back))
        to_server.close()
        to_client.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
    """One direction. Reading never waits for delivery, so the link holds any amount on its way."""
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    delivery = asyncio.create_task(_deliver(on_the_way, sink))
    clock = asyncio.get_running_loop().time
    try:
        while chunk := await source.read(1 << 16):
            on_the_way.put_nowait((clock() + delay, chunk))
    except ConnectionError:
        pass
    finally:
        on_the_way.put_nowait((clock() + delay, b""))
        await delivery


async def _deliver(on_the_way: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop().time
    try:
        while True:
            due, chunk = await on_the_way.get()
            await asyncio.sleep(max(0.0, due - clock()))
            if not chunk:
                sink.write_eof()
                return
            sink.write(chunk)
            await sink.drain()
    except OSError:
        pass  # the other side has gone; what was on its way to it is lost, as on any link


async def _close() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
