"""Documents that a resolver answers with, and what becomes of a message to their DID."""

from __future__ import annotations

from typing import Any

from pydidcomm import (
    InMemorySecrets,
    Secret,
    sync,
)
from support.parties import hello

BOB = "did:example:bob"
GOOD, OTHER = Secret.generate("X25519", kid=f"{BOB}#key"), Secret.generate("X25519", kid=f"{BOB}#key")
SIGNING = Secret.generate("Ed25519", kid=f"{BOB}#sign")


class Answers:
    """Answers every DID in the same way."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401, what a resolver may answer
        self.answer = answer

    def resolve(self, _did: str) -> Any:  # noqa: ANN401
        return self.answer


def agreeing(*methods: dict[str, Any], **members: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": BOB,
        "verificationMethod": [{"id": "#key", "type": "JsonWebKey2020", **method} for method in methods],
        "keyAgreement": ["#key"],
        **members,
    }


def packed_for(document: Any) -> tuple[str, ...]:  # noqa: ANN401
    party = sync.DIDCommMessaging(secrets=InMemorySecrets([GOOD]), resolver=Answers(document))
    packed = party.pack(hello(), to=BOB)
    assert party.unpack(packed.message).metadata.encrypted
    return packed.to_kids
