"""Invitation tokens in SQLite."""

import sqlite3
from functools import partial

from pydidcomm.mediator._command_thread import Run
from pydidcomm.mediator.invitations import InvitationToken, digest_of_token, digest_of_use

__all__ = ["SqliteInvitations"]


class SqliteInvitations:
    """The tokens of a file; implements `Invitations`."""

    def __init__(self, write: Run, read: Run) -> None:
        self._write = write
        self._read = read

    async def add(self, token: str, *, uses: int, at: float, expires: float, label: str = "") -> str:
        """Store a new token; see `Invitations`."""
        digest = digest_of_token(token)
        row = InvitationToken(
            name=digest.hex()[:12], uses=uses, used=0, made=at, expires=expires, label=label
        )
        await self._write(partial(_add, digest, row))
        return row.name

    async def use(self, token: str, did: str, at: float) -> bool:
        """Return whether a token admits a DID; see `Invitations`."""
        admitted: bool = await self._write(
            partial(_use, digest_of_token(token), digest_of_use(token, did), at)
        )
        return admitted

    async def revoke(self, name: str) -> bool:
        """Delete a token; see `Invitations`."""
        gone: bool = await self._write(partial(_revoke, name))
        return gone

    async def tokens(self, limit: int) -> list[InvitationToken]:
        """Return the newest tokens, newest first."""
        found: list[InvitationToken] = await self._read(partial(_tokens, limit))
        return found


def _add(digest: bytes, token: InvitationToken, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO invitation (digest, name, uses, used, made, expires, label) "
        "VALUES (?, ?, ?, 0, ?, ?, ?)",
        (digest, token.name, token.uses, token.made, token.expires, token.label),
    )


def _use(digest: bytes, use: bytes, at: float, connection: sqlite3.Connection) -> bool:
    valid = "SELECT 1 FROM invitation WHERE digest = ? AND expires > ?"
    if connection.execute(valid, (digest, at)).fetchone() is None:
        return False
    if connection.execute("SELECT 1 FROM invitation_use WHERE digest = ?", (use,)).fetchone():
        return True
    counted = connection.execute(
        "UPDATE invitation SET used = used + 1 WHERE digest = ? AND used < uses", (digest,)
    )
    if not counted.rowcount:
        return False
    connection.execute("INSERT INTO invitation_use (digest, invitation) VALUES (?, ?)", (use, digest))
    return True


def _revoke(name: str, connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("DELETE FROM invitation WHERE name = ?", (name,)).rowcount)


def _tokens(limit: int, connection: sqlite3.Connection) -> list[InvitationToken]:
    rows = connection.execute(
        "SELECT name, uses, used, made, expires, label FROM invitation ORDER BY made DESC, name LIMIT ?",
        (limit,),
    )
    return [
        InvitationToken(name=row[0], uses=row[1], used=row[2], made=row[3], expires=row[4], label=row[5])
        for row in rows
    ]
