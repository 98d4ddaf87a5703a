"""The base of stores with a blocking library: one call at a time, in a worker thread under an event loop."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydidcomm._driver.event_loop import running_loop
from pydidcomm._driver.wait import wait
from pydidcomm.resolvers import KeyUse, NewKey
from pydidcomm.secrets._did_resolver import LongForms
from pydidcomm.secrets._recent import Recent
from pydidcomm.secrets.errors import SecretsUnavailableError

__all__ = ["ThreadBackend"]


class ThreadBackend:
    """Runs the methods of a store by name, in one thread at a time."""

    def __init__(self, remember: int) -> None:
        if remember < 1:
            message = f"`remember` must be positive, got {remember}"
            raise ValueError(message)
        self.recent: Recent[Any] = Recent(remember)
        self.long_forms = LongForms(remember)
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        """Create the lock of this process; a forked process cannot use those of its parent."""
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._threads: ThreadPoolExecutor | None = None

    def check(self) -> None:
        """Raise if the store is closed; after a fork, begin anew."""
        if self._closed:
            message = "this secrets store is closed"
            raise SecretsUnavailableError(message)
        if os.getpid() != self._process:
            self._begin()
            self.reset_after_fork()

    def reset_after_fork(self) -> None:
        """Prepare the first call in a forked process."""

    async def run(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation in a worker thread; a cancelled caller does not wait for its end."""
        if running_loop() is None:
            return self.run_sync(operation, *arguments)
        if operation == "close" and self._closed:
            return None
        self.check()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="pydidcomm-secrets")
        try:
            future = self._threads.submit(self.run_sync, operation, *arguments)
        except RuntimeError:
            # the interpreter is shutting down, and starts no threads
            return self.run_sync(operation, *arguments)
        return await wait(future)

    def run_sync(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Run the operation, and block until it has ended."""
        if operation == "close" and self._closed:
            return None
        self.check()
        with self._lock:
            return getattr(self, operation)(*arguments)

    def make_key(self, curve: str, use: KeyUse) -> NewKey | None:  # noqa: ARG002
        """Return None: the operation `make` generates keys."""
        return None

    def open(self) -> None:
        """Open the store."""

    def close(self) -> None:
        """Close the store."""
        self._closed = True
        self.recent.clear()
        if self._threads is not None:
            self._threads.shutdown(wait=False)
