"""Exceptions of secrets stores, for the operator."""

from typing import ClassVar

from pydidcomm.errors import DIDCommError

__all__ = ["KeyExistsError", "SecretsLockedError", "SecretsUnavailableError"]


class SecretsLockedError(DIDCommError):
    """A secrets store does not open with this passphrase, key or PIN."""

    code: ClassVar[str] = "e.p.me.secrets-locked"


class SecretsUnavailableError(DIDCommError):
    """A secrets store does not answer: its file, server or token is not available, or the store is closed.

    A write that was under way may or may not be stored. It is safe to write the same keys again.
    """

    code: ClassVar[str] = "e.p.me.secrets-unavailable"


class KeyExistsError(DIDCommError):
    """A secrets store already has another key with this kid.

    Attributes:
        kid: The DID URL of the key.
    """

    code: ClassVar[str] = "e.p.me.key-exists"

    def __init__(self, kid: str) -> None:
        super().__init__(kid)
        self.kid = kid

    def _text(self) -> str:
        return f"another key is stored as {self.kid}: call `remove_key` first, which destroys that key"
