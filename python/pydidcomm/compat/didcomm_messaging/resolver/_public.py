"""An HTTP transport that connects to public addresses only.

The DID of a sender contains the server of its document, so otherwise a sender could direct requests to the
loopback interface, to the local network or to the metadata service of a cloud provider.
"""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import anyio
import httpx

__all__ = ["PublicAddressTransport"]


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052); the last four bytes are the IPv4 address."""


class PublicAddressTransport(httpx.AsyncBaseTransport):
    """Connects to a server only if each address of its name is public.

    The connection goes to an address that was checked, not to the name, so a second answer of the name server
    (DNS rebinding) changes nothing. TLS verifies the name as usual.

    Args:
        inner: The transport that connects; by default one of `httpx`.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._inner = inner or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to one of the addresses of its host.

        Raises:
            httpx.ConnectError: The host has no address, one that is not public, or none that answers.
        """
        url, host = request.url, request.url.host
        failed: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in await self._addresses(request):
            request.url = url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": host}
            try:
                return await self._inner.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
            finally:
                request.url = url
        raise failed or httpx.ConnectError(f"{host} has no address", request=request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    @staticmethod
    async def _addresses(request: httpx.Request) -> list[str]:
        host = request.url.host
        try:
            found = await anyio.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            text = f"{host} does not resolve to an address"
            raise httpx.ConnectError(text, request=request) from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not is_public(address):
                text = f"{host} has the address {address}, which is not public"
                raise httpx.ConnectError(text, request=request)
        return [*dict.fromkeys(addresses)]


def is_public(address: str) -> bool:
    """Return whether an IP address, and an IPv4 address embedded in it, belong to the public internet."""
    found = ip_address(address)
    return _is_public(found) and all(_is_public(inner) for inner in _embedded_addresses(found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded_addresses(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    translated = IPv4Address(address.packed[-4:]) if address in _NAT64 else None
    tunnel = address.teredo[1] if address.teredo else None
    return [inner for inner in (translated, tunnel, address.ipv4_mapped, address.sixtofour) if inner]
