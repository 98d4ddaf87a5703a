"""A public key and a private one belong together."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import (
    PublicKey,
    Secret,
)
from support.did_documents import BOB, GOOD, OTHER
from support.parties import base58, unb64


def halves(of: Secret, other: Secret) -> dict[str, dict[str, Any]]:
    octets = other.public_key.octets()
    private = base58(private_bytes(of))
    return {
        "base58": {
            "type": "X25519KeyAgreementKey2019",
            "publicKeyBase58": base58(octets),
            "privateKeyBase58": private,
        },
        "multibase": {
            "type": "Multikey",
            "publicKeyMultibase": other.public_multikey(),
            "privateKeyMultibase": "z" + base58(bytes([0x82, 0x26]) + private_bytes(of)),
        },
        "secretKeyMultibase": {
            "type": "Multikey",
            "publicKeyMultibase": other.public_multikey(),
            "secretKeyMultibase": "z" + base58(bytes([0x82, 0x26]) + private_bytes(of)),
        },
        "JWK": {
            "type": "JsonWebKey2020",
            "publicKeyJwk": other.public_jwk(),
            "privateKeyJwk": of.expose_jwk(),
        },
        "secretKeyJwk": {
            "type": "JsonWebKey",
            "publicKeyJwk": other.public_jwk(),
            "secretKeyJwk": of.expose_jwk(),
        },
        "mixed": {
            "type": "JsonWebKey",
            "publicKeyMultibase": other.public_multikey(),
            "secretKeyJwk": of.expose_jwk(),
        },
    }


def private_bytes(secret: Secret) -> bytes:
    return unb64(secret.expose_jwk()["d"])


@pytest.mark.parametrize("form", halves(GOOD, OTHER))
def test_a_secret_with_the_public_key_of_another_is_refused(form: str) -> None:
    assert Secret({"id": f"{BOB}#key", **halves(GOOD, GOOD)[form]}).public_key == GOOD.public_key
    with pytest.raises(ValueError, match="belong together"):
        Secret({"id": f"{BOB}#key", **halves(GOOD, OTHER)[form]})


def test_a_public_key_is_read_from_a_jwk_whose_empty_members_are_null() -> None:
    jwk = {**GOOD.public_jwk(), "y": None, "d": None, "use": None, "alg": None, "key_ops": None}
    assert PublicKey(jwk) == GOOD.public_key
