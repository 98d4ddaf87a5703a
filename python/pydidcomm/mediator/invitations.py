"""Invitations that admit a limited number of parties for a limited time."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Final, Protocol

from pydidcomm.mediator._names import key_of

__all__ = ["InvitationToken", "Invitations", "InvitedOnly", "digest_of_token", "digest_of_use"]

MOST_USES: Final = 1_000_000
"""Parties of one token: more of them are a policy of their own, `open`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationToken:
    """A token, as its operator sees it; the token itself is in the invitation alone.

    Attributes:
        name: What the operator calls it by, part of its hash.
        uses: The most parties that it admits.
        used: The parties that it admitted.
        made: When it was made, in seconds since the epoch.
        expires: When it admits no more, in seconds since the epoch.
        label: What the operator wrote about it.
    """

    name: str
    uses: int
    used: int
    made: float
    expires: float
    label: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.uses <= MOST_USES:
            message = f"`uses` must be from 1 to {MOST_USES:,}, got {self.uses}"
            raise ValueError(message)
        if not self.label.isprintable():
            message = f"`label` must be printable text, got {self.label!r}"
            raise ValueError(message)


class Invitations(Protocol):
    """Where a mediator keeps tokens, each method one transaction. No token can be read from it."""

    async def add(self, token: str, *, uses: int, at: float, expires: float, label: str = "") -> str:
        """Keep a new token; returns its name.

        Args:
            token: The id of the invitation.
            uses: The most parties that it admits.
            at: The time, in seconds since the epoch.
            expires: When it admits no more, in seconds since the epoch.
            label: What the operator wrote about it.

        Raises:
            ValueError: `uses` is out of bounds, or `label` is not printable.
        """
        ...

    async def use(self, token: str, did: str, at: float) -> bool:
        """Whether a token admits a DID; one DID uses it once, however often it asks.

        Args:
            token: The id of the invitation, as a request names it.
            did: The proved DID of the request's sender.
            at: The time, in seconds since the epoch.
        """
        ...

    async def revoke(self, name: str) -> bool:
        """Delete a token: it admits no more; False where there is none of that name.

        Args:
            name: The name that `add` returned.
        """
        ...

    async def tokens(self, limit: int) -> list[InvitationToken]:
        """The newest tokens, newest first.

        Args:
            limit: The most tokens.
        """
        ...


class InvitedOnly:
    """Admits the DIDs that answer an invitation with a token.

    Example:
        >>> import asyncio, tempfile
        >>> from pydidcomm.mediator import InvitedOnly, SqliteMediatorStore
        >>> async def main():
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         async with SqliteMediatorStore(f"{folder}/mediator.db") as store:
        ...             admission = InvitedOnly(store.invitations, clock=lambda: 1_700_000_000.0)
        ...             await store.invitations.add("token", uses=1, at=1_700_000_000, expires=1_700_000_060)
        ...             return [await admission.admits(f"did:example:{who}", "token") for who in "aab"]
        >>> asyncio.run(main())
        [True, True, False]
    """

    def __init__(self, invitations: Invitations, *, clock: Callable[[], float] = time) -> None:
        """Looks up tokens in a store.

        Args:
            invitations: The tokens of a mediator's store.
            clock: The time in seconds since the epoch.
        """
        self._invitations = invitations
        self._clock = clock

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Whether the invitation is one of ours that is neither used up nor expired."""
        return pthid is not None and await self._invitations.use(pthid, did, self._clock())


def digest_of_token(token: str) -> bytes:
    """What is kept of a token: it is random, so its hash is not guessed."""
    # ids of messages are compared without case
    return hashlib.sha256(b"invitation\0" + token.lower().encode()).digest()


def digest_of_use(token: str, did: str) -> bytes:
    """What is kept of the party that used a token: enough to see that it asks again."""
    return hashlib.sha256(b"use\0" + token.lower().encode() + b"\0" + key_of(did).encode()).digest()
