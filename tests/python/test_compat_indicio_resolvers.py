"""Indicio's resolvers: did:peer, did:key and did:jwk without a network, did:web over HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from indicio import BOB, Known
from pydidcomm import DIDDocument, InMemorySecrets, Secret, short_form, sync
from pydidcomm.compat.didcomm_messaging.resolver import (
    DIDMethodNotSupported,
    DIDNotFound,
    DIDResolutionError,
    PrefixResolver,
    web,
)
from pydidcomm.compat.didcomm_messaging.resolver.jwk import JWKResolver
from pydidcomm.compat.didcomm_messaging.resolver.key import DIDKey
from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2, Peer4
from world import b64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydidcomm.compat.didcomm_messaging import DIDResolver

ED25519 = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj"
PEER_2 = sync.create_peer_did(InMemorySecrets(), service_endpoint="https://bob.example")
PEER_4 = sync.create_peer_did(InMemorySecrets(), method=4)
JWK = f"did:jwk:{b64(json.dumps(Secret.generate('P-256', kid='did:a:b#c').public_jwk()))}"
LOCAL: list[tuple[DIDResolver, str, str]] = [
    (Peer2(), "did:peer:2", PEER_2),
    (Peer4(), "did:peer:4", PEER_4),
    (DIDKey(), "did:key", f"did:key:{ED25519}"),
    (JWKResolver(), "did:jwk", JWK),
]
ids = [method for _, method, _ in LOCAL]


@pytest.mark.parametrize(("resolver", "_method", "did"), LOCAL, ids=ids)
async def test_a_did_of_the_method_resolves(resolver: DIDResolver, _method: str, did: str) -> None:
    assert await resolver.is_resolvable(did)
    document = await resolver.resolve(did)
    assert document["id"] == did
    assert DIDDocument(document).key_agreement
    kid = DIDDocument(document).key_agreement[0]
    method = await resolver.resolve_and_dereference_verification_method(kid)
    assert method.id in kid
    assert (await resolver.resolve_and_parse(did)).id == did


@pytest.mark.parametrize(("resolver", "method", "did"), LOCAL, ids=ids)
async def test_what_is_none_of_the_method_does_not(resolver: DIDResolver, method: str, did: str) -> None:
    error = ValueError if "peer" in method else DIDResolutionError
    others = [other for _, name, other in LOCAL if name != method]
    for text in [*others, BOB]:
        assert not await resolver.is_resolvable(text)
        with pytest.raises(error):
            await resolver.resolve(text)
    for text in [
        "",
        method,
        f"{method}:",
        f"{method}z6LS",
        did[: len(did) // 2],
        f"{did}#key-1",
    ]:
        if await resolver.is_resolvable(text):
            assert (await resolver.resolve(text))["id"] == text
            continue
        with pytest.raises(error):
            await resolver.resolve(text)


async def test_the_short_form_resolves_once_the_long_one_was_seen() -> None:
    resolver = Peer4()
    did = sync.create_peer_did(InMemorySecrets(), method=4)
    assert not await resolver.is_resolvable(short_form(did))
    with pytest.raises(ValueError, match="did:peer:4"):
        await resolver.resolve(short_form(did))
    await resolver.resolve(did)
    assert (await resolver.resolve(short_form(did)))["id"] == short_form(did)


async def test_a_did_key_agrees_and_a_did_jwk_says_what_it_is_for() -> None:
    document = await DIDKey().resolve(f"did:key:{ED25519}")
    assert document["authentication"] == [f"did:key:{ED25519}#{ED25519}"]
    assert document["keyAgreement"][0].startswith(f"did:key:{ED25519}#z6LS")
    assert (await JWKResolver().resolve(JWK))["keyAgreement"] == [f"{JWK}#0"]
    jwk = {**Secret.generate("P-256", kid="did:a:b#c").public_jwk(), "use": "sig"}
    document = await JWKResolver().resolve(f"did:jwk:{b64(json.dumps(jwk))}")
    assert "keyAgreement" not in document
    assert document["authentication"]


async def test_the_first_prefix_that_fits_is_in_charge() -> None:
    first, second = Known({"id": BOB}), Known({"id": BOB, "later": True})
    resolver = PrefixResolver({"did:example:b": first, "did:example:": second, "did:other:": second})
    assert await resolver.resolve(BOB) == {"id": BOB}
    assert await resolver.is_resolvable(BOB)
    assert not await resolver.is_resolvable("did:other:nobody")
    assert not await resolver.is_resolvable("https://bob.example")
    with pytest.raises(DIDMethodNotSupported, match="No resolver found for DID did:web:x"):
        await resolver.resolve("did:web:x")
    with pytest.raises(DIDNotFound):
        await resolver.resolve("did:other:nobody")


async def test_a_did_url_is_dereferenced_in_the_document_of_its_did() -> None:
    service = {"id": f"{BOB}#s", "type": "LinkedDomains", "serviceEndpoint": "https://bob.example"}
    resolver = Known({"id": BOB, "service": [service]})
    found: Any = await resolver.resolve_and_dereference(f"{BOB}#s")
    assert found.type == "LinkedDomains"
    with pytest.raises(DIDResolutionError, match="not a verification method"):
        await resolver.resolve_and_dereference_verification_method(f"{BOB}#s")
    with pytest.raises(DIDResolutionError, match="must be absolute"):
        await resolver.resolve_and_dereference("#s")


WEB = "did:web:bob.example"
DOCUMENT: dict[str, Any] = {"id": WEB, "keyAgreement": []}


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    web.cache.clear()


class Server:
    """Answers for every host, and remembers what it was asked for."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = [*answers]
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def resolver(self) -> web.DIDWeb:
        return web.DIDWeb(client=httpx.AsyncClient(transport=httpx.MockTransport(self)))


async def test_a_did_web_is_fetched_and_remembered() -> None:
    server = Server(httpx.Response(200, json=DOCUMENT), httpx.Response(200, json={**DOCUMENT, "later": True}))
    resolver = server.resolver()
    assert await resolver.resolve(WEB) == DOCUMENT
    assert await resolver.resolve(WEB) == DOCUMENT
    assert [str(request.url) for request in server.asked] == ["https://bob.example/.well-known/did.json"]
    then = datetime.now(tz=timezone.utc) - timedelta(seconds=web.TIME_TO_CACHE)
    web.cache[WEB]["timestamp"] = then
    assert (await resolver.resolve(WEB))["later"]
    assert len(server.asked) == 2


async def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_MOST_CACHED", 2)
    dids = [f"did:web:{name}.example" for name in ("a", "b", "c")]
    server = Server(*(httpx.Response(200, json={"id": did}) for did in dids))
    for did in dids:
        await server.resolver().resolve(did)
    assert [*web.cache] == dids[1:]


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (httpx.Response(404), DIDNotFound, "404 not found"),
        (httpx.Response(500), DIDResolutionError, r"Unknown server error \(500\)"),
        (httpx.Response(200, text="<html>"), DIDNotFound, "invalid JSON"),
        (httpx.Response(200, content=b"\xff"), DIDNotFound, "invalid JSON"),
        (httpx.Response(200, text="[" * 100_000), DIDNotFound, "invalid JSON"),
        (httpx.Response(200, json=[]), DIDNotFound, "no document"),
        (
            httpx.Response(200, json={"id": "did:web:mallory.example"}),
            DIDResolutionError,
            "document of did:web",
        ),
        (httpx.Response(200, content=b"x" * (1 << 20) + b"x"), DIDResolutionError, "more than"),
        (httpx.ConnectError("no way"), DIDResolutionError, "Failed to fetch did document"),
    ],
    ids=["404", "500", "HTML", "octets", "deep", "list", "another DID", "large", "unreachable"],
)
async def test_what_is_no_document_is_refused(
    answer: httpx.Response | Exception, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text) as caught:
        await Server(answer).resolver().resolve(WEB)
    assert type(caught.value) is error
    assert not web.cache


@pytest.mark.parametrize(
    "did",
    ["", "did:web:", "did:web:localhost", "did:web:a.example/..", "did:key:z6LS", "did:web:a.example@b"],
)
async def test_what_is_no_did_web_is_not_fetched(did: str) -> None:
    server = Server()
    assert not await server.resolver().is_resolvable(did)
    with pytest.raises(DIDResolutionError, match="Invalid did:web"):
        await server.resolver().resolve(did)
    assert server.asked == []


async def test_a_path_and_a_port_are_part_of_a_did_web() -> None:
    did = "did:web:bob.example%3A4443:users:bob"
    server = Server(httpx.Response(200, json={"id": did}))
    await server.resolver().resolve(did)
    assert str(server.asked[0].url) == "https://bob.example:4443/users/bob/did.json"
    assert web.DIDWeb.did_from_url("https://bob.example:4443/users/bob/did.json") == did
    for url in ("bob.example", "https://bob.example/", "https://bob.example/.well-known/did.json"):
        assert web.DIDWeb.did_from_url(url) == WEB


async def test_without_a_client_there_is_one_for_each_document(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.Response(200, json=DOCUMENT))
    made = httpx.AsyncClient

    def client(**options: Any) -> httpx.AsyncClient:  # noqa: ANN401, the options of httpx
        return made(transport=httpx.MockTransport(server), **options)

    monkeypatch.setattr(httpx, "AsyncClient", client)
    assert await web.DIDWeb().resolve(WEB) == DOCUMENT
