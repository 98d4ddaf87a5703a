"""DID Resolution over HTTP, against a double of services that follow today's text and older ones."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import DIDCommMessaging, DIDDocument, LocalResolver, Resolved
from pydidcomm.errors import MalformedDocumentError, ResolutionError, UnsupportedError
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.fallback import FallbackResolver
from pydidcomm.resolvers.universal import UniversalResolver
from support.https_server import (
    LOOPBACK,
    TRUSTED,
    Connection,
    Server,
    body,
    document,
    redirect,
    serving,
    silent,
    to_loopback,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DID = "did:example:bob"
PATH = f"/1.0/identifiers/{DID}"
TEXT = "2026-01-31T12:00:00Z"
NOON = datetime.fromisoformat(TEXT)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def resolver(server: Server, **options: Any) -> UniversalResolver:  # noqa: ANN401, those of the resolver
    defaults: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}
    return UniversalResolver(server.url("/1.0/"), **defaults | options)


def result(
    value: object = None, *, error: object = None, status: int = 200, **metadata: object
) -> Callable[[Connection], None]:
    answer = {
        "didResolutionMetadata": {} if error is None else {"error": error},
        "didDocument": value,
        "didDocumentMetadata": metadata,
    }
    return body(json.dumps(answer).encode(), status, content_type="application/did-resolution")


def typed(name: str) -> dict[str, str]:
    return {"type": f"https://www.w3.org/ns/did#{name}", "title": "x"}


ANSWERS: dict[str, tuple[Callable[[Connection], None], object]] = {
    "result": (result({"id": DID}), DIDDocument({"id": DID})),
    "document": (document({"id": DID}, content_type="application/did"), DIDDocument({"id": DID})),
    "unknown": (result(error=typed("NOT_FOUND"), status=404), None),
    "unknown of before": (result(error="notFound", status=404), None),
    "404 alone": (body(b"", 404), None),
    "deactivated": (result({"id": DID}, deactivated=True, status=410), Resolved),
    "deactivated of before": (result({"id": DID}, deactivated=True), Resolved),
    "410 alone": (body(b"", 410), Resolved),
    "not deactivated": (result({"id": DID}, deactivated=False), DIDDocument({"id": DID})),
    "method": (result(error=typed("METHOD_NOT_SUPPORTED"), status=501), UnsupportedError),
    "method of before": (result(error="methodNotSupported", status=501), UnsupportedError),
    "501 alone": (body(b"", 501), UnsupportedError),
    "invalid": (result(error=typed("INVALID_DID"), status=400), "invalid DID"),
    "invalid of before": (result(error="invalidDid", status=400), "invalid DID"),
    "invalid document": (result(error=typed("INVALID_DID_DOCUMENT"), status=500), "invalid document"),
    "internal": (result(error=typed("INTERNAL_ERROR"), status=500), "status 500"),
    "not acceptable": (result(error=typed("REPRESENTATION_NOT_SUPPORTED"), status=406), "status 406"),
    "503": (body(b"<html>", 503), "status 503"),
    "internal with 404": (result(error=typed("INTERNAL_ERROR"), status=404), "status 404"),
    "failure with 200": (result({"id": DID}, error=typed("INTERNAL_ERROR")), "status 200"),
    "another DID": (result({"id": "did:example:mallory"}), "wrong id"),
    "another document": (document({"id": "did:example:mallory"}), "wrong id"),
    "no document": (result(None), "not JSON"),
    "text": (body(b"hello"), "not JSON"),
    "redirect": (redirect("https://elsewhere.example/"), "redirect"),
    "silence": (silent, "timed out"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_each_service_answer_maps_to_one_result(server: Server, name: str) -> None:
    server.ways[PATH], expected = ANSWERS[name]
    async with resolver(server, timeout=0.7 if name == "silence" else 5) as universal:
        if isinstance(expected, str):
            with pytest.raises(ResolutionError) as raised:
                await universal.resolve(DID)
            assert (raised.value.cause, raised.value.did) == (expected, DID)
            assert PATH in str(raised.value.url)
        elif expected is UnsupportedError:
            with pytest.raises(UnsupportedError, match="did:example"):
                await universal.resolve(DID)
        elif expected is Resolved:
            found = await universal.resolve(DID)
            assert isinstance(found, Resolved)
            assert found.deactivated
        else:
            assert await universal.resolve(DID) == expected


VERSIONS: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "both": ({"versionId": "3", "updated": TEXT}, {"version_id": "3", "updated": NOON}),
    "version": ({"versionId": "3"}, {"version_id": "3"}),
    "time": ({"updated": TEXT}, {"updated": NOON}),
    "another time zone": (
        {"updated": "2026-01-31T13:00:00.5+01:00"},
        {"updated": NOON},
    ),
    "neither": ({"created": TEXT}, None),
    "other types": ({"versionId": 3, "updated": 7}, None),
    "not a time": ({"updated": "yesterday"}, None),
    "without a time zone": ({"updated": "2026-01-31T12:00:00"}, None),
    "before 1970": ({"updated": "1969-12-31T23:59:59Z"}, None),
}


@pytest.mark.parametrize("name", VERSIONS)
async def test_version_and_time_of_the_document_are_reported(server: Server, name: str) -> None:
    metadata, expected = VERSIONS[name]
    server.ways[PATH] = result({"id": DID}, **metadata)
    parsed = DIDDocument({"id": DID})
    async with resolver(server) as universal:
        found = await universal.resolve(DID)
        assert found == (parsed if expected is None else Resolved(parsed, **expected))
        # the library itself reads the document in it
        assert await DIDCommMessaging(resolver=universal).resolve(DID) == parsed


@pytest.mark.parametrize("did", ["did:key:z6Mk", "did:peer:2.Ez6L", "did:peer:4zQm:z6", "did:jwk:e30"])
async def test_a_did_with_embedded_keys_is_not_requested(server: Server, did: str) -> None:
    before = server.requests.total()
    async with resolver(server) as universal:
        with pytest.raises(UnsupportedError, match="LocalResolver"):
            await universal.resolve(did)
    assert server.requests.total() == before


@pytest.mark.parametrize(
    ("did", "path"),
    [
        ("did:web:example.com%3A8443:a", "did:web:example.com%253A8443:a"),
        ("did:example:a/../../admin?x#y", "did:example:a%2F..%2F..%2Fadmin%3Fx%23y"),
    ],
)
async def test_the_did_is_one_segment_of_the_path(server: Server, did: str, path: str) -> None:
    server.ways[f"/1.0/identifiers/{path}"] = result({"id": did})
    async with resolver(server) as universal:
        # the second is a DID URL, of which there is no document
        with contextlib.suppress(MalformedDocumentError):
            await universal.resolve(did)
    assert server.requests[f"/1.0/identifiers/{path}"]


async def test_headers_of_the_program_and_accept_are_sent(server: Server) -> None:
    seen: dict[str, str] = {}

    def answer(connection: Connection) -> None:
        seen.update(connection.headers)
        result({"id": DID})(connection)

    server.ways[PATH] = answer
    async with resolver(server, headers={"Authorization": "Bearer x"}) as universal:
        assert await universal.resolve(DID)
    assert seen["authorization"] == "Bearer x"
    assert seen["accept"].startswith("application/did-resolution, application/ld+json")


@pytest.mark.parametrize(
    ("control", "requests"), [("max-age=60", 1), ("no-store", 2), ("private, max-age=0", 2)]
)
async def test_the_service_states_the_cache_lifetime(server: Server, control: str, requests: int) -> None:
    server.ways[PATH] = document({"id": DID}, cache_control=control)
    before = server.requests[PATH]
    async with resolver(server) as universal:
        resolvers = FallbackResolver(LocalResolver(), CachingResolver(universal))
        for _ in range(2):
            answer: Any = resolvers.resolve(DID)
            assert await answer if hasattr(answer, "__await__") else answer
    assert server.requests[PATH] - before == requests


@pytest.mark.parametrize(
    "url", ["", "example.com", "ftp://example.com", "https://", "https://example.com/?x=y"]
)
def test_a_base_that_is_not_a_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="`base_url`"):
        UniversalResolver(url)
