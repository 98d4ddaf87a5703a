"""Cases of the functions of the older agents."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN202

import json

from didcomm_messaging.legacy import crypto as legacy

from inputs.cases import case
from inputs.parties import OTHER_SEED, SEED


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
