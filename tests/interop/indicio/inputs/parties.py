"""Parties with the keys of a backend, and their messages."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN003, ANN201, ANN204, ANN205

import hashlib
import json

from aries_askar import Key, KeyAlg
from authlib.jose import JsonWebKey
from didcomm_messaging import DIDCommMessaging, PackagingService, RoutingService
from didcomm_messaging.crypto.backend import askar, authlib
from didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from didcomm_messaging.crypto.jwe import b64url, from_b64url
from didcomm_messaging.multiformats import multibase, multicodec
from didcomm_messaging.resolver import DIDNotFound, DIDResolver, PrefixResolver
from didcomm_messaging.resolver.key import DIDKey
from didcomm_messaging.v1.crypto.askar import AskarV1CryptoService
from didcomm_messaging.v1.crypto.nacl import InMemSecretsManager, NaclV1CryptoService
from didcomm_messaging.v1.messaging import Target, V1DIDCommMessaging
from didcomm_messaging.v1.packaging import V1PackagingService

ALICE, BOB, CAROL, NEAR = (f"did:example:{name}" for name in ("alice", "bob", "carol", "near"))
ED25519 = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj"
X25519 = "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
PEER_2 = (
    "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
    ".Vz6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj"
    ".SeyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9kaWRjb21tIiwiYSI6WyJkaWRjb21tL3YyIl0sInIiOltdfX0"
)
MESSAGE = {
    "id": "1",
    "type": "https://example.org/greeting/1.0/hello",
    "body": {"msg": "Grüße"},
    "from": ALICE,
}
SEED = b"testseed000000000000000000000001"
OTHER_SEED = b"testseed000000000000000000000002"


def secret_of(name, alg):
    """A key that is the same in every run."""
    return Key.from_secret_bytes(alg, hashlib.sha256(name.encode()).digest())


class Askar:
    """Keys of Askar."""

    crypto, public, secret = askar.AskarCryptoService, askar.AskarKey, askar.AskarSecretKey

    @staticmethod
    def key(key):
        return key


class Authlib:
    """The same keys in Authlib."""

    crypto, public, secret = authlib.AuthlibCryptoService, authlib.AuthlibKey, authlib.AuthlibSecretKey

    @staticmethod
    def key(key):
        return JsonWebKey.import_key(json.loads(key.get_jwk_secret()))


class Documents(DIDResolver):
    """Documents that are written down."""

    def __init__(self, documents):
        self.documents = documents

    async def resolve(self, did):
        if did not in self.documents:
            raise DIDNotFound(did)
        return self.documents[did]

    async def is_resolvable(self, did):
        return did in self.documents


class World:
    """Alice and Bob, with the keys of a backend."""

    def __init__(self, backend, bob=("x1",), service=None):
        self.backend = backend
        self.crypto, self.packaging = backend.crypto(), PackagingService()
        self.secrets = InMemorySecretsManager()
        self.resolver = Documents({})
        self.add(ALICE, ("x1",))
        self.add(CAROL, ("x1",))
        self.add(BOB, bob, service)
        self.add(NEAR, ("x1",), {"uri": "https://near.example", "accept": ["didcomm/v2"], "routingKeys": []})

    def add(self, did, names, service=None):
        document = {"id": did, "verificationMethod": [], "keyAgreement": []}
        for name in names:
            kid = f"{did}#{name}"
            key = secret_of(kid, {"x": KeyAlg.X25519, "p": KeyAlg.P256, "k": KeyAlg.K256}[name[0]])
            self.secrets.secrets[kid] = self.backend.secret(self.backend.key(key), kid)
            jwk = json.loads(key.get_jwk_public())
            method = {"id": kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
            if did != CAROL:
                # the release has no JWKs in its Authlib backend
                multikey = multibase.encode(
                    multicodec.wrap("x25519-pub", key.get_public_bytes()), "base58btc"
                )
                method = {"id": kid, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
            if name[0] != "x":
                method = {"id": kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
            document["verificationMethod"].append(method)
            document["keyAgreement"].append(kid)
        if service is not None:
            document["service"] = [
                {"id": f"{did}#service", "type": "DIDCommMessaging", "serviceEndpoint": service}
            ]
        self.resolver.documents[did] = document

    def agent(self):
        return DIDCommMessaging(self.crypto, self.secrets, self.resolver, self.packaging, RoutingService())

    async def pack(self, octets=b"hello", to=BOB, frm=ALICE):
        return await self.packaging.pack(self.crypto, self.resolver, self.secrets, octets, [to], frm)

    async def unpack(self, packed):
        octets, metadata = await self.packaging.unpack(self.crypto, self.resolver, self.secrets, packed)
        return [octets, metadata.method, metadata.recip_key.kid, metadata.sender_kid]


SERVED = {"uri": "https://bob.example", "accept": ["didcomm/v2"], "routingKeys": []}
BACKENDS = {"askar": Askar, "authlib": Authlib}


class Verkeys:
    """Parties of DIDComm v1, with keys as octets and in Askar."""

    def __init__(self):
        self.nacl, self.askar = InMemSecretsManager(), InMemorySecretsManager()
        self.alice, self.bob = self.nacl.create(SEED).kid, self.nacl.create(OTHER_SEED).kid
        for kid, seed in ((self.alice, SEED), (self.bob, OTHER_SEED)):
            key = Key.from_secret_bytes(KeyAlg.ED25519, seed)
            self.askar.secrets[kid] = askar.AskarSecretKey(key, kid)
        resolver = PrefixResolver({"did:key": DIDKey()})
        packaging = V1PackagingService()
        self.agents = {
            "nacl": V1DIDCommMessaging(NaclV1CryptoService(), self.nacl, resolver, packaging),
            "askar": V1DIDCommMessaging(AskarV1CryptoService(), self.askar, resolver, packaging),
        }

    async def pack(self, name, frm, routing=()):
        target = Target([self.bob], list(routing), "https://bob.example")
        return await self.agents[name].pack(b"hello", target, frm)


def plain(**changes):
    message = {**MESSAGE, **changes}
    return json.dumps({name: value for name, value in message.items() if value is not None}).encode()


def with_header(packed, **changes):
    """The envelope with another protected header."""
    envelope = json.loads(packed)
    header = {**json.loads(from_b64url(envelope["protected"])), **changes}
    written = json.dumps({name: value for name, value in header.items() if value is not None})
    return json.dumps({**envelope, "protected": b64url(written)})
