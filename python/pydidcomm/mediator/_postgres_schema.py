"""The tables of a mediator in PostgreSQL, and their migrations."""

from typing import Any, Final

__all__ = ["migrate"]


_STEPS: Final = (
    # version 1
    """
    CREATE TABLE recipient (
        id BIGSERIAL PRIMARY KEY, did TEXT NOT NULL UNIQUE, granted DOUBLE PRECISION NOT NULL,
        queued BIGINT NOT NULL DEFAULT 0, bytes BIGINT NOT NULL DEFAULT 0);
    CREATE TABLE route (
        did TEXT PRIMARY KEY, recipient BIGINT NOT NULL REFERENCES recipient, shown TEXT NOT NULL,
        proved BOOLEAN NOT NULL, added DOUBLE PRECISION NOT NULL);
    CREATE INDEX route_recipient ON route (recipient, added, did);
    CREATE TABLE route_name (name TEXT PRIMARY KEY, did TEXT NOT NULL REFERENCES route ON DELETE CASCADE);
    CREATE INDEX route_name_did ON route_name (did);
    CREATE TABLE message (
        seq BIGSERIAL PRIMARY KEY, id TEXT NOT NULL UNIQUE, recipient BIGINT NOT NULL REFERENCES recipient,
        route TEXT NOT NULL, digest BYTEA NOT NULL, received DOUBLE PRECISION NOT NULL,
        expires DOUBLE PRECISION NOT NULL, size BIGINT NOT NULL, envelope BYTEA NOT NULL,
        deliveries INTEGER NOT NULL DEFAULT 0, first_delivered DOUBLE PRECISION,
        last_delivered DOUBLE PRECISION, UNIQUE (digest, recipient));
    CREATE INDEX message_order ON message (recipient, seq);
    CREATE INDEX message_expires ON message (expires);
    CREATE TABLE gone (digest BYTEA PRIMARY KEY, until DOUBLE PRECISION NOT NULL);
    CREATE INDEX gone_until ON gone (until);
    """,
    # version 2: departures; those of a `lane` are sent in order, and `head` is the next one
    """
    CREATE TABLE outgoing (
        seq BIGSERIAL PRIMARY KEY, lane TEXT NOT NULL, head BOOLEAN NOT NULL, next TEXT NOT NULL,
        digest BYTEA NOT NULL UNIQUE, due DOUBLE PRECISION NOT NULL, ends DOUBLE PRECISION NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, size BIGINT NOT NULL, envelope BYTEA NOT NULL);
    CREATE INDEX outgoing_due ON outgoing (due, seq) WHERE head;
    CREATE INDEX outgoing_lane ON outgoing USING hash (lane);
    CREATE INDEX outgoing_next ON outgoing USING hash (next);
    CREATE INDEX outgoing_ends ON outgoing (ends);
    CREATE TABLE outgoing_total (messages BIGINT NOT NULL, bytes BIGINT NOT NULL);
    INSERT INTO outgoing_total VALUES (0, 0);
    """,
    # version 3: invitation tokens; of tokens and their users only hashes are stored
    """
    CREATE TABLE invitation (
        digest BYTEA PRIMARY KEY, name TEXT NOT NULL UNIQUE, uses INTEGER NOT NULL, used INTEGER NOT NULL,
        made DOUBLE PRECISION NOT NULL, expires DOUBLE PRECISION NOT NULL, label TEXT NOT NULL);
    CREATE TABLE invitation_use (
        digest BYTEA PRIMARY KEY, invitation BYTEA NOT NULL REFERENCES invitation ON DELETE CASCADE);
    CREATE INDEX invitation_use_invitation ON invitation_use (invitation);
    """,
    # version 4: parked messages, with the columns of `message`
    """
    CREATE TABLE parked (
        seq BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, recipient BIGINT NOT NULL REFERENCES recipient,
        route TEXT NOT NULL, digest BYTEA NOT NULL, received DOUBLE PRECISION NOT NULL,
        expires DOUBLE PRECISION NOT NULL, size BIGINT NOT NULL, envelope BYTEA NOT NULL,
        deliveries INTEGER NOT NULL, first_delivered DOUBLE PRECISION, last_delivered DOUBLE PRECISION,
        parked DOUBLE PRECISION NOT NULL);
    CREATE INDEX parked_recipient ON parked (recipient);
    CREATE INDEX parked_expires ON parked (expires);
    """,
    # version 5: rotations, for live sessions of other processes
    """
    CREATE TABLE moved (
        seq BIGSERIAL PRIMARY KEY, old BIGINT NOT NULL, old_did TEXT NOT NULL, recipient BIGINT NOT NULL,
        did TEXT NOT NULL, at DOUBLE PRECISION NOT NULL);
    """,
    # version 6: whether `next` did not resolve at the last attempt, the same for all departures of a `next`
    """
    ALTER TABLE outgoing ADD COLUMN unresolved BOOLEAN NOT NULL DEFAULT false;
    CREATE INDEX outgoing_unresolved ON outgoing (size) WHERE unresolved;
    """,
    # version 7: when `due` was set; null if the sender has requested the delay
    """
    ALTER TABLE outgoing ADD COLUMN timed DOUBLE PRECISION;
    CREATE INDEX outgoing_timed ON outgoing (timed) WHERE head;
    """,
)

_LOCK: Final = 0x70796463
"""The advisory lock that a process holds while it migrates."""


async def migrate(connection: Any) -> None:  # noqa: ANN401, of asyncpg
    """Migrate the tables to the newest version, in one transaction.

    Raises:
        ValueError: A newer version of pydidcomm created the tables.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        version = await connection.fetchval("SELECT version FROM schema_version") or 0
        if version > len(_STEPS):
            message = (
                f"the database of the mediator has version {version} of its tables, and this pydidcomm "
                f"supports up to {len(_STEPS)}: run the newer pydidcomm that created them"
            )
            raise ValueError(message)
        if version == len(_STEPS):
            return
        for step in _STEPS[version:]:
            await connection.execute(step)
        await connection.execute("DELETE FROM schema_version")
        await connection.execute("INSERT INTO schema_version VALUES ($1)", len(_STEPS))
