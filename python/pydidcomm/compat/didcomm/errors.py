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
    """The root of all exceptions of this package."""


class DIDCommValueError(DIDCommError, ValueError):
    """What was given cannot be packed. Stands for the ValueError and TypeError of pydidcomm."""


class DIDDocNotResolvedError(DIDCommError):
    """No document is known of the DID. Stands for `DidNotFoundError`."""

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.message = f"DID `{did}` is not found in DID resolver"


class DIDUrlNotFoundError(DIDCommError):
    """The document has no such key in that relationship. Stands for `KeyNotFoundError`."""


class SecretNotFoundError(DIDCommError):
    """None of the secrets is held. Stands for the error of the same name."""


class IncompatibleCryptoError(DIDCommError):
    """The parties have no keys that fit. Stands for `IncompatibleKeysError`."""

    def __init__(self) -> None:
        super().__init__()
        self.message = (
            "Sender and recipient keys corresponding to provided parameters are incompatible to each other"
        )


class InvalidDIDDocError(DIDCommValueError):
    """The document does not serve. Stands for `MalformedDocumentError` and `EndpointNotFoundError`."""


class MalformedMessageCode(Enum):
    """What is wrong with a message."""

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
    """The message is not to be taken.

    Attributes:
        code: What is wrong with it.
        message: The same in words.
    """

    def __init__(self, code: MalformedMessageCode, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = _MEANINGS[code] if message is None else message
