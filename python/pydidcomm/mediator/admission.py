"""Admission policies: which DIDs may become recipients of a mediator."""

from collections.abc import Collection
from typing import Protocol

from pydidcomm import same_party

__all__ = ["Admission", "AllowList", "Closed", "Open"]


class Admission(Protocol):
    """Decides whether mediation is granted; it is not called for a DID that has a grant."""

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Return whether a DID gets mediation.

        Args:
            did: The verified DID of the sender.
            pthid: The `pthid` of the request, the message id of the invitation that it answers, or None.
        """
        ...


class Open:
    """Admits every DID."""

    async def admits(self, did: str, pthid: str | None) -> bool:  # noqa: ARG002, of the Protocol
        """Return True."""
        return True


class Closed:
    """Admits no new DID."""

    async def admits(self, did: str, pthid: str | None) -> bool:  # noqa: ARG002, of the Protocol
        """Return False."""
        return False


class AllowList:
    """Admits listed DIDs, and DIDs that answer a listed invitation.

    Example:
        >>> import asyncio
        >>> from pydidcomm.mediator import AllowList
        >>> admission = AllowList(dids={"did:example:alice"}, invitations={"token"})
        >>> asyncio.run(admission.admits("did:example:bob", "token"))
        True
    """

    def __init__(self, dids: Collection[str] = (), invitations: Collection[str] = ()) -> None:
        """Admit these DIDs and invitations.

        Args:
            dids: The DIDs, in any form.
            invitations: The message ids of invitations, to which the `pthid` of a request is compared.
        """
        self._dids = tuple(dids)
        self._invitations = frozenset(invitations)

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Return whether the DID or its invitation is listed."""
        return pthid in self._invitations or any(same_party(did, each) for each in self._dids)
