"""A resolver of did:web, which fetches documents with `httpx` in any event loop."""

import re
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict, cast
from urllib.parse import urlsplit

from pydid import DID

from pydidcomm.compat._json import read_object
from pydidcomm.compat.didcomm_messaging.resolver import DIDNotFound, DIDResolutionError, DIDResolver
from pydidcomm.errors import MalformedMessageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

try:
    import anyio
    import httpx
except ImportError as missing:
    message = "did:web needs the package httpx: pip install httpx"
    raise ImportError(message) from missing

from pydidcomm.compat.didcomm_messaging.resolver._public import PublicAddressTransport

__all__ = ["TIME_TO_CACHE", "DIDWeb", "did_web_pattern", "domain_regex"]

domain_regex = (
    r"[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?)*"
    r"(%3[aA][0-9]{1,5})?"
    r"(:(?!(\.|%2[eE]){1,2}(:|$))([a-zA-Z0-9._-]|%[0-9a-fA-F]{2})+)*"
)
"""A host, a port, and a path, whose segments are not `.` or `..` (did:web 3.1)."""

did_web_pattern = re.compile(rf"did:web:{domain_regex}")

TIME_TO_CACHE = 1800
"""How long a document stays in the cache, in seconds."""

DEADLINE = 10.0
"""The time limit of one document in seconds, from the lookup of its server to its last byte.

A message waits for the document, and a slow server could delay it forever."""

_MOST_BYTES = 1 << 20
"""The size of the largest document that is read; DID documents in use are a hundredth of it."""

_CODINGS = {"", "identity", "gzip", "deflate"}
"""The supported content codings: one byte expands to at most a thousand, so each read is bounded."""

_MOST_CACHED = 1000
"""The most documents in the cache."""


class _Cached(TypedDict):
    """A document with the time of its fetch."""

    timestamp: datetime
    doc: dict[str, Any]


cache: dict[str, _Cached] = {}


class DIDWeb(DIDResolver):
    """Resolves did:web over HTTPS.

    Redirects are not followed. Without a `client`, the server must have public addresses, and environment
    variables for proxies are ignored.

    Args:
        client: Fetches the documents, from any address: for a proxy, a certificate authority or a network of
            your own. By default, each document is fetched with a new client.
        allow_private_addresses: Whether to connect to servers on this machine and in private networks too,
            for tests.
    """

    def __init__(
        self, *, client: "httpx.AsyncClient | None" = None, allow_private_addresses: bool = False
    ) -> None:
        self._client = client
        self._allow_private_addresses = allow_private_addresses

    async def resolve(self, did: str) -> dict[str, Any]:
        """Return the document of the DID, from the cache unless it is too old.

        Raises:
            DIDNotFound: The server has no DID document there.
            DIDResolutionError: The server does not respond, or returns the document of another DID.
        """
        now = datetime.now(tz=UTC)
        cached = cache.get(did)
        if cached and cached["timestamp"] > now - timedelta(seconds=TIME_TO_CACHE):
            return cached["doc"]
        document = self._read(did, await self._fetch(did))
        cache.pop(did, None)
        while len(cache) >= _MOST_CACHED:
            del cache[next(iter(cache))]
        cache[did] = {"timestamp": now, "doc": document}
        return document

    async def is_resolvable(self, did: str) -> bool:
        """Return whether it is a did:web."""
        return bool(DID.is_valid(did) and did_web_pattern.fullmatch(did))

    @staticmethod
    def did_from_url(url: str) -> DID:
        """Return the DID whose document is at the URL."""
        parts = urlsplit(url if url.startswith("http") else f"https://{url}")
        path = parts.path.replace(".well-known/did.json", "").replace("/did.json", "")
        domain = parts.netloc.replace(":", "%3A")
        return cast("DID", f"did:web:{domain}" + (path.replace("/", ":") if len(path) > 1 else ""))

    @staticmethod
    def _did_to_uri(did: str) -> str:
        _, _, domain, *path = did.split(":")
        host = domain.lower().replace("%3a", ":")
        return f"https://{host}/{'/'.join(path) or '.well-known'}/did.json"

    async def _fetch(self, did: str) -> bytes:
        if not await self.is_resolvable(did):
            text = f"Invalid did:web: {did}"
            raise DIDResolutionError(text)
        try:
            with anyio.fail_after(DEADLINE):
                if self._client is not None:
                    return await _answer(self._client, did, self._did_to_uri(did))
                async with self._own_client() as client:
                    return await _answer(client, did, self._did_to_uri(did))
        except TimeoutError as error:
            text = f"The did:web {did} was not fetched within {DEADLINE:g} seconds"
            raise DIDResolutionError(text) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = f"Failed to fetch did document: {error}"
            raise DIDResolutionError(text) from error

    def _own_client(self) -> "httpx.AsyncClient":
        # `trust_env` would send requests to proxies, around the transport
        inner = httpx.AsyncHTTPTransport()
        transport = inner if self._allow_private_addresses else PublicAddressTransport(inner)
        return httpx.AsyncClient(transport=transport, trust_env=False)

    @staticmethod
    def _read(did: str, body: bytes) -> dict[str, Any]:
        try:
            found = read_object(body)
        except MalformedMessageError as error:
            text = f"The did:web {did} returned invalid JSON: {error}"
            raise DIDNotFound(text) from error
        if found.get("id") != did:
            text = f"The did:web {did} returned the document of {found.get('id')}"
            raise DIDResolutionError(text)
        return found


async def _answer(client: "httpx.AsyncClient", did: str, uri: str) -> bytes:
    """Return the body of the answer, decompressed."""
    headers = {"Accept": "application/did+json, application/json", "Accept-Encoding": "identity"}
    body = bytearray()
    async with client.stream("GET", uri, headers=headers, follow_redirects=False) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND.value:
            text = f"The did:web {did} returned a 404 not found while resolving"
            raise DIDNotFound(text)
        if answer.is_redirect:
            text = f"The did:web {did} is redirected, which is not followed"
            raise DIDResolutionError(text)
        if not answer.is_success:
            text = f"Unknown server error ({answer.status_code}) while resolving did:web: {did}"
            raise DIDResolutionError(text)
        coding = answer.headers.get("content-encoding", "").strip().lower()
        if coding not in _CODINGS:
            text = f"The did:web {did} returned a document in the content coding {coding}"
            raise DIDResolutionError(text)
        async with aclosing(cast("AsyncGenerator[bytes]", answer.aiter_bytes())) as parts:
            async for part in parts:
                body += part
                if len(body) > _MOST_BYTES:
                    text = f"The did:web {did} returned more than {_MOST_BYTES} bytes"
                    raise DIDResolutionError(text)
    return bytes(body)
