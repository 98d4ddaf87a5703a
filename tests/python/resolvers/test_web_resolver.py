"""did:web over real TLS on loopback: the mapping, the faults of servers, and the guard at the connect."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    LocalResolver,
    Message,
    PrefixResolver,
    Resolved,
    Secret,
)
from pydidcomm.errors import (
    DidDeactivatedError,
    DidNotFoundError,
    ResolutionError,
    UnsupportedError,
)
from pydidcomm.resolvers.web import WebResolver, did_web_url
from support.https_server import (
    AUTHORITY,
    EXPIRED,
    LOOPBACK,
    TRUSTED,
    Connection,
    Server,
    body,
    certificate,
    compressed,
    cut,
    document,
    dripping,
    endless,
    redirect,
    self_signed,
    serving,
    silent,
    to_loopback,
    truncated,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def resolver(**options: Any) -> WebResolver:  # noqa: ANN401, those of the resolver
    defaults: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}
    return WebResolver(**defaults | options)


def path_of(did: str) -> str:
    return f"/{did_web_url(did).split('/', 3)[3]}"


def offered(server: Server, name: str, way: Callable[[Connection], None]) -> str:
    did = server.did(name)
    server.ways[path_of(did)] = way
    return did


def published(server: Server, name: str, **headers: str | None) -> str:
    """A DID whose document is right."""
    return offered(server, name, document({"id": server.did(name)}, **headers))


async def failure(did: str, **options: Any) -> ResolutionError:  # noqa: ANN401
    async with resolver(**options) as web:
        with pytest.raises(ResolutionError) as raised:
            await web.resolve(did)
    assert raised.value.did == did
    return raised.value


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:example.com", "https://example.com/.well-known/did.json"),
        ("did:web:Example.COM", "https://example.com/.well-known/did.json"),
        ("did:web:example.com%3A8443", "https://example.com:8443/.well-known/did.json"),
        ("did:web:example.com:a:b", "https://example.com/a/b/did.json"),
        ("did:web:example.com%3a8443:a", "https://example.com:8443/a/did.json"),
        ("did:web:example.com:a%20b", "https://example.com/a%20b/did.json"),
        ("did:web:example.com:%61", "https://example.com/a/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ("did:web:example.com:a%252Fb", "https://example.com/a%252Fb/did.json"),
    ],
)
def test_the_url_of_a_did_web(did: str, url: str) -> None:
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web:127.0.0.1",
        "did:web:127.1",
        "did:web:2130706433",
        "did:web:0x7f000001",
        "did:web:a.0x7f",
        "did:web:%5B%3A%3A1%5D",
        "did:web:user%40example.com",
        "did:web:example.com::a",
        "did:web:example.com:",
        "did:web:example.com:..",
        "did:web:example.com:%2E%2E",
        "did:web:example.com:%2F..%2F",
        "did:web:example.com:a%00",
        "did:web:example.com:a%23",
        "did:web:example.com:a%3F",
        "did:web:example.com:a%5Cb",
        "did:web:example.com:a%0D%0A",
        "did:web:example.com:a%ZZ",
        "did:web:example.com:%FF",
        "did:web:example.com%3A",
        "did:web:example.com%3A0",
        "did:web:example.com%3A65536",
        "did:web:example.com%3A8443%3A1",
        "did:web:example.com/path",
        "did:web:example..com",
        "did:web:-example.com",
        "did:web:example.com.",
        f"did:web:example.com:{'a' * 2048}",
    ],
)
def test_a_did_that_is_not_a_host_and_folders_is_refused_before_any_request(did: str) -> None:
    with pytest.raises(ResolutionError) as raised:
        did_web_url(did)
    assert (raised.value.cause, raised.value.url) == ("invalid DID", None)


@pytest.mark.parametrize("did", ["did:key:z6Mk", "did:peer:2.x", "did:jwk:e30", "did:webvh:x:example.com"])
async def test_a_did_of_another_method_is_unsupported(did: str) -> None:
    async with resolver() as web:
        with pytest.raises(UnsupportedError):
            await web.resolve(did)


async def test_a_document_is_fetched_with_the_host_on_the_name(server: Server) -> None:
    did = published(server, "good")
    async with resolver() as web:
        found = await web.resolve(did)
        assert found == await web.resolve(did)
    assert getattr(found, "id", None) == did
    assert server.hosts[-1] == f"alice.example:{server.port}"


@pytest.mark.parametrize(
    "media_type",
    ["application/did+ld+json", "application/did", "text/plain", "application/octet-stream", None],
)
async def test_a_document_of_any_media_type_is_read(server: Server, media_type: str | None) -> None:
    did = published(server, "typed", content_type=media_type)
    async with resolver() as web:
        assert await web.resolve(did)


async def test_a_byte_order_mark_and_an_unrequested_compression_are_read(server: Server) -> None:
    text = [json.dumps({"id": server.did(name)}).encode() for name in ("marked", "zipped")]
    marked = offered(server, "marked", body(b"\xef\xbb\xbf" + text[0]))
    zipped = offered(server, "zipped", compressed(text[1]))
    async with resolver() as web:
        assert await web.resolve(marked)
        assert await web.resolve(zipped)


async def test_only_404_means_that_a_did_does_not_exist(server: Server) -> None:
    async with resolver() as web:
        assert await web.resolve(server.did("nowhere")) is None
        gone = await web.resolve(offered(server, "gone", body(b"", 410)))
    assert isinstance(gone, Resolved)
    assert gone.deactivated


FAULTS: dict[str, tuple[Callable[[Connection], None], str]] = {
    "silent": (silent, "timed out"),
    "drip": (dripping, "timed out"),
    "html": (body(b"<html>", content_type="text/html"), "not JSON"),
    "list": (body(b"[]"), "not JSON"),
    "latin-1": (body(b'{"id":"\xe9"}'), "not JSON"),
    "twice": (body(b'{"id":"did:example:a","id":"did:example:b"}'), "not JSON"),
    "truncated": (truncated, "broken off"),
    "cut": (cut, "broken off"),
    "no-http": (lambda connection: connection.write(b"SSH-2.0-x\r\n\r\n"), "broken off"),
    "large": (body(bytes(10 * 1024 * 1024)), "too large"),
    "endless": (endless, "too large"),
    "bomb": (compressed(bytes(10 * 1024 * 1024)), "too large"),
    "brotli": (body(b"x", content_encoding="br"), "broken off"),
    "cut-gzip": (body(b"\x1f\x8b\x08\x00", content_encoding="gzip"), "broken off"),
    "not-gzip": (body(b"{}", content_encoding="gzip"), "broken off"),
    "to-http": (redirect("http://alice.example/"), "redirect"),
    "to-metadata": (redirect("http://169.254.169.254/latest"), "redirect"),
    "loop": (lambda connection: redirect(connection.path, 301)(connection), "redirect"),
    "other-id": (document({"id": "did:web:mallory.example"}), "wrong id"),
    "no-id": (document({}), "wrong id"),
    "other-case": (
        lambda connection: document({"id": connection.server.did("other-case", "ALICE.example")})(connection),
        "wrong id",
    ),
    "201": (body(b"{}", 201), "status 201"),
    "403": (body(b"", 403), "status 403"),
    "429": (body(b"", 429), "status 429"),
    "500": (body(b"", 500), "status 500"),
    "501": (body(b"", 501), "status 501"),
    "503": (body(b"", 503), "status 503"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_server_is_a_failure_that_names_did_url_and_cause(
    server: Server, name: str
) -> None:
    way, cause = FAULTS[name]
    did = offered(server, name, way)
    error = await failure(did, timeout=1.0 if cause == "timed out" else 5.0)
    assert (error.cause, error.url) == (cause, did_web_url(did))
    assert did in str(error)
    assert cause in str(error)


async def test_a_refused_connection_is_not_an_unknown_did() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = await failure(f"did:web:alice.example%3A{port}")
    assert error.cause == "not connected"
    assert error.__cause__ is not None


async def test_a_port_that_accepts_and_never_speaks_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        error = await failure(f"did:web:alice.example%3A{mute.getsockname()[1]}", timeout=0.5)
    assert error.cause == "timed out"


CERTIFICATES: dict[str, Callable[[], ssl.SSLContext]] = {
    "of another name": lambda: certificate("mallory.example"),
    "expired": lambda: certificate("alice.example", not_after=EXPIRED),
    "self-signed": self_signed,
    "of another authority": lambda: certificate("alice.example", authority=trustme.CA()),
}


@pytest.mark.parametrize("kind", CERTIFICATES)
async def test_a_certificate_that_does_not_prove_the_host_is_refused(kind: str) -> None:
    with serving(CERTIFICATES[kind]()) as other:
        did = other.did()
        other.ways["/.well-known/did.json"] = document({"id": did})
        error = await failure(did)
        assert error.cause == "tls"
        assert not other.requests


async def test_a_server_without_tls_is_refused() -> None:
    with serving(None) as plain:
        assert (await failure(plain.did())).cause in {"tls", "broken off"}


async def test_a_private_address_is_refused_before_the_connection(server: Server) -> None:
    before = server.connections
    error = await failure(server.did("private"), allow=[])
    assert error.cause == "refused address"
    assert "allow=['127.0.0.1']" in str(error)
    # the system's own name of this machine
    assert (await failure(server.did(host="localhost"), allow=[], lookup=None)).cause == "refused address"
    assert server.connections == before


async def test_one_private_address_among_public_ones_is_refused(server: Server) -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    assert (await failure(server.did("mixed"), allow=[], lookup=mixed)).cause == "refused address"


async def test_a_host_is_looked_up_once_for_each_connection(server: Server) -> None:
    # the second answer of a rebinding name server would be a private address
    hosts_looked_up: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        hosts_looked_up.append(host)
        return ["127.0.0.1"] if len(hosts_looked_up) == 1 else ["10.0.0.1"]

    did = published(server, "rebinding")
    async with resolver(lookup=rebinding) as web:
        assert await web.resolve(did)
        assert await web.resolve(did)  # the connection is reused
    assert hosts_looked_up == ["alice.example"]
    async with resolver(lookup=rebinding) as web:
        with pytest.raises(ResolutionError, match=r"10\.0\.0\.1"):
            await web.resolve(did)


async def test_a_host_without_an_address_is_not_connected() -> None:
    async def none(_host: str, _port: int) -> list[str]:
        return []

    async def failing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert (await failure("did:web:alice.example", lookup=none)).cause == "not connected"
    assert (await failure("did:web:alice.example", lookup=failing)).cause == "not connected"


async def test_the_next_address_is_tried_where_one_does_not_answer(server: Server) -> None:
    async def two(_host: str, _port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    did = published(server, "second")
    async with resolver(lookup=two, allow=["127.0.0.0/8"]) as web:
        assert await web.resolve(did)


async def test_a_proxy_of_the_environment_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    did = published(server, "proxy")
    async with resolver() as web:
        assert await web.resolve(did)


async def test_a_party_packs_for_a_did_web_and_closes_its_resolver(server: Server) -> None:
    agreement = Secret.generate("X25519", kid=f"{server.did('bob')}#key-1")
    did = offered(
        server,
        "bob",
        document(
            {
                "id": server.did("bob"),
                "keyAgreement": [
                    {
                        "id": agreement.kid,
                        "type": "Multikey",
                        "controller": server.did("bob"),
                        "publicKeyMultibase": agreement.public_multikey(),
                    }
                ],
            }
        ),
    )
    web = resolver()
    routes = PrefixResolver({"did:web:": web, "did:": LocalResolver()})
    hello = Message(type="https://example.org/greeting/1.0/hello")
    async with DIDCommMessaging(resolver=routes) as alice:
        packed = await alice.pack(hello, to=did)
        with pytest.raises(DidNotFoundError):
            await alice.pack(hello, to=server.did("nowhere"))
        with pytest.raises(DidDeactivatedError):
            await alice.pack(hello, to=offered(server, "gone", body(b"", 410)))
    bob = DIDCommMessaging(InMemorySecrets([agreement]), resolver=LocalResolver())
    assert (await bob.unpack(packed.text)).message.type == hello.type


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"timeout": 0}, ValueError),
        ({"max_bytes": 0}, ValueError),
        ({"allow": "10.0.0.0/8"}, TypeError),
        ({"allow": ["example.com"]}, ValueError),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        WebResolver(**options)


async def test_the_authorities_may_be_a_file(server: Server, tmp_path: Path) -> None:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    did = published(server, "authorities")
    async with resolver(ca=tmp_path / "ca.pem") as web:
        assert await web.resolve(did)
