"""A Chromium without a window, spoken to by the DevTools protocol over a pipe: no library, no port.

https://chromedevtools.github.io/devtools-protocol/: with --remote-debugging-pipe it reads requests from file 3 and writes
answers and events to file 4, each one JSON text that ends with a NUL.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

_AS_3_AND_4 = """
import os, sys
files = [os.dup(int(file)) for file in sys.argv[1:3]]  # either may be 3 or 4 itself
for number, file in zip((3, 4), [os.dup2(file, 20 + n) for n, file in enumerate(files)]):
    os.dup2(file, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_browser() -> str | None:
    """Return the program of a Chromium, None where there is none."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One page in one browser."""

    def __init__(self, program: str, home: Path) -> None:
        self._program, self._home = program, home
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        reads, self._to = os.pipe()
        self._from, writes = os.pipe()
        options = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--mute-audio",
            f"--user-data-dir={self._home}", "about:blank",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-c", _AS_3_AND_4, str(reads), str(writes), self._program, *options],
            pass_fds=(reads, writes), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(reads)
        os.close(writes)
        self._session = ""
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        session, self._session = self._session, ""
        try:
            self.call("Browser.close")
            self._process.wait(timeout=10)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._session = session
            os.close(self._to)
            os.close(self._from)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request and return its answer; what happens meanwhile goes to ``events``."""
        self._number += 1
        request: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._to, json.dumps(request).encode() + b"\0")
        while True:
            message = self._next(30)
            assert message is not None, f"no answer to {method}"
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                return message["result"]
            self.events.append(message)

    def _next(self, seconds: float) -> dict[str, Any] | None:
        end = time.monotonic() + seconds
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return None
            read = os.read(self._from, 1 << 20)
            assert read, "the browser has gone"
            self._rest += read
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def open(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Open a file, and return once it is loaded. ``events`` begin anew."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            event = self._next(30)
            assert event is not None, f"{path} does not load"
            self.events.append(event)

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: one that writes a letter, or a named one."""
        code = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38}.get(key)
        text = {"text": "\r"} if key == "Enter" else {} if code else {"text": key}
        number = {"windowsVirtualKeyCode": code} if code else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **number)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **number)

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        for letter in text:
            self.press(letter)

    def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])

    def requested(self) -> list[str]:
        """Return the addresses that were asked for since open()."""
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]

    def complaints(self) -> list[str]:
        """Return what was told on the console, and each exception, since open()."""
        told = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in told]
