"""Resolvers of did:peer:2 and did:peer:4; they call `pydidcomm.LocalResolver`."""

from typing import ClassVar

from pydidcomm.compat.didcomm_messaging.resolver._local import LocalMethod

__all__ = ["Peer2", "Peer4"]


class Peer2(LocalMethod):
    """Resolves did:peer:2; raises ValueError for other DIDs."""

    prefix = "did:peer:2"
    error: ClassVar[type[Exception]] = ValueError


class Peer4(LocalMethod):
    """Resolves did:peer:4, the short form after the long form; raises ValueError for other DIDs."""

    prefix = "did:peer:4"
    error: ClassVar[type[Exception]] = ValueError
