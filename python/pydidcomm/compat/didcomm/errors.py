"""The exceptions of `didcomm`, with those of `pydidcomm.errors` as their causes."""

from enum import Enum

__all__ = [
    "DIDCommError",
    "DIDCommValueError",
    "DIDDocNotResolvedError",
    "DIDUrlNotFoundError",
    "IncompatibleCryptoError",
    "InvalidDIDDocError",
    "MalformedMessageCode",
    "MalformedMessageError",
    "SecretNotFoundError",
]


class DIDCommError(Exception):
    """The base class of all exceptions of this package."""


class DIDCommValueError(DIDCommError, ValueError):
    """An argument cannot be packed. Replaces ValueError and TypeError of pydidcomm."""


class DIDDocNotResolvedError(DIDCommError):
    """The DID does not resolve. Replaces `DidNotFoundError`."""

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.message = f"DID `{did}` is not found in DID resolver"


class DIDUrlNotFoundError(DIDCommError):
    """The document does not list the key in the verification relationship. Replaces `KeyNotFoundError`."""


class SecretNotFoundError(DIDCommError):
    """None of the secrets was found. Replaces the error of the same name."""


class IncompatibleCryptoError(DIDCommError):
    """The parties have no keys on a common curve. Replaces `IncompatibleKeysError`."""

    def __init__(self) -> None:
        super().__init__()
        self.message = (
            "Sender and recipient keys corresponding to provided parameters are incompatible to each other"
        )


class InvalidDIDDocError(DIDCommValueError):
    """The document is unusable. Replaces `MalformedDocumentError` and `EndpointNotFoundError`."""


class MalformedMessageCode(Enum):
    """The reasons of a `MalformedMessageError`."""

    CAN_NOT_DECRYPT = 1
    """Stands for `DecryptionError`."""
    INVALID_SIGNATURE = 2
    """Stands for `InvalidSignatureError`."""
    INVALID_PLAINTEXT = 3
    """Stands for `MalformedMessageError` about a plaintext."""
    INVALID_MESSAGE = 4
    """Stands for `MalformedMessageError` about an envelope, and for `UntrustedMessageError`."""
    NOT_SUPPORTED_FWD_PROTOCOL = 5


_MEANINGS = {
    MalformedMessageCode.CAN_NOT_DECRYPT: "DIDComm message cannot be decrypted",
    MalformedMessageCode.INVALID_SIGNATURE: "Signature is invalid",
    MalformedMessageCode.INVALID_PLAINTEXT: "Plaintext is invalid",
    MalformedMessageCode.INVALID_MESSAGE: "DIDComm message is invalid",
    MalformedMessageCode.NOT_SUPPORTED_FWD_PROTOCOL: "Not supported Forward protocol",
}


class MalformedMessageError(DIDCommError):
    """The message is malformed or not authentic.

    Attributes:
        code: The reason.
        message: The reason in words.
    """

    def __init__(self, code: MalformedMessageCode, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = _MEANINGS[code] if message is None else message
