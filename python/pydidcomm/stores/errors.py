"""Exceptions of stores."""

from typing import ClassVar

from pydidcomm.errors import DIDCommError

__all__ = ["StoreConflictError", "StoreUnavailableError", "StoreVersionError"]


class StoreConflictError(DIDCommError):
    """A commit does not fit what is stored, and nothing of it was stored.

    Another task or process has handled the message, or an earlier message of its lane is waiting still. Drop
    the effects, and read the inbox again.
    """

    code: ClassVar[str] = "e.p.me.store-conflict"


class StoreUnavailableError(DIDCommError):
    """A store does not answer: its file or its server is away, full or read-only, or it is closed.

    What was being written may have been stored or not. Each verb can be called again with the same arguments.
    """

    code: ClassVar[str] = "e.p.me.store-unavailable"


class StoreVersionError(DIDCommError):
    """A store was written by a newer version of pydidcomm.

    Attributes:
        found: The version of the store's schema.
        known: The newest version that this program reads.
    """

    code: ClassVar[str] = "e.p.me.store-version"

    def __init__(self, found: int, known: int) -> None:
        super().__init__(found, known)
        self.found = found
        self.known = known

    def _text(self) -> str:
        return (
            f"the schema of the store has version {self.found}, and this program reads up to {self.known}: "
            "upgrade pydidcomm, or restore a backup from before the upgrade"
        )
