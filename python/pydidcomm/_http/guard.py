"""The guard against server-side request forgery (SSRF): it checks addresses as the socket connects.

A host is looked up once. Each of its addresses must be allowed, and the socket connects to a checked one. A
check before the request would be followed by a second lookup, possibly with another answer (DNS rebinding).
TLS and the header Host use the name of the host.
"""

import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeAlias

import anyio
from httpcore2 import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError

from pydidcomm._http.addresses import AllowedAddresses, address_of

__all__ = ["GuardedBackend", "Lookup", "RefusedAddressError"]


Lookup: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks up a host: a coroutine function that takes host and port, and returns addresses as text."""

_MOST_TRIED = 4
"""The most addresses of a host that are tried: the deadline of a request leaves no time for more."""

_SECONDS_EACH = 3.0
"""The time limit for each address but the last, in seconds, which leaves time for the others."""


class RefusedAddressError(Exception):
    """A host has an address that is not public and not allowed."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, address)
        self.host = host
        self.address = address

    def __str__(self) -> str:
        return (
            f"{self.host} has the address {self.address}, which is not public: to allow it, pass "
            f"`allow=['{self.address}']`"
        )


class GuardedBackend(AsyncNetworkBackend):
    """Opens TCP connections to allowed addresses; see the module."""

    def __init__(self, allowed: AllowedAddresses, lookup: Lookup | None = None) -> None:
        self._allowed = allowed
        self._lookup = lookup or _look_up
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, the signature of the base class
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Check all addresses of the host, and connect to one of them.

        Raises:
            RefusedAddressError: An address is not allowed.
            ConnectError: The host has no address, or none of them answers.
        """
        try:
            addresses = list(dict.fromkeys(await self._lookup(host, port)))
        except OSError as error:
            raise ConnectError(str(error)) from error
        for address in addresses:
            if address_of(address) not in self._allowed:
                raise RefusedAddressError(host, address)
        failure: Exception = ConnectError(f"{host} has no address")
        tried = addresses[:_MOST_TRIED]
        for place, address in enumerate(tried):
            patience = timeout if place == len(tried) - 1 else _SECONDS_EACH
            try:
                with anyio.fail_after(patience):
                    stream = await self._network.connect_tcp(
                        address, port, local_address=local_address, socket_options=socket_options
                    )
                return _ClosedOnCancel(stream)
            except (ConnectError, TimeoutError) as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectError(f"{host} does not answer") from failure  # noqa: TRY003, EM102
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109, the signature of the base class
        socket_options: Iterable[SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> AsyncNetworkStream:
        """Raise RefusedAddressError: a URL of a peer must contain a host."""
        raise RefusedAddressError(path, "of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""
        await anyio.sleep(seconds)


class _ClosedOnCancel(AsyncNetworkStream):
    """A connection that is closed if its TLS handshake fails or is cancelled; httpcore2 leaves it open."""

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109, the signature of the base class
    ) -> AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401, of any kind
        return self._stream.get_extra_info(info)


async def _look_up(host: str, port: int) -> list[str]:
    """Return the addresses of the host from the operating system's resolver."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
