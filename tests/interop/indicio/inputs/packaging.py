"""Cases of packaging, messaging and the crypto of each backend."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN202

import dataclasses
import json

from didcomm_messaging.crypto.jwe import JweEnvelope, b64url, from_b64url
from pydid import VerificationMethod

from inputs.cases import case
from inputs.parties import (
    ALICE,
    BACKENDS,
    BOB,
    CAROL,
    ED25519,
    MESSAGE,
    NEAR,
    SERVED,
    X25519,
    World,
    plain,
    with_header,
)


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
