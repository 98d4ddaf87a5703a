"""The exceptions of `peerdid`, with those of `pydidcomm.errors` as their causes."""

__all__ = ["MalformedPeerDIDDocError", "MalformedPeerDIDError", "PeerDIDError"]


class PeerDIDError(Exception):
    """The base class of all exceptions of this package."""


class MalformedPeerDIDError(PeerDIDError):
    """Not a did:peer of method 0 or 2. Replaces `MalformedDocumentError` and `UnsupportedError`."""

    def __init__(self, msg: str) -> None:
        super().__init__(f"Invalid peer DID provided. {msg}.")


class MalformedPeerDIDDocError(PeerDIDError, ValueError):
    """The value is not a document of a did:peer."""

    def __init__(self, msg: str) -> None:
        super().__init__(f"Invalid peer DID Doc provided. {msg}.")
