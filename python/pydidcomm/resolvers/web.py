"""Resolve did:web: the document is a file on a web server. Extra: `http`.

A document is only as trustworthy as the server and its certificate; see `pydidcomm.resolvers.webvh` for DIDs
with a verified history.
"""

from typing import Final

from pydidcomm._core import DIDDocument, Resolved
from pydidcomm.errors import ResolutionError
from pydidcomm.resolvers._location import folder_of
from pydidcomm.resolvers._network import NetworkResolver, check_id, check_method, lifetime, read_json

__all__ = ["WebResolver", "did_web_url"]

_ACCEPT: Final = "application/did+json, application/did+ld+json, application/json;q=0.9, */*;q=0.5"
_GONE: Final = 410


class WebResolver(NetworkResolver):
    """Fetches the documents of did:web over HTTPS.

    It connects only to public addresses, follows no redirects, and uses no proxy. An answer must be a JSON
    object whose `id` is the DID. Put a `CachingResolver` in front of it. did:web, section "Read (Resolve)".

    Args:
        allow: Networks that are allowed although they are not public, for instance `["10.0.0.0/8"]`.
        ca: Certificate authorities to verify servers with: the path of a PEM file, or an `ssl.SSLContext`;
            None for the system's trust store.
        timeout: The time limit of one request in seconds, from the lookup of the host to the last byte.
        max_bytes: The longest document, in bytes after decompression.
        lookup: A coroutine function that takes a host and a port and returns addresses, in place of the
            system's resolver.

    Raises:
        TypeError: `allow` is a single str, or an option has another name or type.
        ValueError: A limit is not positive, or `allow` lists something that is not a network.

    Example:
        >>> import asyncio
        >>> from pydidcomm import ResolutionError
        >>> from pydidcomm.resolvers.web import WebResolver
        >>> async def main():
        ...     async with WebResolver() as web:
        ...         try:
        ...             return await web.resolve("did:web:127.0.0.1")
        ...         except ResolutionError as error:
        ...             return error.cause
        >>> asyncio.run(main())
        'invalid DID'
    """

    async def resolve(self, did: str, /) -> DIDDocument | Resolved | None:
        """Fetch the document of a did:web.

        Args:
            did: The DID, without a path, query or fragment.

        Returns:
            The document; None if the server answers 404; a `Resolved` that is deactivated if it answers 410.

        Raises:
            ResolutionError: The document cannot be fetched, or belongs to another DID.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The DID has another method.
        """
        return (await self.resolve_for(did))[0]

    async def resolve_for(self, did: str, /) -> tuple[DIDDocument | Resolved | None, float | None]:
        """Fetch the document as `resolve` does, with its lifetime.

        Args:
            did: The DID, without a path, query or fragment.

        Returns:
            The result of `resolve`, and its lifetime in seconds by the header `Cache-Control`, or None.

        Raises:
            ResolutionError: The document cannot be fetched, or belongs to another DID.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The DID has another method.
        """
        url = did_web_url(did)
        answer = await self._get(did, url, _ACCEPT)
        if answer.status == 404:  # noqa: PLR2004, the status of an unknown DID
            return None, None
        if answer.status == _GONE:
            return Resolved(None, deactivated=True), None
        if answer.status != 200:  # noqa: PLR2004, the one status with a document
            raise ResolutionError(did, url, f"status {answer.status}")
        document = read_json(did, url, answer.body)
        check_id(did, url, document)
        return DIDDocument(document), lifetime(answer)


def did_web_url(did: str) -> str:
    """The URL of the document of a did:web.

    did:web, section "Read (Resolve)".

    Args:
        did: The DID.

    Raises:
        ResolutionError: The DID does not contain a valid host and path.
        UnsupportedError: The DID has another method.

    Example:
        >>> from pydidcomm.resolvers.web import did_web_url
        >>> did_web_url("did:web:example.com")
        'https://example.com/.well-known/did.json'
        >>> did_web_url("did:web:example.com%3A8443:users:alice")
        'https://example.com:8443/users/alice/did.json'
    """
    check_method(did, "web")
    return f"{folder_of(did, did.split(':')[2:])}did.json"
