"""The protocols of a program, found by message type.

Example:
    >>> from pydidcomm.protocols import Protocols
    >>> from pydidcomm.protocols.trust_ping import TrustPing
    >>> protocols = Protocols([TrustPing()])
    >>> protocols.find("https://didcomm.org/TrustPing/2.7/ping").piuri
    'https://didcomm.org/trust-ping/2.0'
    >>> protocols.find("https://didcomm.org/trust-ping/3.0/ping") is None
    True
    >>> protocols.disclosures()
    {'https://didcomm.org/trust-ping/2.0': ('sender', 'receiver')}
"""

from collections.abc import Iterable, Iterator

from pydidcomm.protocols.machine import Protocol
from pydidcomm.protocols.versions import agree, message_type, parts_of, same_name

__all__ = ["Protocols"]


class Protocols:
    """The protocols of a program.

    Args:
        protocols: The protocols.

    Raises:
        ValueError: Two of them have the same name and major version.
    """

    def __init__(self, protocols: Iterable[Protocol] = ()) -> None:
        self._found: dict[tuple[str, int], list[Protocol]] = {}
        for protocol in protocols:
            self.add(protocol)

    def add(self, protocol: Protocol) -> None:
        """Add a protocol.

        Args:
            protocol: The protocol.

        Raises:
            ValueError: Another one has the same name and major version.
        """
        parts = message_type(f"{protocol.piuri}/x")
        if self.find(f"{protocol.piuri}/x") is not None:
            problem = (
                f"`protocol` {protocol.piuri} was added twice in this major version: remove one of the two"
            )
            raise ValueError(problem)
        self._found.setdefault((same_name(parts.protocol), parts.major), []).append(protocol)

    def find(self, type: str) -> Protocol | None:  # noqa: A002, the header's name
        """The protocol of a message, in the same major version; None if there is none.

        Args:
            type: The message type URI.
        """
        parts = parts_of(type)
        if parts is None:
            return None
        candidates = self._found.get((same_name(parts.protocol), parts.major), [])
        return next((one for one in candidates if agree(one.piuri, parts.piuri)), None)

    def disclosures(self) -> dict[str, tuple[str, ...]]:
        """The roles of each protocol by its identifier URI, as discover features discloses them."""
        return {protocol.piuri: protocol.roles for protocol in self}

    def __iter__(self) -> Iterator[Protocol]:
        return (protocol for protocols in self._found.values() for protocol in protocols)

    def __len__(self) -> int:
        return sum(map(len, self._found.values()))
