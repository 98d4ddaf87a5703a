"""Indicio's resolvers: did:peer, did:key and did:jwk without a network, did:web over HTTP."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import httpx
import pytest

from pydidcomm import DIDDocument, InMemorySecrets, Secret, short_form, sync
from pydidcomm.compat.didcomm_messaging.resolver import (
    DIDMethodNotSupported,
    DIDNotFound,
    DIDResolutionError,
    PrefixResolver,
    web,
)
from pydidcomm.compat.didcomm_messaging.resolver._public import PublicAddressTransport
from pydidcomm.compat.didcomm_messaging.resolver.jwk import JWKResolver
from pydidcomm.compat.didcomm_messaging.resolver.key import DIDKey
from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2, Peer4
from support.indicio import BOB, Known
from support.parties import b64

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
async def test_an_invalid_did_of_the_method_does_not_resolve(
    resolver: DIDResolver, method: str, did: str
) -> None:
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


async def test_the_first_matching_prefix_is_used() -> None:
    first, second = Known({"id": BOB}), Known({"id": BOB, "later": True})
    resolver = PrefixResolver({"did:example:b": first, "did:example:": second, "did:other:": second})
    assert await resolver.resolve(BOB) == {"id": BOB}
    assert await resolver.is_resolvable(BOB)
    assert not await resolver.is_resolvable("did:other:unknown")
    assert not await resolver.is_resolvable("https://bob.example")
    with pytest.raises(DIDMethodNotSupported, match="No resolver found for DID did:web:x"):
        await resolver.resolve("did:web:x")
    with pytest.raises(DIDNotFound):
        await resolver.resolve("did:other:unknown")


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
    """Answers for every host and records the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = [*answers]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def resolver(self) -> web.DIDWeb:
        return web.DIDWeb(client=httpx.AsyncClient(transport=httpx.MockTransport(self)))


async def test_a_did_web_document_is_fetched_and_cached() -> None:
    server = Server(httpx.Response(200, json=DOCUMENT), httpx.Response(200, json={**DOCUMENT, "later": True}))
    resolver = server.resolver()
    assert await resolver.resolve(WEB) == DOCUMENT
    assert await resolver.resolve(WEB) == DOCUMENT
    assert [str(request.url) for request in server.requests] == ["https://bob.example/.well-known/did.json"]
    then = datetime.now(tz=UTC) - timedelta(seconds=web.TIME_TO_CACHE)
    web.cache[WEB]["timestamp"] = then
    assert (await resolver.resolve(WEB))["later"]
    assert len(server.requests) == 2


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
        (httpx.Response(200, json=[]), DIDNotFound, "invalid JSON"),
        (
            httpx.Response(200, json={"id": "did:web:mallory.example"}),
            DIDResolutionError,
            "document of did:web",
        ),
        (httpx.Response(200, content=b"x" * (1 << 20) + b"x"), DIDResolutionError, "more than"),
        (httpx.ConnectError("no way"), DIDResolutionError, "Failed to fetch did document: no way"),
        (
            httpx.Response(200, content=f'{{"id": "did:web:mallory.example", "id": "{WEB}"}}'),
            DIDNotFound,
            "invalid JSON",
        ),
        (httpx.Response(302, headers={"location": "https://a.example/"}), DIDResolutionError, "redirected"),
        (
            httpx.Response(200, headers={"content-encoding": "gzip"}, content=gzip.compress(bytes(1 << 21))),
            DIDResolutionError,
            "more than",
        ),
        (httpx.Response(200, headers={"content-encoding": "br"}), DIDResolutionError, "content coding br"),
    ],
    ids=[
        *("404", "500", "HTML", "octets", "deep", "list", "another DID", "large", "unreachable"),
        *("a name twice", "redirect", "bomb", "brotli"),
    ],
)
async def test_values_that_are_not_documents_are_refused(
    answer: httpx.Response | Exception, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text) as caught:
        await Server(answer).resolver().resolve(WEB)
    assert type(caught.value) is error
    assert not web.cache


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:web:",
        "did:web:a.example/..",
        "did:key:z6LS",
        "did:web:a.example@b",
        "did:web:a.example:..:b",
        "did:web:a.example:%2e%2E",
        "did:web:a.example::b",
        "did:web:a.example%3a",
        "did:web:a.example%3A80%3A81",
        "did:web:a.example%2Fb",
        "did:web:a..example",
        "did:web:a.example:b?c",
        "did:web:a.example\n",
        "did:web:[::1]",
    ],
)
async def test_an_invalid_did_web_is_not_fetched(did: str) -> None:
    server = Server()
    assert not await server.resolver().is_resolvable(did)
    with pytest.raises(DIDResolutionError, match="Invalid did:web"):
        await server.resolver().resolve(did)
    assert server.requests == []


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:bob.example%3A4443:users:bob", "https://bob.example:4443/users/bob/did.json"),
        ("did:web:bob.example:users:42", "https://bob.example/users/42/did.json"),
        ("did:web:bob.example:a-1:b_b:c.d", "https://bob.example/a-1/b_b/c.d/did.json"),
        ("did:web:bob.example:caf%C3%A9", "https://bob.example/caf%C3%A9/did.json"),
        ("did:web:localhost%3a8080", "https://localhost:8080/.well-known/did.json"),
        ("did:web:agent", "https://agent/.well-known/did.json"),
    ],
)
async def test_a_did_web_with_any_path_and_port_is_fetched_as_in_the_original(did: str, url: str) -> None:
    server = Server(httpx.Response(200, json={"id": did}))
    assert await server.resolver().is_resolvable(did)
    await server.resolver().resolve(did)
    assert str(server.requests[0].url) == url


def test_a_did_web_is_made_of_a_url() -> None:
    did = "did:web:bob.example%3A4443:users:bob"
    assert web.DIDWeb.did_from_url("https://bob.example:4443/users/bob/did.json") == did
    for url in ("bob.example", "https://bob.example/", "https://bob.example/.well-known/did.json"):
        assert web.DIDWeb.did_from_url(url) == WEB


async def test_a_client_that_follows_redirects_does_not_follow_them_for_a_did_web() -> None:
    server = Server(httpx.Response(301, headers={"location": "http://127.0.0.1/"}), httpx.Response(200))
    client = httpx.AsyncClient(transport=httpx.MockTransport(server), follow_redirects=True)
    with pytest.raises(DIDResolutionError, match="redirected"):
        await web.DIDWeb(client=client).resolve(WEB)
    assert len(server.requests) == 1


async def test_a_compressed_document_is_read() -> None:
    packed = gzip.compress(json.dumps(DOCUMENT).encode())
    server = Server(httpx.Response(200, headers={"content-encoding": "gzip"}, content=packed))
    assert await server.resolver().resolve(WEB) == DOCUMENT


async def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "DEADLINE", 0.05)

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await anyio.sleep(60)
            raise AssertionError(request)

    with pytest.raises(DIDResolutionError, match=r"not fetched within 0\.05 seconds"):
        await web.DIDWeb(client=httpx.AsyncClient(transport=Slow())).resolve(WEB)


class Reached(httpx.AsyncBaseTransport):
    """Remembers where a connection would go."""

    def __init__(self, *unreachable: str) -> None:
        self.unreachable = unreachable
        self.urls: list[tuple[str, str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.extensions["sni_hostname"]
        self.urls.append((str(request.url), request.headers["host"], name))
        if request.url.host in self.unreachable:
            raise httpx.ConnectError(request.url.host)
        return httpx.Response(200, json=DOCUMENT)


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Lets every name have these addresses."""

    async def getaddrinfo(*_: object, **__: object) -> list[Any]:
        return [(None, None, None, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)


async def test_a_connection_goes_to_an_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, "2606:4700::1111", "93.184.215.14")
    inner = Reached("2606:4700::1111")
    client = httpx.AsyncClient(transport=PublicAddressTransport(inner))
    answer = await client.get("https://bob.example:4443/did.json")
    assert str(answer.request.url) == "https://bob.example:4443/did.json"
    host = "bob.example:4443"
    assert inner.urls == [
        ("https://[2606:4700::1111]:4443/did.json", host, "bob.example"),
        ("https://93.184.215.14:4443/did.json", host, "bob.example"),
    ]


PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.1",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_server_with_an_address_that_is_not_public_is_not_connected_to(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, "93.184.215.14", address)
    inner = Reached()
    transport = PublicAddressTransport(inner)
    monkeypatch.setattr(httpx, "AsyncHTTPTransport", lambda: inner)
    with pytest.raises(httpx.ConnectError, match="not public"):
        await httpx.AsyncClient(transport=transport).get("https://bob.example/")
    with pytest.raises(DIDResolutionError, match="not public"):
        await web.DIDWeb().resolve(WEB)
    assert inner.urls == []


async def test_a_did_web_of_this_machine_is_fetched_where_a_test_allows_it() -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610, of anyio
    connected: list[str] = []

    async def refuse(stream: anyio.abc.SocketStream) -> None:
        connected.append("connected")
        await stream.aclose()

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, refuse)
        did = f"did:web:127.0.0.1%3A{port}"
        with pytest.raises(DIDResolutionError, match="not public"):
            await web.DIDWeb().resolve(did)
        assert connected == []
        with pytest.raises(DIDResolutionError, match="Failed to fetch"):
            await web.DIDWeb(allow_private_addresses=True).resolve(did)
        assert connected == ["connected"]
        tasks.cancel_scope.cancel()


async def test_without_a_client_there_is_one_for_each_document(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.Response(200, json=DOCUMENT))
    monkeypatch.setattr(httpx, "AsyncHTTPTransport", lambda: httpx.MockTransport(server))
    assert await web.DIDWeb(allow_private_addresses=True).resolve(WEB) == DOCUMENT
