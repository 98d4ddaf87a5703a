"""A PostgreSQL server of its own on a free port of loopback, which the tests stop and start again."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.processes import children_of, wait_for_end
from support.server_process import free_port

if TYPE_CHECKING:
    from collections.abc import Generator

ROLE = "askar"
# initdb refuses to run as root
OWNERS = ("postgres", "nobody")


@cache
def binaries() -> Path | None:
    """The folder of Debian's newest PostgreSQL, or that of the path; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


def location(request: pytest.FixtureRequest, file: Path) -> str:
    """Where a store is: in the file, or in a new database, as the parameter of the fixture says."""
    if request.param == "SQLite":
        return str(file)
    running: Postgres = request.getfixturevalue("database")
    return running.url()


class Postgres:
    """A server; each `url` is that of a new database, which Askar creates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self.owner = self._owner()
        (folder / "password").write_text(self.password, encoding="utf-8")
        if self.owner is not None:
            for path in (folder, folder / "password"):
                shutil.chown(path, self.owner)
        words = ("-D", str(folder / "data"), "-A", "scram-sha-256", "-U", ROLE, "-N")
        self._run("initdb", *words, f"--pwfile={folder / 'password'}")
        self.start()

    @staticmethod
    def _owner() -> str | None:
        if os.geteuid() != 0:
            return None
        known = {entry.pw_name for entry in pwd.getpwall()}
        return next(name for name in OWNERS if name in known)

    def _run(self, program: str, *words: str) -> None:
        path = binaries()
        assert path is not None
        as_owner = [] if self.owner is None else ["runuser", "-u", self.owner, "--"]
        subprocess.run(  # noqa: S603, our own words
            [*as_owner, str(path / program), *words],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        # what a process has written is safe when a process is killed; fsync is for a machine that loses power
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop as `kill -9` would: connections are cut, and what was committed is on disk."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def kill(self, *, everything: bool) -> None:
        """End the server by SIGKILL: all of it, or the first process, after which the others end too."""
        main = int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        others = children_of(main)
        os.kill(main, signal.SIGKILL)
        for each in others if everything else ():
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        # a server does not start while processes of the one before have its memory
        for each in (main, *others):
            wait_for_end(each)

    def url(self) -> str:
        """The URL of a database that is not there yet."""
        return self._url(f"w{secrets.token_hex(6)}")

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"d{secrets.token_hex(6)}"
        os.environ["PGPASSWORD"] = self.password
        try:
            self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", ROLE, name)
        finally:
            del os.environ["PGPASSWORD"]
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/{name}"


@contextmanager
def server() -> Generator[Postgres]:
    """A server for as long as the block lasts; the test is skipped where there is none to start."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (make system)")
    # not below the folder of pytest, which its owner alone may enter
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        running = Postgres(folder)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
