"""A Chromium without a window that a test drives over the DevTools protocol."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from websockets.sync.client import ClientConnection, connect

from support.chromium import OPTIONS, SECONDS, program

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

LISTENING = re.compile(r"DevTools listening on (ws://\S+)")
# a page of the reference is a few megabytes
MAX_BYTES = 64 << 20
# time does not jump: the page waits for what it fetches
REAL_TIME = [option for option in OPTIONS if not option.startswith("--virtual-time")]


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket, self._session, self._ids = socket, session, count(1)
        self.requested: list[str] = []
        self.said: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """The result of a command; events that come before it are kept."""
        number = next(self._ids)
        message = {"id": number, "sessionId": self._session, "method": method, "params": params}
        self._socket.send(json.dumps(message))
        while (answer := self._next()).get("id") != number:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._socket.recv(SECONDS))
        params = answer.get("params", {})
        match answer.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.said.append(params["exceptionDetails"]["text"])
            case "Log.entryAdded":
                self.said.append(params["entry"]["text"])
            case _:
                pass
        return answer

    def open(self, url: str) -> None:
        """Load a page, and wait until it is there."""
        self.call("Page.navigate", url=url)
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401, any JSON
        """The value of an expression in JavaScript, of a promise that of its end."""
        wanted = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", **wanted)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:  # noqa: ANN401
        """The first value of an expression that is true; the page is asked again, 100 times at most."""
        return self.evaluate(
            "new Promise(async (done, fail) => { for (let n = 0; n < 100; n++) {"
            f" const found = (() => {expression})(); if (found) return done(found);"
            " await new Promise(next => setTimeout(next, 100)); } fail(new Error('never')); })"
        )

    def look(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Take a size of the window and a colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def photograph(self, path: Path) -> None:
        """Write a picture of the window."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


@contextmanager
def browser(folder: Path) -> Generator[Page]:
    """A tab of a new Chromium with an empty profile."""
    command = [program(), *REAL_TIME, f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0"]
    with subprocess.Popen(  # noqa: S603, Chromium
        [*command, "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            found = next(match for line in process.stderr if (match := LISTENING.search(line)))
            with connect(found[1], max_size=MAX_BYTES) as socket:
                yield _attached(socket)
        finally:
            process.terminate()
            process.wait(SECONDS)


def _attached(socket: ClientConnection) -> Page:
    """The tab that is open."""

    def command(number: int, method: str, **params: object) -> dict[str, Any]:
        socket.send(json.dumps({"id": -number, "method": method, "params": params}))
        while (answer := json.loads(socket.recv(SECONDS))).get("id") != -number:
            pass
        result: dict[str, Any] = answer["result"]
        return result

    targets = command(1, "Target.getTargets")["targetInfos"]
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    return Page(socket, command(2, "Target.attachToTarget", targetId=tab, flatten=True)["sessionId"])
