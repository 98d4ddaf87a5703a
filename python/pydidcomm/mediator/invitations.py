"""Invitation tokens, which admit a limited number of parties for a limited time."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Final, Protocol

from pydidcomm.mediator._names import key_of

__all__ = ["InvitationToken", "Invitations", "InvitedOnly", "digest_of_token", "digest_of_use"]

MOST_USES: Final = 1_000_000
"""Maximum number of parties of one token; for more use the admission policy `Open`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationToken:
    """A token, for the operator; the secret token itself is only in the invitation.

    Attributes:
        name: The name of the token in commands, a part of its hash.
        uses: The maximum number of parties that it admits.
        used: The number of parties that it has admitted.
        made: When it was created, in seconds since the epoch.
        expires: When it expires, in seconds since the epoch.
        label: A remark of the operator.

    Raises:
        ValueError: `uses` is out of range, or `label` is not printable.
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
    """Stores hashes of invitation tokens; each method is one transaction."""

    async def add(self, token: str, *, uses: int, at: float, expires: float, label: str = "") -> str:
        """Store a new token; return its name.

        Args:
            token: The message id of the invitation.
            uses: The maximum number of parties that it admits.
            at: The time, in seconds since the epoch.
            expires: When it expires, in seconds since the epoch.
            label: A remark of the operator.

        Raises:
            ValueError: `uses` is out of range, or `label` is not printable.
        """
        ...

    async def use(self, token: str, did: str, at: float) -> bool:
        """Return whether a token admits a DID; repeated requests of one DID count as one use.

        Args:
            token: The message id of the invitation, the `pthid` of the request.
            did: The verified DID of the sender.
            at: The time, in seconds since the epoch.
        """
        ...

    async def revoke(self, name: str) -> bool:
        """Delete a token, which then admits no more parties; return False for an unknown name.

        Args:
            name: The name that `add` returned.
        """
        ...

    async def tokens(self, limit: int) -> list[InvitationToken]:
        """Return the newest tokens, newest first.

        Args:
            limit: The maximum number of tokens.
        """
        ...


class InvitedOnly:
    """Admits DIDs whose request answers an invitation with a valid token.

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
        """Use the tokens of a store.

        Args:
            invitations: The tokens, `MediatorStore.invitations`.
            clock: Returns the time, in seconds since the epoch.
        """
        self._invitations = invitations
        self._clock = clock

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Return whether `pthid` is a token that is neither used up nor expired."""
        return pthid is not None and await self._invitations.use(pthid, did, self._clock())


def digest_of_token(token: str) -> bytes:
    """Return the hash of a token that is stored; the token is random, so the hash needs no salt."""
    # message ids are compared without case
    return hashlib.sha256(b"invitation\0" + token.lower().encode()).digest()


def digest_of_use(token: str, did: str) -> bytes:
    """Return the hash that identifies a repeated use of a token by one DID."""
    return hashlib.sha256(b"use\0" + token.lower().encode() + b"\0" + key_of(did).encode()).digest()
