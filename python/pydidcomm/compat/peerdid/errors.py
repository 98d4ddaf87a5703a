"""The exceptions of `peerdid`, with those of `pydidcomm.errors` as their causes."""

__all__ = ["MalformedPeerDIDDocError", "MalformedPeerDIDError", "PeerDIDError"]


class PeerDIDError(Exception):
    """The root of all exceptions of this package."""


class MalformedPeerDIDError(PeerDIDError):
    """This is no did:peer of method 0 or 2. Stands for `MalformedDocumentError` and `UnsupportedError`."""

    def __init__(self, msg: str) -> None:
        super().__init__(f"Invalid peer DID provided. {msg}.")


class MalformedPeerDIDDocError(PeerDIDError, ValueError):
    """This is no document of a did:peer."""

    def __init__(self, msg: str) -> None:
        super().__init__(f"Invalid peer DID Doc provided. {msg}.")
