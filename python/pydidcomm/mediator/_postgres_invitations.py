"""Invitation tokens in PostgreSQL."""

from typing import Any

from pydidcomm.mediator.invitations import InvitationToken, digest_of_token, digest_of_use

__all__ = ["PostgresInvitations"]


class PostgresInvitations:
    """The tokens of a database; implements `Invitations`."""

    def __init__(self, pool: Any) -> None:  # noqa: ANN401, of asyncpg
        self._pool = pool

    async def add(self, token: str, *, uses: int, at: float, expires: float, label: str = "") -> str:
        """Store a new token; see `Invitations`."""
        digest = digest_of_token(token)
        row = InvitationToken(
            name=digest.hex()[:12], uses=uses, used=0, made=at, expires=expires, label=label
        )
        async with self._pool.acquire() as connection:
            await connection.execute(
                "INSERT INTO invitation (digest, name, uses, used, made, expires, label) "
                "VALUES ($1, $2, $3, 0, $4, $5, $6)",
                digest,
                row.name,
                uses,
                at,
                expires,
                label,
            )
        return row.name

    async def use(self, token: str, did: str, at: float) -> bool:
        """Return whether a token admits a DID; see `Invitations`."""
        digest, use = digest_of_token(token), digest_of_use(token, did)
        async with self._pool.acquire() as connection, connection.transaction():
            # the row lock serializes requests with this token
            row = await connection.fetchrow(
                "SELECT used < uses AS left FROM invitation WHERE digest = $1 AND expires > $2 FOR UPDATE",
                digest,
                at,
            )
            if row is None:
                return False
            if await connection.fetchval("SELECT 1 FROM invitation_use WHERE digest = $1", use):
                return True
            if not row["left"]:
                return False
            await connection.execute("UPDATE invitation SET used = used + 1 WHERE digest = $1", digest)
            await connection.execute(
                "INSERT INTO invitation_use (digest, invitation) VALUES ($1, $2)", use, digest
            )
        return True

    async def revoke(self, name: str) -> bool:
        """Delete a token; see `Invitations`."""
        async with self._pool.acquire() as connection:
            gone = await connection.fetchval("DELETE FROM invitation WHERE name = $1 RETURNING name", name)
        return gone is not None

    async def tokens(self, limit: int) -> list[InvitationToken]:
        """Return the newest tokens, newest first."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT name, uses, used, made, expires, label FROM invitation "
                "ORDER BY made DESC, name LIMIT $1",
                limit,
            )
        return [InvitationToken(**row) for row in rows]
