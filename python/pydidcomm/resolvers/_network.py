"""The base of resolvers that use a network, and their checks."""

import os
import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Self, TypedDict, Unpack, cast

from pydidcomm._checks import check_mapping, check_positive, kind_of
from pydidcomm._core import read_object
from pydidcomm._http.addresses import Address, Network
from pydidcomm._http.client import AUTHORITIES, Answer, GuardedClient, RequestFailedError
from pydidcomm._http.guard import Lookup
from pydidcomm.errors import MalformedMessageError, ResolutionError, UnsupportedError

__all__ = [
    "LONGEST_LIFE",
    "NetworkOptions",
    "NetworkResolver",
    "check_headers",
    "check_id",
    "check_method",
    "lifetime",
    "read_json",
    "read_time",
]


_TIMEOUT: Final = 10.0
"""The time limit of one request in seconds, ten times that of a slow host."""

_MAX_BYTES: Final = 65_536
"""The longest document, in bytes; 100 keys take some 40 KiB."""

LONGEST_LIFE: Final = 86_400
"""The longest lifetime of an answer, in seconds: a revoked key is not used longer than a day."""

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

# RFC 9110 5.1 and 5.5
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})")
_UNKEPT = re.compile(r"(?:^|[,\s])no-(?:store|cache)(?:$|[,\s=])")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NetworkOptions(TypedDict, total=False):
    """The options of every network resolver; see `WebResolver`."""

    allow: Sequence[str | Network | Address]
    ca: AUTHORITIES
    timeout: float
    max_bytes: int
    lookup: Lookup | None


class NetworkResolver:
    """Fetches documents over guarded connections; a subclass provides the URLs."""

    def __init__(self, **options: Unpack[NetworkOptions]) -> None:
        _check(options)
        self._max_bytes = options.get("max_bytes", _MAX_BYTES)
        self._client = GuardedClient(
            allow=options.get("allow", ()),
            ca=options.get("ca"),
            timeout=options.get("timeout", _TIMEOUT),
            lookup=options.get("lookup"),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running event loop; later calls open new ones.

        Example:
            >>> import asyncio
            >>> from pydidcomm.resolvers.web import WebResolver
            >>> asyncio.run(WebResolver().aclose())
        """
        await self._client.aclose()

    async def _get(self, did: str, url: str, accept: str, headers: Mapping[str, str] = _NO_HEADERS) -> Answer:
        """The answer of the server, with any status but a redirect.

        Raises:
            ResolutionError: The request failed, or the answer is a redirect.
        """
        try:
            answer = await self._client.request(
                "GET", url, headers={"accept": accept, **headers}, max_bytes=self._max_bytes
            )
        except RequestFailedError as error:
            raise ResolutionError(did, url, error.reason.value, error.detail) from error
        if 300 <= answer.status < 400:  # noqa: PLR2004, the class of redirects
            raise ResolutionError(did, url, "redirect", f"to {answer.headers.get('location', 'nowhere')}")
        return answer


def _check(options: Mapping[str, Any]) -> None:
    """Raise for an option of another name or type: a misspelled limit would have no effect."""
    names = sorted(NetworkOptions.__annotations__)
    for name in options:
        if name not in names:
            listed = ", ".join(f"`{known}`" for known in names[:-1])
            message = f"`{name}` is not an option, expected {listed} or `{names[-1]}`"
            raise TypeError(message)
    check_positive("max_bytes", options.get("max_bytes", _MAX_BYTES), whole=True)
    check_positive("timeout", options.get("timeout", _TIMEOUT), whole=False)
    allow, ca, lookup = options.get("allow", ()), options.get("ca"), options.get("lookup")
    reason: str | None = None
    if not isinstance(allow, Iterable):
        reason = f"`allow` must be a list of networks, got {kind_of(allow)}"
    elif lookup is not None and not callable(lookup):
        reason = f"`lookup` must be a coroutine function, got {kind_of(lookup)}"
    elif ca is not None and not isinstance(ca, str | os.PathLike | ssl.SSLContext):
        reason = f"`ca` must be a path or an ssl.SSLContext, got {kind_of(ca)}"
    if reason is not None:
        raise TypeError(reason)


def check_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """The headers with names in lower case.

    Raises:
        TypeError: The headers are not a mapping of str to str.
        ValueError: A name or a value has characters that HTTP does not allow. The text does not quote the
            value, which may be a secret.
    """
    if headers is None:
        return {}
    check_mapping("headers", headers)
    for name, value in headers.items():
        if not isinstance(cast("object", value), str):
            message = f"`headers` must be a dict with str values, got {kind_of(value)}"
            raise TypeError(message)
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            message = "`headers` must have valid HTTP names and values: ASCII without control characters"
            raise ValueError(message)
    return {name.lower(): value for name, value in headers.items()}


def check_method(did: str, method: str) -> None:
    """Raise UnsupportedError if the DID has another method."""
    if not did.startswith(f"did:{method}:"):
        other = ":".join(did.split(":")[:2])
        raise UnsupportedError(what=f"method for a resolver of did:{method}", algorithm=other)


def read_json(did: str, url: str, body: bytes) -> dict[str, Any]:
    """The JSON object in the body.

    Raises:
        ResolutionError: The body is not a JSON object, or has a name twice.
    """
    try:
        return read_object(body.removeprefix(_BYTE_ORDER_MARK))
    except (MalformedMessageError, ValueError) as error:
        raise ResolutionError(did, url, "not JSON", getattr(error, "reason", "")) from error


def check_id(did: str, url: str, document: dict[str, Any]) -> None:
    """Raise ResolutionError if the document belongs to another DID."""
    if document.get("id") != did:
        detail = f"the document has the id {str(document.get('id'))[:200]!r}"
        raise ResolutionError(did, url, "wrong id", detail)


def lifetime(answer: Answer) -> float | None:
    """The lifetime of the answer in seconds, by its header `Cache-Control`; None if that has none."""
    directives = answer.headers.get("cache-control", "").lower()
    if _UNKEPT.search(directives):
        return 0
    age = _MAX_AGE.search(directives)
    return None if age is None else min(int(age[1]), LONGEST_LIFE)


def read_time(value: object) -> datetime | None:
    """The time in a metadata member; None if it is not an ISO 8601 time with a time zone."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo is not None and time.timestamp() >= 0 else None
