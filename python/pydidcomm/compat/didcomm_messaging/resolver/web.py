"""A resolver of did:web; the documents are fetched by `httpx`, in whatever event loop runs."""

import json
import re
from contextlib import aclosing
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypedDict, cast
from urllib.parse import urlsplit

from pydid import DID

from pydidcomm.compat.didcomm_messaging.resolver import DIDNotFound, DIDResolutionError, DIDResolver

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

try:
    import httpx
except ImportError as missing:
    message = "did:web needs the package httpx"
    raise ImportError(message) from missing

domain_regex = (
    r"((?!-))(xn--)?[a-z0-9][a-z0-9-_]{0,61}[a-z0-9]{0,1}"
    r"\.(xn--)?([a-z0-9\._-]{1,61}|[a-z0-9-]{1,30})"
    r"(%3[aA]\d+)?"
    r"(:[a-zA-Z]+)*"
)
did_web_pattern = re.compile(rf"^did:web:{domain_regex}$")

TIME_TO_CACHE = 1800
"""How long a document is taken from the cache, in seconds."""

_MOST_OCTETS = 1 << 20
"""No DID document in use comes near it."""

_MOST_CACHED = 1000
"""Documents that are remembered at once."""


class _Cached(TypedDict):
    """A document, and when it was fetched."""

    timestamp: datetime
    doc: dict[str, Any]


cache: dict[str, _Cached] = {}


class DIDWeb(DIDResolver):
    """Resolves did:web over HTTPS.

    Args:
        client: Fetches the documents; by default a client of its own for each.
    """

    def __init__(self, *, client: "httpx.AsyncClient | None" = None) -> None:
        self._client = client

    async def resolve(self, did: str) -> dict[str, Any]:
        """The document of the DID, from the cache where it is not too old.

        Raises:
            DIDNotFound: There is none, or something else in its place.
            DIDResolutionError: The server does not answer, or answers with the document of somebody else.
        """
        now = datetime.now(tz=timezone.utc)
        cached = cache.get(did)
        if cached and cached["timestamp"] > now - timedelta(seconds=TIME_TO_CACHE):
            return cached["doc"]
        document = self._read(did, await self._fetched(did))
        cache.pop(did, None)
        while len(cache) >= _MOST_CACHED:
            del cache[next(iter(cache))]
        cache[did] = {"timestamp": now, "doc": document}
        return document

    async def is_resolvable(self, did: str) -> bool:
        """Whether it is a did:web."""
        return bool(DID.is_valid(did) and did_web_pattern.match(did))

    @staticmethod
    def did_from_url(url: str) -> DID:
        """The DID whose document is at the URL."""
        parts = urlsplit(url if url.startswith("http") else f"https://{url}")
        path = parts.path.replace(".well-known/did.json", "").replace("/did.json", "")
        domain = parts.netloc.replace(":", "%3A")
        return cast("DID", f"did:web:{domain}" + (path.replace("/", ":") if len(path) > 1 else ""))

    @staticmethod
    def _did_to_uri(did: str) -> str:
        _, _, domain, *path = did.split(":")
        host = domain.lower().replace("%3a", ":")
        return f"https://{host}/{'/'.join(path) or '.well-known'}/did.json"

    async def _fetched(self, did: str) -> bytes:
        if not await self.is_resolvable(did):
            text = f"Invalid did:web: {did}"
            raise DIDResolutionError(text)
        try:
            if self._client is not None:
                return await _answer(self._client, did, self._did_to_uri(did))
            async with httpx.AsyncClient(follow_redirects=True) as client:
                return await _answer(client, did, self._did_to_uri(did))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = "Failed to fetch did document"
            raise DIDResolutionError(text) from error

    @staticmethod
    def _read(did: str, octets: bytes) -> dict[str, Any]:
        try:
            document = json.loads(octets)
        except (ValueError, RecursionError) as error:
            text = f"The did:web {did} returned invalid JSON {error}"
            raise DIDNotFound(text) from error
        if not isinstance(document, dict):
            text = f"The did:web {did} returned no document"
            raise DIDNotFound(text)
        found = cast("dict[str, Any]", document)
        if found.get("id") != did:
            text = f"The did:web {did} returned the document of {found.get('id')}"
            raise DIDResolutionError(text)
        return found


async def _answer(client: "httpx.AsyncClient", did: str, uri: str) -> bytes:
    """What the server answers, as far as it is read."""
    octets = b""
    async with client.stream(
        "GET", uri, headers={"Accept": "application/did+json, application/json"}
    ) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND.value:
            text = f"The did:web {did} returned a 404 not found while resolving"
            raise DIDNotFound(text)
        if not answer.is_success:
            text = f"Unknown server error ({answer.status_code}) while resolving did:web: {did}"
            raise DIDResolutionError(text)
        async with aclosing(cast("AsyncGenerator[bytes]", answer.aiter_bytes())) as parts:
            async for part in parts:
                octets += part
                if len(octets) > _MOST_OCTETS:
                    text = f"The did:web {did} returned more than {_MOST_OCTETS} octets"
                    raise DIDResolutionError(text)
    return octets
