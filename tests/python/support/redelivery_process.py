"""A receiver that a test kills between `unpack` and the commit of its work, or lets finish."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from typing import TYPE_CHECKING

from pydidcomm import DIDCommMessaging, InMemorySecrets, ReplayedMessageError, Secret
from support.parties import Documents, Party

if TYPE_CHECKING:
    from pydidcomm import ReplayEntry


class SqliteWindow:
    """Remembers messages in the transaction that also stores what the application did with them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        database.execute("CREATE TABLE IF NOT EXISTS seen (digest TEXT PRIMARY KEY, delivery TEXT)")
        database.execute("CREATE TABLE IF NOT EXISTS handled (id TEXT)")
        database.commit()

    async def seen(self, entry: ReplayEntry, /) -> bool:
        """Whether a committed transaction has the message."""
        self.database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (entry.digest, entry.delivery))
        known = "SELECT delivery FROM seen WHERE digest = ?"
        delivery: str = self.database.execute(known, (entry.digest,)).fetchone()[0]
        return delivery != entry.delivery

    async def forget(self, entry: ReplayEntry, /) -> None:
        """Remove this delivery of the message."""
        self.database.execute(
            "DELETE FROM seen WHERE digest = ? AND delivery = ?", (entry.digest, entry.delivery)
        )


async def main(path: str, packed: str, *, dies: bool) -> str:
    database = sqlite3.connect(path)
    alice, bob = Party("did:example:alice"), Party("did:example:bob")
    secrets = InMemorySecrets(Secret(key.secret_jwk) for key in bob.agreement)
    party = DIDCommMessaging(secrets, Documents(alice, bob), replay_window=SqliteWindow(database))
    try:
        received = await party.unpack(packed)
    except ReplayedMessageError:
        return "replayed"
    database.execute("INSERT INTO handled VALUES (?)", (received.message.id,))
    if dies:
        os.kill(os.getpid(), signal.SIGKILL)
    database.commit()
    return "handled"


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(main(sys.argv[1], sys.stdin.read(), dies=sys.argv[2] == "dies")))
