"""Decide which addresses a connection may go to: public ones, and networks that the program allows."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["Address", "AllowedAddresses", "Network", "address_of"]


Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# `is_global` is true for these in some or all patch releases of CPython
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments of the IETF
        "192.88.99.0/24",  # relays of 6to4, deprecated
        "3fff::/20",  # documentation
        "64:ff9b:1::/48",  # NAT64 of a local network
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def _is_public(address: Address) -> bool:
    """Return whether the address belongs to the public internet only.

    For an IPv6 address with an embedded IPv4 address, the latter decides: IPv4-mapped, 6to4, Teredo, NAT64.
    """
    if any(address in network for network in _NOT_PUBLIC if network.version == address.version):
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        embedded = _embedded_addresses(address)
        if embedded:
            return all(_is_public(one) for one in embedded)
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded_addresses(address: IPv6Address) -> Sequence[IPv4Address]:
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


class AllowedAddresses:
    """A container of all public addresses, and of those in some networks.

    Args:
        allow: Networks that are allowed although they are not public, for instance "10.0.0.0/8" or
            "127.0.0.1".

    Raises:
        TypeError: `allow` is a str.
        ValueError: An entry is not a network.
    """

    def __init__(self, allow: Sequence[str | Network | Address] = ()) -> None:
        if isinstance(allow, str):
            message = f"`allow` must be a sequence of networks, got str: `allow=[{allow!r}]`"
            raise TypeError(message)
        self._networks = tuple(_network(entry) for entry in allow)

    def __contains__(self, address: Address) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        if any(plain in network for network in self._networks if network.version == plain.version):
            return True
        return _is_public(address)


def _network(entry: str | Network | Address) -> Network:
    try:
        return ip_network(entry)
    except ValueError:
        message = f"`allow` must list networks such as '10.0.0.0/8' or '127.0.0.1', got {entry!r}"
        raise ValueError(message) from None


def address_of(text: str) -> Address:
    """Parse an address from the operating system's resolver."""
    return ip_address(text)
