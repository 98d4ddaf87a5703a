"""Errors of resolvers and endpoints in the network."""

from collections.abc import Sequence
from typing import ClassVar

from pydidcomm._next_steps import list_some
from pydidcomm.errors._root import DIDCommError

__all__ = ["DeliveryError", "ResolutionError"]


class ResolutionError(DIDCommError):
    """The resolution of a DID failed: retry later, or correct the configuration.

    For a DID that does not exist, resolvers raise `DidNotFoundError`.

    Attributes:
        did: The DID.
        url: The URL that was requested; None where no URL was.
        cause: The cause: "invalid DID", "refused address", "not connected", "tls", "timed out", "broken off",
            "redirect", "status 503" (or another status), "too large", "not JSON", "wrong id", "invalid
            document" or "not verified".
        detail: The details of the cause; empty where there are none.
    """

    code: ClassVar[str] = "e.p.did.resolution"

    def __init__(self, did: str, url: str | None, cause: str, detail: str = "") -> None:
        super().__init__(did, url, cause, detail)
        self.did = did
        self.url = url
        self.cause = cause
        self.detail = detail

    def _text(self) -> str:
        place = f"{self.url}: " if self.url else ""
        return f"{self.did} was not resolved: {place}{self.cause}{f' ({self.detail})' if self.detail else ''}"


class DeliveryError(DIDCommError):
    """No endpoint accepted the message.

    Attributes:
        tried: The attempts in order, each with its URI and what went wrong, for instance "status 503".
        refused: Whether every endpoint refused the message itself, so that a retry would fail too.
    """

    code: ClassVar[str] = "e.p.xfer.undelivered"

    def __init__(self, tried: Sequence[tuple[str, str]], *, refused: bool = False) -> None:
        super().__init__(tried)
        self.tried = list(tried)
        self.refused = refused

    def _text(self) -> str:
        outcome = "refused" if self.refused else "not delivered"
        return f"{outcome}: {list_some([f'{uri} ({reason})' for uri, reason in self.tried])}"
