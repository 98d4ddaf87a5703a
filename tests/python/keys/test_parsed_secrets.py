"""Secrets that a resolver returns as JWKs are parsed once: a changed or removed one is noticed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import DIDCommMessaging, SecretNotFoundError
from support.parties import Key, Party, hello

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.parties import Documents

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("remember_peers", [True, False])]


class Jwks:
    """Answers with JWKs by kid."""

    def __init__(self, *keys: Key) -> None:
        self.secrets: dict[str, Any] = {key.kid: key.secret_jwk for key in keys}

    async def get_key(self, kid: str, /) -> dict[str, Any] | None:
        return self.secrets.get(kid)

    async def get_keys(self, kids: Sequence[str], /) -> list[str]:
        return [kid for kid in kids if kid in self.secrets]


@pytest.fixture
def secrets(bob: Party) -> Jwks:
    return Jwks(bob.key, bob.signing)


@pytest.fixture
def receiver(secrets: Jwks, documents: Documents, remember_peers: bool) -> DIDCommMessaging:  # noqa: FBT001
    return DIDCommMessaging(secrets, documents, remember_peers=remember_peers)


@pytest.fixture
async def packed(alice: Party, bob: Party, documents: Documents) -> str:
    return (await DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did, frm=alice.did)).text


async def test_a_removed_secret_is_not_used_again(
    receiver: DIDCommMessaging, secrets: Jwks, bob: Party, packed: str
) -> None:
    for _ in range(2):
        assert (await receiver.unpack(packed)).sender is not None
    del secrets.secrets[bob.key.kid]
    with pytest.raises(SecretNotFoundError):
        await receiver.unpack(packed)
    together = await receiver.unpack_many([packed] * 2)
    assert [type(outcome.error) for outcome in together] == [SecretNotFoundError] * 2
    secrets.secrets[bob.key.kid] = bob.key.secret_jwk
    assert (await receiver.unpack(packed)).sender is not None


async def test_a_changed_secret_is_used_at_once(
    receiver: DIDCommMessaging, secrets: Jwks, alice: Party, bob: Party, documents: Documents
) -> None:
    sender = DIDCommMessaging(alice.secrets, documents)
    await receiver.unpack((await sender.pack(hello(), to=bob.did, frm=alice.did)).text)
    new = Key("did:example:new#x")
    changed = {**secrets.secrets[bob.key.kid], **new.jwk, "d": new.secret_jwk["d"]}
    # the same object, as a program that changes it in place answers
    secrets.secrets[bob.key.kid].update(changed)
    with pytest.raises(ValueError, match="does not match the public key in the DID document"):
        await receiver.pack(hello(), to=alice.did, frm=bob.did)
    bob.document["verificationMethod"][0]["publicKeyJwk"] = new.jwk
    for _ in range(2):
        again = await sender.pack(hello(), to=bob.did, frm=alice.did)
        assert (await receiver.unpack(again.text)).sender == alice.did


async def test_a_secret_with_another_private_half_is_refused_after_the_right_one(
    receiver: DIDCommMessaging, secrets: Jwks, bob: Party
) -> None:
    signed = hello(to=["did:example:alice"])
    await receiver.pack_signed(signed, sign_frm=bob.did)
    secrets.secrets[bob.signing.kid] = {**bob.signing.secret_jwk, "d": Key("did:example:b#1").secret_jwk["d"]}
    for _ in range(2):
        with pytest.raises(ValueError, match="does not match the public key"):
            await receiver.pack_signed(signed, sign_frm=bob.did)
