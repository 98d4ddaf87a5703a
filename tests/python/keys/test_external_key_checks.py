"""External keys: checked before they are used, and DIDs made of existing public keys."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from pydidcomm import LocalResolver, PublicKey, Secret, SignAlg, sync
from pydidcomm.external_keys import check_key, create_public_key_did
from pydidcomm.sync.external_keys import check_key as check_key_sync
from support.parties import hello


class Agrees:
    """An X25519 key of another library."""

    def __init__(self) -> None:
        self.key = X25519PrivateKey.generate()
        self.public_key = PublicKey.from_octets("X25519", self.key.public_key().public_bytes_raw())

    def agree(self, public_key: PublicKey) -> bytes:
        return self.key.exchange(X25519PublicKey.from_public_bytes(bytes(public_key.octets())))


class Signs:
    """A P-256 key of another library, which returns r || s, or the DER form as most libraries do."""

    def __init__(self, *, der: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        self.public_key = PublicKey.from_octets("P-256", point)
        self.der = der

    def sign(self, algorithm: SignAlg, data: bytes) -> bytes:
        assert algorithm is SignAlg.ES256
        signature = self.key.sign(bytes(data), ec.ECDSA(SHA256()))
        if self.der:
            return signature
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


async def test_a_key_that_belongs_to_its_public_key_passes() -> None:
    for handle in (Agrees(), Signs()):
        await check_key(handle, handle.public_key)
        check_key_sync(handle, handle.public_key)


async def test_a_key_of_another_public_key_is_named() -> None:
    for handle, other in ((Agrees(), Agrees()), (Signs(), Signs())):
        with pytest.raises(ValueError, match="key"):
            await check_key(handle, other.public_key)
        with pytest.raises(ValueError, match="key"):
            check_key_sync(handle, other.public_key)


def test_a_key_without_a_method_for_its_curve_is_a_type_error() -> None:
    for handle in (object(), Signs()):
        with pytest.raises(TypeError, match="must have `agree` or `sign`"):
            check_key_sync(handle, Agrees().public_key)


@pytest.mark.parametrize("method", ["did:peer:2", "did:key", "did:jwk"])
def test_a_did_of_an_existing_key_is_found_by_the_kids_that_are_returned(method: Any) -> None:  # noqa: ANN401
    handle = Agrees()
    made = create_public_key_did(agreement=[handle.public_key], method=method)
    document = LocalResolver().resolve(made.did)
    assert document is not None
    assert made.key_agreement == document.key_agreement
    assert made.key_agreement

    class Store:
        def get_key(self, kid: str) -> Any:  # noqa: ANN401
            return handle if kid in made.key_agreement else None

        def get_keys(self, kids: list[str]) -> list[str]:
            return [kid for kid in kids if kid in made.key_agreement]

    bob = sync.DIDCommMessaging(secrets=Store())
    packed = sync.DIDCommMessaging().pack(hello(), to=made.did)
    assert bob.unpack(packed.message).metadata.recipient_kid in made.key_agreement


def test_a_did_key_takes_one_key_in_all() -> None:
    key = Secret.generate("X25519", kid="did:example:a#1").public_key
    for agreement in ([], [key, key]):
        with pytest.raises(ValueError, match="must have one key"):
            create_public_key_did(agreement=agreement, method="did:key")
