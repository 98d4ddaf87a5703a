"""Who may become a recipient of a mediator."""

from collections.abc import Collection
from typing import Protocol

from pydidcomm import same_party

__all__ = ["Admission", "AllowList", "Closed", "Open"]


class Admission(Protocol):
    """Decides whether mediation is granted; a recipient that has a grant keeps it."""

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Whether a DID may have mediation.

        Args:
            did: The proved DID of the request's sender.
            pthid: The invitation that the request answers.
        """
        ...


class Open:
    """Admits every DID."""

    async def admits(self, did: str, pthid: str | None) -> bool:  # noqa: ARG002, of the Protocol
        """True."""
        return True


class Closed:
    """Admits no new DID."""

    async def admits(self, did: str, pthid: str | None) -> bool:  # noqa: ARG002, of the Protocol
        """False."""
        return False


class AllowList:
    """Admits some DIDs, and those that answer one of some invitations.

    Example:
        >>> import asyncio
        >>> from pydidcomm.mediator import AllowList
        >>> admission = AllowList(dids={"did:example:alice"}, invitations={"token"})
        >>> asyncio.run(admission.admits("did:example:bob", "token"))
        True
    """

    def __init__(self, dids: Collection[str] = (), invitations: Collection[str] = ()) -> None:
        """Copies what it admits.

        Args:
            dids: The DIDs, in any form.
            invitations: The ids of invitations: a request names one as its `pthid`.
        """
        self._dids = tuple(dids)
        self._invitations = frozenset(invitations)

    async def admits(self, did: str, pthid: str | None) -> bool:
        """Whether the DID or its invitation is listed."""
        return pthid in self._invitations or any(same_party(did, each) for each in self._dids)
