"""A mediator whose disk is full: what it accepted is there, the rest is refused, and it recovers."""

from pathlib import Path

import pytest

from support.mediator_process import Person, command, picked_up, running
from support.server_process import free_port
from support.small_disk import small_disk

# more than the disk has room for
MOST = 300


@pytest.mark.spec("MFW-02", "MFW-03")
def test_a_full_disk_refuses_with_5xx_loses_nothing_and_recovers(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    did = command(tmp_path, "init", "--url", url).stdout.strip()
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "16m") as disk, Person(url, did) as alice, Person(url, did) as bob:
        store = str(disk / "mediator.db")
        with running(tmp_path, port, store_path=store) as process:
            bob.enroll()
            # room for more than the log that SQLite writes before it changes the file
            (disk / "filler").write_bytes(bytes(10 << 20))
            codes = [alice.forward(bob.did, number, "x" * 20_000).status_code for number in range(MOST)]
            assert set(codes) == {202, 503}
            (disk / "filler").unlink()
            codes += [alice.forward(bob.did, MOST + number).status_code for number in range(5)]
            assert codes[MOST:] == [202] * 5
            accepted = [number for number, code in enumerate(codes) if code == 202]
            assert process.process.poll() is None
        # what was accepted survives the kill of the process too
        with running(tmp_path, port, store_path=store):
            assert picked_up(bob) == accepted
