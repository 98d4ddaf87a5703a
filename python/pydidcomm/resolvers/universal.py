"""Resolve DIDs of any method by a remote service over HTTP. Extra: `http`.

W3C DID Resolution, section "HTTP(S) Binding", which the Universal Resolver implements, as do the resolvers of
single methods such as did:cheqd. An answer is only as trustworthy as the service.
"""

from typing import Any, Final, Unpack, cast
from urllib.parse import SplitResult, quote, urlsplit

from pydidcomm._checks import check_text
from pydidcomm._core import DIDDocument, Resolved
from pydidcomm._http.client import Answer
from pydidcomm._next_steps import LOCAL_METHODS
from pydidcomm.errors import ResolutionError, UnsupportedError
from pydidcomm.resolvers._network import (
    NetworkOptions,
    NetworkResolver,
    check_headers,
    check_id,
    lifetime,
    read_json,
    read_time,
)

__all__ = ["UniversalResolver"]

# servers from before 2026 support only the second type
_ACCEPT: Final = (
    "application/did-resolution, "
    'application/ld+json;profile="https://w3id.org/did-resolution";q=0.9, '
    "application/did;q=0.5, application/json;q=0.4"
)
_LONGEST_DID: Final = 2_048

_NOT_FOUND: Final = "NOT_FOUND"
_UNSUPPORTED: Final = frozenset({"METHOD_NOT_SUPPORTED", "FEATURE_NOT_SUPPORTED"})
_CAUSES: Final = {
    "INVALID_DID": "invalid DID",
    "INVALID_DID_URL": "invalid DID",
    "INVALID_DID_DOCUMENT": "invalid document",
}


class UniversalResolver(NetworkResolver):
    """Resolves DIDs by a service for DID Resolution over HTTP.

    The service must be trusted: only the `id` of the document is verified. A did:key, did:peer or did:jwk is
    refused, because it contains its own keys: use `LocalResolver` for these.

    Args:
        base_url: The URL in front of `/identifiers/`, for instance "https://dev.uniresolver.io/1.0".
        headers: Headers for every request, for instance `{"authorization": "Bearer ..."}`.
        **options: `allow`, `ca`, `timeout`, `max_bytes` and `lookup`, as for `WebResolver`.

    Raises:
        TypeError: An option has another name or type.
        ValueError: `base_url` is not an http or https URL or has a user name, a header is not one of HTTP, or
            an option is out of range.

    Example:
        >>> from pydidcomm import LocalResolver, PrefixResolver
        >>> from pydidcomm.resolvers.caching import CachingResolver
        >>> from pydidcomm.resolvers.fallback import FallbackResolver
        >>> from pydidcomm.resolvers.universal import UniversalResolver
        >>> universal = UniversalResolver("https://dev.uniresolver.io/1.0")
        >>> resolver = PrefixResolver(
        ...     {"did:": FallbackResolver(LocalResolver(), CachingResolver(universal))}
        ... )
    """

    def __init__(
        self, base_url: str, *, headers: dict[str, str] | None = None, **options: Unpack[NetworkOptions]
    ) -> None:
        super().__init__(**options)
        check_text("base_url", base_url)
        parts = _parts(base_url)
        if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname:
            message = "`base_url` must be a URL such as 'https://dev.uniresolver.io/1.0'"
            raise ValueError(message)
        if "@" in parts.netloc:
            message = "`base_url` must have no user name: pass it in `headers`, as errors show the URL"
            raise ValueError(message)
        if parts.query or parts.fragment:
            message = "`base_url` must have no query and no fragment"
            raise ValueError(message)
        self._base = base_url.rstrip("/")
        self._headers = check_headers(headers)

    async def resolve(self, did: str, /) -> DIDDocument | Resolved | None:
        """Fetch the document of a DID from the service.

        Args:
            did: The DID, without a path, query or fragment.

        Returns:
            The document; None if the service does not find it; a `Resolved` if the service reports
            `versionId`, `updated` or `deactivated`.

        Raises:
            ResolutionError: The service cannot be reached or failed, or its answer is not a document of the
                DID.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The service does not support the method, or the DID contains its own keys.
        """
        return (await self.resolve_for(did))[0]

    async def resolve_for(self, did: str, /) -> tuple[DIDDocument | Resolved | None, float | None]:
        """Fetch the document as `resolve` does, with its lifetime.

        Args:
            did: The DID, without a path, query or fragment.

        Returns:
            The result of `resolve`, and its lifetime in seconds by the header `Cache-Control`, or None.

        Raises:
            ResolutionError: The service cannot be reached or failed, or its answer is not a document of the
                DID.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The service does not support the method, or the DID contains its own keys.
        """
        # such a DID contains its document: another answer could only be wrong
        if did.startswith(LOCAL_METHODS):
            what = "method for a network resolver (LocalResolver resolves it)"
            raise UnsupportedError(what=what, algorithm=_method(did))
        if len(did) > _LONGEST_DID:
            raise ResolutionError(did, None, "invalid DID", f"longer than {_LONGEST_DID} characters")
        url = f"{self._base}/identifiers/{quote(did, safe=':')}"
        answer = await self._get(did, url, _ACCEPT, self._headers)
        result = _result(did, url, answer)
        error = _error_of(result)
        metadata = _object(result.get("didDocumentMetadata"))
        document = result.get("didDocument")
        if answer.status == 410 or metadata.get("deactivated") is True:  # noqa: PLR2004, the binding's status
            return Resolved(None, deactivated=True), None
        if error in _UNSUPPORTED or answer.status == 501:  # noqa: PLR2004, the binding's status
            raise UnsupportedError(what=f"method for {self._base}", algorithm=_method(did))
        if (answer.status == 404 and error in {_NOT_FOUND, ""}) or error == _NOT_FOUND:  # noqa: PLR2004
            return None, None
        if error or answer.status != 200:  # noqa: PLR2004, the one status with a document
            raise ResolutionError(did, url, _CAUSES.get(error, f"status {answer.status}"), error)
        if not isinstance(document, dict):
            raise ResolutionError(did, url, "not JSON", "expected `didDocument` to be a JSON object")
        found = cast("dict[str, Any]", document)
        check_id(did, url, found)
        version_id, updated = metadata.get("versionId"), read_time(metadata.get("updated"))
        if isinstance(version_id, str) or updated is not None:
            version = version_id if isinstance(version_id, str) else None
            return Resolved(DIDDocument(found), version_id=version, updated=updated), lifetime(answer)
        return DIDDocument(found), lifetime(answer)


def _result(did: str, url: str, answer: Answer) -> dict[str, Any]:
    """The resolution result in a body of any media type; a bare document is wrapped into one."""
    try:
        body = read_json(did, url, answer.body)
    except ResolutionError:
        # a failure may have any body
        if answer.status == 200:  # noqa: PLR2004
            raise
        return {}
    if "didDocument" in body or "didResolutionMetadata" in body or answer.status != 200:  # noqa: PLR2004
        return body
    return {"didDocument": body}


def _error_of(result: dict[str, Any]) -> str:
    """The name of the error in its present form, such as NOT_FOUND; empty if there is none.

    The error is an object whose `type` is a URL; before 2025 it was a word such as `notFound`.
    """
    error = _object(result.get("didResolutionMetadata")).get("error")
    if isinstance(error, dict):
        error = cast("dict[str, Any]", error).get("type")
    if not isinstance(error, str) or not error:
        return ""
    word = error.rsplit("#", 1)[-1]
    if word.isupper():
        return word
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in word).lstrip("_")


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _method(did: str) -> str:
    return ":".join(did.split(":")[:2])


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        # the text of the exception would quote the URL, which may contain a password
        return None
