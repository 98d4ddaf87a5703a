"""A secret as text, and the interface of secrets resolvers; see `pydidcomm.SecretsResolver`."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pydidcomm
from pydidcomm.compat._described import describe, describe_member
from pydidcomm.compat.didcomm.common.types import VerificationMaterial, VerificationMaterialFormat
from pydidcomm.compat.didcomm.errors import DIDCommValueError

__all__ = ["Secret", "SecretsResolver"]

_MEMBERS = {
    VerificationMaterialFormat.JWK: "privateKeyJwk",
    VerificationMaterialFormat.BASE58: "privateKeyBase58",
    VerificationMaterialFormat.MULTIBASE: "privateKeyMultibase",
}


@dataclass
class Secret:
    """A secret key as text, which `pydidcomm.Secret` reads once.

    Attributes:
        kid: The id of the key.
        type: The type of the verification method that shows its public half, of `VerificationMethodType`.
        verification_material: The key.
    """

    kid: str
    type: str
    verification_material: VerificationMaterial

    def __getstate__(self) -> dict[str, Any]:
        # the parsed secret is neither copied nor pickled
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}


def read(secret: Secret) -> pydidcomm.Secret:
    """Return the parsed secret; parsed again if its text has changed."""
    fields = (
        secret.kid,
        secret.type,
        secret.verification_material.format,
        secret.verification_material.value,
    )
    known: Any = secret.__dict__.get("_read")
    if known is None or known[0] != fields:
        known = (fields, _read(secret))
        secret.__dict__["_read"] = known
    handle: pydidcomm.Secret = known[1]
    return handle


def _read(secret: Secret) -> pydidcomm.Secret:
    material = secret.verification_material
    member = _MEMBERS.get(material.format)
    if member is None:
        message = f"Verification material format {describe_member(material.format)} is not supported"
        raise DIDCommValueError(message)
    try:
        value = (
            json.loads(material.value)
            if material.format is VerificationMaterialFormat.JWK
            else material.value
        )
        return pydidcomm.Secret({"type": secret.type, member: value}, secret.kid)
    except (ValueError, TypeError, pydidcomm.DIDCommError) as error:
        message = f"secret {describe(secret.kid)}: {error}"
        raise DIDCommValueError(message) from error


class SecretsResolver(ABC):
    """Finds secrets."""

    @abstractmethod
    async def get_key(self, kid: str) -> Secret | None:
        """Return the secret with this kid, or None."""

    @abstractmethod
    async def get_keys(self, kids: Sequence[str]) -> Sequence[str]:
        """Return the kids whose secrets are available."""
