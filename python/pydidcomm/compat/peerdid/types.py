"""The types of keys passed to `peerdid` until 0.4."""

from enum import Enum
from typing import Any, NamedTuple, TypeAlias

__all__ = [
    "VerificationMaterialFormatPeerDID",
    "VerificationMaterialPeerDID",
    "VerificationMethodTypeAgreement",
    "VerificationMethodTypeAuthentication",
    "VerificationMethodTypePeerDID",
]

JSON: TypeAlias = str
PEER_DID: TypeAlias = str


class VerificationMaterialFormatPeerDID(Enum):
    """The format of a key."""

    JWK = 1
    BASE58 = 2
    MULTIBASE = 3


class VerificationMethodTypeAgreement(Enum):
    """The types of keys for agreement."""

    JSON_WEB_KEY_2020 = "JsonWebKey2020"
    X25519_KEY_AGREEMENT_KEY_2019 = "X25519KeyAgreementKey2019"
    X25519_KEY_AGREEMENT_KEY_2020 = "X25519KeyAgreementKey2020"

    @classmethod
    def values(cls) -> list[str]:
        """The names in documents."""
        return [kind.value for kind in cls]


class VerificationMethodTypeAuthentication(Enum):
    """The types of keys that sign."""

    JSON_WEB_KEY_2020 = "JsonWebKey2020"
    ED25519_VERIFICATION_KEY_2018 = "Ed25519VerificationKey2018"
    ED25519_VERIFICATION_KEY_2020 = "Ed25519VerificationKey2020"

    @classmethod
    def values(cls) -> list[str]:
        """The names in documents."""
        return [kind.value for kind in cls]


class VerificationMaterialAuthentication(NamedTuple):
    """A key that signs; the value of a JWK is its object or its JSON text."""

    format: VerificationMaterialFormatPeerDID
    type: VerificationMethodTypeAuthentication
    value: str | dict[str, Any]


class VerificationMaterialAgreement(NamedTuple):
    """A key for agreement; the value of a JWK is its object or its JSON text."""

    format: VerificationMaterialFormatPeerDID
    type: VerificationMethodTypeAgreement
    value: str | dict[str, Any]


VerificationMethodTypePeerDID: TypeAlias = (
    VerificationMethodTypeAgreement | VerificationMethodTypeAuthentication
)
VerificationMaterialPeerDID: TypeAlias = VerificationMaterialAuthentication | VerificationMaterialAgreement
