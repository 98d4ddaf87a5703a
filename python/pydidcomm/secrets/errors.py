"""Exceptions of stores of secrets: the operator must act."""

from typing import ClassVar

from pydidcomm.errors import DIDCommError

__all__ = ["KeyExistsError", "SecretsLockedError", "SecretsUnavailableError"]


class SecretsLockedError(DIDCommError):
    """A store of secrets does not open with this passphrase, key or PIN."""

    code: ClassVar[str] = "e.p.me.secrets-locked"


class SecretsUnavailableError(DIDCommError):
    """A store of secrets does not answer: its file, its server or its token is away, or it is closed.

    What was being written may have been stored or not. Writing the same keys again is harmless.
    """

    code: ClassVar[str] = "e.p.me.secrets-unavailable"


class KeyExistsError(DIDCommError):
    """A store of secrets has another key under that kid already.

    Attributes:
        kid: The DID URL of the key.
    """

    code: ClassVar[str] = "e.p.me.key-exists"

    def __init__(self, kid: str) -> None:
        super().__init__(kid)
        self.kid = kid

    def _text(self) -> str:
        return f"another key is stored as {self.kid}: call `remove_key` first, which destroys that key"
