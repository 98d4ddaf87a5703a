"""DIDs of the method `example` with chosen curves, in our form and in that of the library joserfc."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc.jwk import KeySet, import_key

from pydidcomm import InMemorySecrets, ResolversConfig, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Owner:
    """A DID with its secrets."""

    did: str
    agreement: list[Secret]
    signing: Secret

    def document(self) -> dict[str, Any]:
        keys = [*self.agreement, self.signing]
        return {
            "id": self.did,
            "verificationMethod": [
                {
                    "id": key.kid,
                    "type": "JsonWebKey",
                    "controller": self.did,
                    "publicKeyJwk": key.public_jwk(),
                }
                for key in keys
            ],
            "keyAgreement": [key.kid for key in self.agreement],
            "authentication": [self.signing.kid],
        }

    def private(self) -> KeySet:
        """The keys for agreement as the library holds them."""
        return KeySet([library_key(key.expose_jwk()) for key in self.agreement])


def library_key(jwk: dict[str, Any]) -> Any:  # noqa: ANN401, the library's types do not say
    """A key of joserfc."""
    return import_key(jwk)


def owner(name: str, curve: str = "X25519", count: int = 1, signing: str = "Ed25519") -> Owner:
    did = f"did:example:{name}"
    keys = [Secret.generate(curve, kid=f"{did}#agree-{number}") for number in range(1, count + 1)]
    return Owner(did, keys, Secret.generate(signing, kid=f"{did}#sign"))


class Documents:
    """Resolves their DIDs."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        self._documents = {each.did: each.document() for each in owners}

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self._documents.get(did)


def config(*owners: Owner) -> ResolversConfig:
    secrets = [key for each in owners for key in (*each.agreement, each.signing)]
    return ResolversConfig(secrets_resolver=InMemorySecrets(secrets), did_resolver=Documents(owners))
