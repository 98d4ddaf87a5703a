"""nginx on a port of loopback, with a configuration that the test gives."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

# a server that does not listen after this time fails its test
SECONDS = 20.0


def binary() -> str | None:
    """The program, which Debian does not put on the path of users; None where there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def serving(folder: Path, port: int, servers: str) -> Generator[None]:
    """Run nginx with `servers`, the text of its http section, until the end of the block."""
    program = binary()
    assert program is not None
    temporary = "".join(
        f"    {kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # workers of another user cannot enter the folder of the test
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"{user}pid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\ndaemon off;\n"
        f"events {{}}\nhttp {{\n    access_log off;\n{temporary}{servers}}}\n",
        encoding="utf-8",
    )
    with subprocess.Popen(  # noqa: S603, our own words
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(path)]
    ) as process:
        try:
            end = time.monotonic() + SECONDS
            while True:
                assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
                assert time.monotonic() < end, "nginx does not listen"
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(SECONDS)
