"""An ASGI or WSGI application under uvicorn, over TLS, in a thread of the test."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

from support.https_server import AUTHORITY, HOSTS

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def serving_application(app: Any, folder: Path, **options: Any) -> Generator[int]:  # noqa: ANN401, uvicorn's
    """The port of the application, which is stopped at the end."""
    issued: Any = AUTHORITY.issue_cert(*HOSTS)
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
    settings: dict[str, Any] = {
        "port": 0,
        "ws": "websockets-sansio",
        "log_level": "error",
        "ssl_keyfile": folder / "key.pem",
        "ssl_certfile": folder / "cert.pem",
    }
    served = uvicorn.Server(uvicorn.Config(app, **settings | options))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            # uvicorn fails where it closes a connection that is being closed
            for _ in range(200):
                if not served.server_state.connections:
                    break
                time.sleep(0.01)
            served.should_exit = True
            thread.join(20)
