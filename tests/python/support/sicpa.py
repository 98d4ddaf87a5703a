"""The parties of the tests as programs written for SICPA's didcomm know them."""

from __future__ import annotations

from typing import Any

from pydidcomm.compat.didcomm import (
    DIDDoc,
    DIDResolverInMemory,
    Message,
    ResolversConfig,
    SecretsResolverInMemory,
)
from pydidcomm.compat.didcomm.secrets.secrets_util import jwk_to_secret
from support.parties import HELLO, Party


class World:
    """The parties of the other tests, as applications of didcomm know them."""

    def __init__(self, *parties: Party) -> None:
        self.documents = {party.did: DIDDoc.deserialize(party.document) for party in parties}

    def of(self, party: Party, *, without: str = "") -> ResolversConfig:
        keys = [key for key in (*party.agreement, party.signing) if key.kid != without]
        secrets = SecretsResolverInMemory([jwk_to_secret(key.secret_jwk) for key in keys])
        return ResolversConfig(secrets, DIDResolverInMemory([*self.documents.values()]))

    def serve(self, party: Party, service: Any) -> None:  # noqa: ANN401, any service of pydid
        self.documents[party.did].service = [service]


def proposal(**arguments: Any) -> Message:  # noqa: ANN401, the arguments of Message
    headers: dict[str, Any] = {"type": HELLO, "body": {"msg": "Hi"}, **arguments}
    return Message(**headers)
