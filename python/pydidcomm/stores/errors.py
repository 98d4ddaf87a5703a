"""Exceptions of stores."""

from typing import ClassVar

from pydidcomm.errors import DIDCommError

__all__ = ["StoreConflictError", "StoreUnavailableError", "StoreVersionError"]


class StoreConflictError(DIDCommError):
    """A commit conflicts with the present state of the store, and nothing of it was stored.

    Another task or process has handled the message or changed a record that was read, or an earlier message
    of the same lane is still waiting. Drop the effects, and read the inbox again.
    """

    code: ClassVar[str] = "e.p.me.store-conflict"


class StoreUnavailableError(DIDCommError):
    """A store does not answer: its file or its server is missing, full or read-only, or the store is closed.

    A write that was under way may or may not be stored. Each method can be called again with the same
    arguments.
    """

    code: ClassVar[str] = "e.p.me.store-unavailable"


class StoreVersionError(DIDCommError):
    """A store was written by a newer version of pydidcomm.

    Attributes:
        found: The version of the store's schema.
        known: The newest version that this program can read.
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
