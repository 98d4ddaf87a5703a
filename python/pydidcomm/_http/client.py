"""Bounded HTTP requests over guarded connections: one deadline, no redirects, no cookies, no proxies."""

import functools
import os
import ssl
import weakref
import zlib
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from pydidcomm._driver.event_loop import loop_token

try:
    import anyio
    import httpcore2
    import httpx2
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[http]'"
    raise ImportError(message, name=error.name) from None

from pydidcomm._http.addresses import Address, AllowedAddresses, Network
from pydidcomm._http.guard import GuardedBackend, Lookup, RefusedAddressError

__all__ = [
    "AUTHORITIES",
    "Answer",
    "GuardedClient",
    "Reason",
    "RequestFailedError",
    "parse_url",
    "redirect_target",
    "translate_errors",
]


_MOST_CONNECTIONS = 100
"""Connections of one client at the same time; further requests wait for one of them."""

_KEPT_SECONDS = 5.0
"""How long an unused connection is kept: servers close theirs after 5 seconds (uvicorn) and later."""

_DRAIN_BYTES = 16_384
"""The most bytes that are read of an unused body, to keep its connection: a new one costs more than these."""

_DRAIN_SECONDS = 1.0
"""The time limit for these bytes, in seconds."""

AUTHORITIES = str | os.PathLike[str] | ssl.SSLContext | None
"""The certificate authorities to verify servers with: a PEM file, a context, or None for the system's."""


class Reason(StrEnum):
    """Why a request has no usable response."""

    NOT_A_URL = "not a URL"
    REFUSED_ADDRESS = "refused address"
    NOT_CONNECTED = "not connected"
    TLS = "tls"
    TIMED_OUT = "timed out"
    BROKEN_OFF = "broken off"
    TOO_LARGE = "too large"


class RequestFailedError(Exception):
    """A request without a usable response.

    Attributes:
        reason: What went wrong.
        detail: The details; empty where there are none.
        status: The status of the response; None where none arrived.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.status: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The response of a server: status, headers with names in lower case, and the body that was read."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type, in lower case and without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class GuardedClient:
    """A client for requests to public addresses, with a connection pool for each event loop.

    Args:
        allow: Networks whose addresses are allowed although they are not public.
        ca: The certificate authorities to verify servers with.
        timeout: The time limit of a request in seconds, from the lookup of the host to the last byte of the
            response.
        lookup: Looks up hosts; None for the operating system.

    Raises:
        TypeError: An argument has another type.
        ValueError: An entry of `allow` is not a network, or `timeout` is not positive.
    """

    def __init__(
        self,
        *,
        allow: Sequence[str | Network | Address] = (),
        ca: AUTHORITIES = None,
        timeout: float,
        lookup: Lookup | None = None,
    ) -> None:
        if not timeout > 0:
            message = f"`timeout` must be a positive number of seconds, got {timeout!r}"
            raise ValueError(message)
        self.timeout = timeout
        self._backend = GuardedBackend(AllowedAddresses(allow), lookup)
        self._authorities = ca
        # connections belong to the event loop that opened them
        self._pools: weakref.WeakKeyDictionary[object, httpcore2.AsyncConnectionPool] = (
            weakref.WeakKeyDictionary()
        )

    async def request(  # noqa: PLR0913, the parts of a request
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        content: bytes | AsyncIterable[bytes] | None = None,
        max_bytes: int | None,
        timeout: float | None = None,  # noqa: ASYNC109, one deadline for the whole request
    ) -> Answer:
        """Send a request, and return the response; with `max_bytes=None`, its status and headers only.

        Args:
            method: The HTTP method.
            url: The URL, `http` or `https`.
            headers: The headers, without `host` and `accept-encoding`.
            content: The body.
            max_bytes: The longest body in bytes, after decompression; None to ignore the body.
            timeout: The time limit of this request in seconds; None for that of the client.

        Raises:
            RequestFailedError: No response came, or it is longer than `max_bytes`.
        """
        target = parse_url(url)
        fields = [("host", target.netloc.decode("ascii")), *headers.items(), ("accept-encoding", "identity")]
        location = httpcore2.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        started: list[int] = []
        with translate_errors(started), anyio.fail_after(self.timeout if timeout is None else timeout):
            # a body that is not read to its end closes the connection
            async with self.pool().stream(
                method,
                location,
                headers=[(name, value) for name, value in fields],
                content=cast("Any", content),
            ) as response:
                started.append(response.status)
                names = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                stream = cast("AsyncIterable[bytes]", response.stream)
                body = await (_drain(stream) if max_bytes is None else _read(stream, names, max_bytes))
                return Answer(response.status, names, body)

    def pool(self) -> httpcore2.AsyncConnectionPool:
        """Return the connection pool of the running event loop."""
        loop = _running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = httpcore2.AsyncConnectionPool(
                ssl_context=_context(self._authorities),
                max_connections=_MOST_CONNECTIONS,
                keepalive_expiry=_KEPT_SECONDS,
                network_backend=self._backend,
            )
            self._pools[loop] = pool
        return pool

    @staticmethod
    async def pause(seconds: float) -> None:
        """Wait for some seconds, in any event loop."""
        await anyio.sleep(seconds)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop(_running_loop(), None)
        if pool is not None:
            await pool.aclose()


@contextmanager
def translate_errors(started: list[int]) -> Generator[None]:
    """Raise RequestFailedError for the exceptions of the HTTP libraries."""
    try:
        try:
            yield
        except RefusedAddressError as error:
            raise RequestFailedError(Reason.REFUSED_ADDRESS, str(error)) from error
        except TimeoutError as error:
            raise RequestFailedError(Reason.TIMED_OUT) from error
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise _connection_error(error) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise RequestFailedError(Reason.BROKEN_OFF, str(error)) from error
    except RequestFailedError as error:
        error.status = started[0] if started else None
        raise


def _running_loop() -> object:
    """Return the running event loop; raise RuntimeError where there is none."""
    loop = loop_token()
    if loop is None:
        message = "a request needs a running event loop: call it in asyncio or trio"
        raise RuntimeError(message)
    return loop


def parse_url(url: str, *schemes: str) -> httpx2.URL:
    """Parse a URL, with its host in the ASCII form of DNS.

    Raises:
        RequestFailedError: `url` is not a URL with one of the schemes, by default http and https.
    """
    schemes = schemes or ("http", "https")
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise RequestFailedError(Reason.NOT_A_URL, str(error)) from error
    if target.scheme not in schemes or not target.host or target.userinfo:
        detail = f"it must have the scheme {' or '.join(schemes)}, a host, and no user name"
        raise RequestFailedError(Reason.NOT_A_URL, detail)
    return target


def redirect_target(url: str, location: str) -> str | None:
    """Return the target of a redirect; None where it changes scheme, host or port, or is not a URL."""
    before = httpx2.URL(url)
    try:
        after = before.join(location)
    except httpx2.InvalidURL:
        return None
    stays = (before.scheme, before.host, before.port) == (after.scheme, after.host, after.port)
    return str(after) if stays and not after.userinfo else None


async def _read(stream: AsyncIterable[bytes], headers: dict[str, str], max_bytes: int) -> bytes:
    """Read the body, decompressed where the server compressed it; `max_bytes` limits the result."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise RequestFailedError(Reason.BROKEN_OFF, f"the body has the content coding {coding}")
    # 47: detect gzip or zlib by the header of the data
    inflate = None if coding in {"identity", ""} else zlib.decompressobj(47)
    body = bytearray()
    # trio requires that the task which leaves a generator early closes it
    async with aclosing(cast("AsyncGenerator[bytes]", aiter(stream))) as chunks:
        async for chunk in chunks:
            room = max_bytes - len(body) + 1
            try:
                body += chunk if inflate is None else inflate.decompress(chunk, room)
            except zlib.error as error:
                raise RequestFailedError(Reason.BROKEN_OFF, "the compressed body is damaged") from error
            if len(body) > max_bytes:
                raise RequestFailedError(Reason.TOO_LARGE, f"the body is longer than {max_bytes} bytes")
    if inflate is not None and not inflate.eof:
        raise RequestFailedError(Reason.BROKEN_OFF, "the compressed body is cut off")
    return bytes(body)


async def _drain(stream: AsyncIterable[bytes]) -> bytes:
    """Read a short unused body, so that its connection can be used again; return no bytes."""
    length = 0
    with suppress(httpcore2.NetworkError, httpcore2.ProtocolError), anyio.move_on_after(_DRAIN_SECONDS):
        async with aclosing(cast("AsyncGenerator[bytes]", aiter(stream))) as chunks:
            async for chunk in chunks:
                length += len(chunk)
                if length > _DRAIN_BYTES:
                    break
    return b""


def _connection_error(error: Exception) -> RequestFailedError:
    """Return the cause that prevented the connection: TLS, or the network."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return RequestFailedError(Reason.TLS, getattr(cause, "verify_message", "") or cause.reason or "")
        cause = cause.__cause__ or cause.__context__
    return RequestFailedError(Reason.NOT_CONNECTED, str(error))


@functools.lru_cache(maxsize=8)
def _shared_context(authorities: str | None) -> ssl.SSLContext:
    # loading the system's authorities takes longer than the rest of a request
    if authorities is None:
        return httpcore2.default_ssl_context()
    return ssl.create_default_context(cafile=authorities)


def _context(authorities: AUTHORITIES) -> ssl.SSLContext:
    if isinstance(authorities, ssl.SSLContext):
        return authorities
    return _shared_context(None if authorities is None else os.fspath(authorities))
