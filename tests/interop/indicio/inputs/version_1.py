"""Cases of DIDComm v1."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN202

import dataclasses
import json

from didcomm_messaging.crypto.jwe import JweEnvelope, b64url
from didcomm_messaging.v1.crypto.nacl import EdPublicKey, InMemSecretsManager
from didcomm_messaging.v1.utils import v1_kid_to_multikey

from inputs.cases import case
from inputs.parties import ED25519, SEED, Verkeys, with_header

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
