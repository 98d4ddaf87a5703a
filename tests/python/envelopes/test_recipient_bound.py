"""`pack` makes no envelope with more recipients than `unpack` reads."""

from typing import Any

import pytest

from pydidcomm import InMemorySecrets, Secret, sync

BOB = "did:example:bob"
# the default of `UnpackConfig.max_recipients`
MOST = 1000
KEYS = [Secret.generate("X25519", kid=f"{BOB}#{number}") for number in range(MOST + 1)]
MESSAGE: dict[str, Any] = {"id": "1", "type": "https://example.org/a/1.0/b", "body": {}, "to": [BOB]}


class Resolver:
    def __init__(self, count: int) -> None:
        self.keys = KEYS[:count]

    def resolve(self, did: str) -> dict[str, Any]:
        methods = [
            {
                "id": key.kid,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_multikey(),
            }
            for key in self.keys
        ]
        return {"id": did, "keyAgreement": methods}


def test_as_many_recipients_as_unpack_reads_are_packed() -> None:
    party = sync.DIDCommMessaging(secrets=InMemorySecrets(KEYS[:1]), resolver=Resolver(MOST))
    packed = party.pack(MESSAGE, to=BOB)
    assert len(packed.to_kids) == MOST
    assert party.unpack(packed.packed_msg).message.id == "1"


def test_more_recipients_than_unpack_reads_are_refused() -> None:
    party = sync.DIDCommMessaging(resolver=Resolver(MOST + 1))
    with pytest.raises(ValueError, match=f"at most {MOST} keys on one curve, got {MOST + 1}"):
        party.pack(MESSAGE, to=BOB)
    assert party.pack(MESSAGE, to=KEYS[7].kid).to_kids == (KEYS[7].kid,)
