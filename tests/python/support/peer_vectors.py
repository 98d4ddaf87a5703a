"""The parties of the messages in `tests/vectors/peers`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydidcomm import InMemorySecrets, ResolversConfig, Secret
from support.paths import VECTORS

FOLDER = VECTORS / "peers"


class Parties:
    """A resolver of the DID documents of the peers' parties."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self.documents = documents

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)


@cache
def readers() -> ResolversConfig:
    """Every secret and document of the peers' parties."""
    parties = json.loads((FOLDER / "parties.json").read_text(encoding="utf-8"))
    documents = {party["document"]["id"]: party["document"] for party in parties}
    usable: list[Secret] = []
    for secret in (secret for party in parties for secret in party["secrets"]):
        if secret["crv"] == "secp256k1" and "key-k256" in secret["kid"]:
            continue  # a key for agreement, which is read only on demand
        usable.append(Secret(secret))
    return ResolversConfig(secrets_resolver=InMemorySecrets(usable), did_resolver=Parties(documents))
