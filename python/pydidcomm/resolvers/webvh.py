"""Resolve did:webvh: did:web with a history that is verified from its first entry on. Extra: `webvh`.

pydidcomm fetches the files, with its limits and only from public addresses; `did-webvh` verifies them.
did-webvh 1.0 refuses hosts with a label of one letter, or one that begins with a digit.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Unpack, cast

from pydidcomm._core import DIDDocument, Resolved
from pydidcomm._http.client import Answer
from pydidcomm.errors import ResolutionError
from pydidcomm.resolvers._location import folder_of
from pydidcomm.resolvers._network import (
    LONGEST_LIFE,
    NetworkOptions,
    NetworkResolver,
    check_id,
    check_method,
    read_json,
    read_time,
)
from pydidcomm.resolvers.options import NO_OPTIONS, ResolveOptions

try:
    import anyio.to_thread
    from did_webvh.core.file_utils import AsyncTextReadError
    from did_webvh.core.resolver import DidResolver, HistoryResolver
    from did_webvh.verify import WebvhVerifier
except ImportError as error:
    message = f"{error.name} is not installed: pip install 'pydidcomm[webvh]'"
    raise ImportError(message, name=error.name) from None

__all__ = ["WebvhResolver", "did_webvh_url"]

MAX_BYTES: Final = 1_048_576
"""The longest log, in bytes: 200 entries with a document of 5 KiB each."""

MOST_ENTRIES: Final = 500
"""The maximum number of entries in a log; each takes some 3 ms to verify."""

_ACCEPT: Final = "text/jsonl, application/jsonl;q=0.9, application/json;q=0.9, */*;q=0.5"


class WebvhResolver(NetworkResolver):
    """Fetches the history of a did:webvh over HTTPS and verifies it.

    The log is verified in a worker thread, with the witnesses that it requires. did:webvh 1.0, section "Read
    (Resolve)".

    Args:
        **options: `allow`, `ca`, `timeout`, `max_bytes` and `lookup`, as for `WebResolver`. `max_bytes`
            limits the log and the witness file each, and is 1 MiB by default.

    Raises:
        TypeError: An option has another name or type.
        ValueError: An option is out of range.

    Example:
        >>> import asyncio
        >>> from pydidcomm import ResolutionError
        >>> from pydidcomm.resolvers.webvh import WebvhResolver
        >>> async def main():
        ...     async with WebvhResolver() as webvh:
        ...         try:
        ...             return await webvh.resolve("did:webvh:Qm:127.0.0.1")
        ...         except ResolutionError as error:
        ...             return error.cause
        >>> asyncio.run(main())
        'invalid DID'
    """

    def __init__(self, **options: Unpack[NetworkOptions]) -> None:
        options.setdefault("max_bytes", MAX_BYTES)
        super().__init__(**options)

    async def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Resolved | None:
        """Fetch and verify the history of a did:webvh, and return its last document.

        Args:
            did: The DID, without a path, query or fragment.
            options: With `version_time`, the document that was valid then is returned.

        Returns:
            The document; None if the server answers 404.

        Raises:
            ResolutionError: The history cannot be fetched, or does not verify.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The DID has another method.
        """
        return (await self._resolve(did, options.version_time))[0]

    async def resolve_for(self, did: str, /) -> tuple[Resolved | None, float | None]:
        """Resolve the last document as `resolve` does, with its lifetime.

        Args:
            did: The DID, without a path, query or fragment.

        Returns:
            The result of `resolve`, and its lifetime in seconds by the log's parameter `ttl`, or None.

        Raises:
            ResolutionError: The history cannot be fetched, or does not verify.
            MalformedDocumentError: The document breaks its specification.
            UnsupportedError: The DID has another method.
        """
        return await self._resolve(did, None)

    async def _resolve(self, did: str, version_time: int | None) -> tuple[Resolved | None, float | None]:
        url = did_webvh_url(did)
        answer = await self._get(did, url, _ACCEPT)
        if answer.status == 404:  # noqa: PLR2004, the status of an unknown DID
            return None, None
        lines = _lines(did, url, answer)
        entries = [read_json(did, url, line) for line in lines]
        text = [line.decode() for line in lines]
        # a log without witnesses needs no second request
        witnesses = await self._witnesses(did, url) if any('"witness"' in line for line in text) else None
        verify = partial(_verify, did, text, witnesses, version_time)
        try:
            document, metadata, problem = await anyio.to_thread.run_sync(verify, abandon_on_cancel=True)
        except Exception as error:  # did-webvh may raise anything on malformed input
            raise ResolutionError(did, url, "not verified", f"{type(error).__name__}: {error}") from error
        if document is None:
            raise ResolutionError(did, url, "not verified", problem)
        check_id(did, url, document)
        resolved = Resolved(
            DIDDocument(document),
            deactivated=bool(metadata["deactivated"]),
            version_id=metadata["versionId"],
            updated=read_time(metadata["versionTime"]),
        )
        return resolved, _ttl(entries)

    async def _witnesses(self, did: str, url: str) -> str | None:
        url = url.removesuffix("did.jsonl") + "did-witness.json"
        answer = await self._get(did, url, _ACCEPT)
        if answer.status == 404:  # noqa: PLR2004, the log may name witnesses and require none
            return None
        if answer.status != 200:  # noqa: PLR2004
            raise ResolutionError(did, url, f"status {answer.status}")
        try:
            return answer.body.decode()
        except ValueError as error:
            raise ResolutionError(did, url, "not JSON", "not UTF-8") from error


def did_webvh_url(did: str) -> str:
    """The URL of the log of a did:webvh.

    did:webvh 1.0, section "The DID to HTTPS Transformation".

    Args:
        did: The DID.

    Raises:
        ResolutionError: The DID does not contain an SCID and a valid host and path.
        UnsupportedError: The DID has another method.

    Example:
        >>> from pydidcomm.resolvers.webvh import did_webvh_url
        >>> did_webvh_url("did:webvh:QmSCID:example.com:users:alice")
        'https://example.com/users/alice/did.jsonl'
    """
    check_method(did, "webvh")
    scid, *parts = did.split(":")[2:]
    if not scid.isalnum() or not parts:
        raise ResolutionError(did, None, "invalid DID", "expected an SCID and a host")
    return f"{folder_of(did, parts)}did.jsonl"


def _lines(did: str, url: str, answer: Answer) -> list[bytes]:
    """The entries of the log."""
    if answer.status != 200:  # noqa: PLR2004, the one status with a log
        raise ResolutionError(did, url, f"status {answer.status}")
    lines = answer.body.rstrip(b"\r\n").split(b"\n")
    if len(lines) > MOST_ENTRIES:
        raise ResolutionError(did, url, "too large", f"the log has more than {MOST_ENTRIES} entries")
    return lines


def _ttl(entries: Sequence[dict[str, Any]]) -> float | None:
    """The lifetime of the documents in seconds: the last parameter `ttl` of the log; None without one."""
    for entry in reversed(entries):
        parameters: Any = entry.get("parameters")
        ttl: Any = cast("dict[str, Any]", parameters).get("ttl") if isinstance(parameters, dict) else None
        if isinstance(ttl, int) and not isinstance(ttl, bool):
            return max(0, min(ttl, LONGEST_LIFE))
    return None


def _problem(metadata: Any) -> str:  # noqa: ANN401, what did-webvh reports
    """The error of did-webvh as one line."""
    details: object = metadata.get("problemDetails")
    if isinstance(details, list):
        details = next(iter(cast("list[object]", details)), None)
    if not isinstance(details, dict):
        return str(metadata.get("error", ""))
    named = cast("dict[str, Any]", details)
    return ": ".join(str(named[name]) for name in ("title", "detail") if named.get(name))


def _verify(
    did: str, lines: Sequence[str], witnesses: str | None, version_time: int | None
) -> tuple[dict[str, Any] | None, dict[str, Any], str]:
    """The document and its metadata, or the reason why there is none.

    did-webvh needs asyncio, and gets its own event loop in this thread.
    """
    moment = None if version_time is None else datetime.fromtimestamp(version_time, UTC)
    resolver = DidResolver(WebvhVerifier(enforce_future_skew=True))
    result: Any = asyncio.run(resolver.resolve(did, _Fetched(lines, witnesses), version_time=moment))
    if result.document is None:
        return None, {}, _problem(result.resolution_metadata or {})
    return result.document, result.document_metadata, ""


class _Fetched(HistoryResolver):
    """Provides the fetched files to did-webvh."""

    def __init__(self, lines: Sequence[str], witnesses: str | None) -> None:
        self._lines = lines
        self._witnesses = witnesses

    def resolve_entry_log(self, document_id: str | None) -> Any:  # noqa: ANN401, ARG002, the base class's
        return _reader(self._lines)

    def resolve_witness_log(self, document_id: str | None) -> Any:  # noqa: ANN401, ARG002, the base class's
        if self._witnesses is None:
            failure: Any = AsyncTextReadError
            message = "the witness file (did-witness.json) is missing"
            raise failure(message)
        return _reader([self._witnesses])


@asynccontextmanager
async def _reader(lines: Sequence[str]) -> AsyncGenerator["_Reader"]:
    yield _Reader(lines)


class _Reader:
    """Lines one by one, or all as one text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines: Iterator[str] = iter(lines)

    def __aiter__(self) -> "_Reader":
        return self

    async def __anext__(self) -> str:
        for line in self._lines:
            return line
        raise StopAsyncIteration

    async def text(self) -> str:
        """The remaining lines as one text."""
        return "\n".join(self._lines)
