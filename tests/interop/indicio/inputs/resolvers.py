"""Cases of the resolvers."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN202

import json

from didcomm_messaging.crypto.jwe import b64url
from didcomm_messaging.resolver import PrefixResolver
from didcomm_messaging.resolver.jwk import JWKResolver
from didcomm_messaging.resolver.key import DIDKey
from didcomm_messaging.resolver.peer import Peer2, Peer4
from didcomm_messaging.resolver.web import DIDWeb

from inputs.cases import case
from inputs.parties import ED25519, PEER_2


def shown(document):
    """A document with absolute ids, so that both ways to write them are one."""
    did = document["id"]

    def absolute(value):
        if isinstance(value, dict):
            return {name: absolute(member) for name, member in sorted(value.items())}
        if isinstance(value, list):
            return [absolute(member) for member in value]
        return f"{did}{value}" if isinstance(value, str) and value.startswith("#") else value

    return absolute(document)


PEER_4 = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
JWK = f"did:jwk:{b64url(json.dumps({'kty': 'OKP', 'crv': 'X25519', 'use': 'enc', 'x': b64url(b'1' * 32)}))}"
BARE_JWK = f"did:jwk:{b64url(json.dumps({'kty': 'OKP', 'crv': 'X25519', 'x': b64url(b'1' * 32)}))}"
RESOLVED = {
    "a did:peer:2": (Peer2, PEER_2),
    "a did:peer:4": (Peer4, PEER_4),
    "the short form of a did:peer:4 that nobody has seen": (
        Peer4,
        "did:peer:4zQmXUqzZUHnNAHZVBZxrSQTPGfEfVSZZMMKr4QQtAvKPFKE",
    ),
    "a did:peer:4 with another hash": (Peer4, PEER_4.replace("Mb7x", "Mb8x").replace("QSJg", "QSJh")),
    "a did:key": (DIDKey, f"did:key:{ED25519}"),
    "a did:jwk with its use": (JWKResolver, JWK),
    "a did:jwk without a use": (JWKResolver, BARE_JWK),
    "a did:jwk that is no JSON": (JWKResolver, "did:jwk:YQ"),
    "a did:jwk that is no key": (JWKResolver, "did:jwk:e30"),
    "what is no did:jwk": (JWKResolver, "did:jwk:#"),
    "what is no did:peer:2": (Peer2, "did:peer:2"),
    "a did:peer:4 for the resolver of did:peer:2": (Peer2, PEER_4),
}
for what, (resolver, did) in RESOLVED.items():

    @case(f"resolver: {what}")
    async def _(resolver=resolver, did=did):
        return shown(await resolver().resolve(did))

    @case(f"resolver: whether {what} resolves")
    async def _(resolver=resolver, did=did):
        return await resolver().is_resolvable(did)


@case("resolver: no prefix fits")
async def _():
    return await PrefixResolver({"did:peer:2": Peer2()}).resolve("did:web:x.example")


@case("resolver: prefixes")
async def _():
    resolver = PrefixResolver({"did:peer:2": Peer2(), "did:key:": DIDKey()})
    dids = (PEER_2, f"did:key:{ED25519}", PEER_4)
    return [await resolver.is_resolvable(did) for did in dids]


@case("resolver: a DID URL")
async def _():
    return (await Peer2().resolve_and_dereference_verification_method(f"{PEER_2}#key-1")).public_key_multibase


@case("resolver: a DID URL without a DID")
async def _():
    return await Peer2().resolve_and_dereference("#key-1")


@case("resolver: a DID URL of a service")
async def _():
    return await Peer2().resolve_and_dereference_verification_method(f"{PEER_2}#service")


@case("resolver: did:web of URLs")
async def _():
    urls = (
        "example.com",
        "https://example.com/did.json",
        "https://example.com:4443/a/b/did.json",
        "http://e.com/",
    )
    return [str(DIDWeb.did_from_url(url)) for url in urls]


@case("resolver: what is a did:web")
async def _():
    dids = ("did:web:example.com", "did:web:example.com%3A4443:a:b", "did:web:x", "did:key:z", "")
    return [await DIDWeb().is_resolvable(did) for did in dids]
