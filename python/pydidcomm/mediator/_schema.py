"""The tables of a mediator in SQLite, and their migrations."""

import sqlite3
from typing import Final

__all__ = ["migrate"]


_STEPS: Final = (
    # version 1
    (
        """CREATE TABLE recipient (
            id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, granted REAL NOT NULL,
            queued INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)""",
        # `proved`: the recipient has authenticated with this DID
        """CREATE TABLE route (
            did TEXT PRIMARY KEY, recipient INTEGER NOT NULL REFERENCES recipient, shown TEXT NOT NULL,
            proved INTEGER NOT NULL, added REAL NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX route_recipient ON route (recipient, added, did)",
        """CREATE TABLE route_name (
            name TEXT PRIMARY KEY, did TEXT NOT NULL REFERENCES route ON DELETE CASCADE) WITHOUT ROWID""",
        "CREATE INDEX route_name_did ON route_name (did)",
        # AUTOINCREMENT: a sequence number is never reused, not even after a deletion
        """CREATE TABLE message (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            recipient INTEGER NOT NULL REFERENCES recipient, route TEXT NOT NULL, digest BLOB NOT NULL,
            received REAL NOT NULL, expires REAL NOT NULL, size INTEGER NOT NULL, envelope BLOB NOT NULL,
            deliveries INTEGER NOT NULL DEFAULT 0, first_delivered REAL, last_delivered REAL)""",
        "CREATE UNIQUE INDEX message_once ON message (digest, recipient)",
        "CREATE INDEX message_order ON message (recipient, seq)",
        "CREATE INDEX message_expires ON message (expires)",
        # digests of acknowledged envelopes, to detect a retry of the sender
        "CREATE TABLE gone (digest BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX gone_until ON gone (until)",
    ),
    # version 2: departures; those of a `lane` are sent in order, and `head` is the next one
    (
        """CREATE TABLE outgoing (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, head INTEGER NOT NULL,
            next TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, due REAL NOT NULL, ends REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL, envelope BLOB NOT NULL)""",
        "CREATE INDEX outgoing_due ON outgoing (due, seq) WHERE head = 1",
        "CREATE INDEX outgoing_lane ON outgoing (lane, seq)",
        "CREATE INDEX outgoing_next ON outgoing (next)",
        "CREATE INDEX outgoing_ends ON outgoing (ends)",
        "CREATE TABLE outgoing_total (messages INTEGER NOT NULL, bytes INTEGER NOT NULL)",
        "INSERT INTO outgoing_total VALUES (0, 0)",
    ),
    # version 3: invitation tokens; of tokens and their users only hashes are stored
    (
        """CREATE TABLE invitation (
            digest BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, uses INTEGER NOT NULL, used INTEGER NOT NULL,
            made REAL NOT NULL, expires REAL NOT NULL, label TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE invitation_use (
            digest BLOB PRIMARY KEY, invitation BLOB NOT NULL REFERENCES invitation ON DELETE CASCADE)
            WITHOUT ROWID""",
        "CREATE INDEX invitation_use_invitation ON invitation_use (invitation)",
    ),
    # version 4: parked messages, with the columns of `message`
    (
        """CREATE TABLE parked (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, recipient INTEGER NOT NULL REFERENCES recipient,
            route TEXT NOT NULL, digest BLOB NOT NULL, received REAL NOT NULL, expires REAL NOT NULL,
            size INTEGER NOT NULL, envelope BLOB NOT NULL, deliveries INTEGER NOT NULL, first_delivered REAL,
            last_delivered REAL, parked REAL NOT NULL)""",
        "CREATE INDEX parked_recipient ON parked (recipient)",
        "CREATE INDEX parked_expires ON parked (expires)",
    ),
    # version 5: rotations, for live sessions of other processes; sequence numbers are never reused
    (
        """CREATE TABLE moved (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, old INTEGER NOT NULL, old_did TEXT NOT NULL,
            recipient INTEGER NOT NULL, did TEXT NOT NULL, at REAL NOT NULL)""",
    ),
    # version 6: whether `next` did not resolve at the last attempt, the same for all departures of a `next`
    (
        "ALTER TABLE outgoing ADD COLUMN unresolved INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX outgoing_unresolved ON outgoing (size) WHERE unresolved = 1",
    ),
    # version 7: when `due` was set; null if the sender has requested the delay
    (
        "ALTER TABLE outgoing ADD COLUMN timed REAL",
        "CREATE INDEX outgoing_timed ON outgoing (timed) WHERE head = 1",
    ),
)


def migrate(connection: sqlite3.Connection) -> None:
    """Migrate the tables to the newest version, with one transaction per step.

    Raises:
        ValueError: A newer version of pydidcomm wrote the file.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_STEPS):
        message = (
            f"the file of the mediator has version {version} of its tables, and this pydidcomm supports up "
            f"to {len(_STEPS)}: run the newer pydidcomm that wrote it"
        )
        raise ValueError(message)
    for number, step in enumerate(_STEPS[version:], version + 1):
        connection.execute("BEGIN IMMEDIATE")
        # another process may have done the step meanwhile
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) < number:
            for statement in step:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
