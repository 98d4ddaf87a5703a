"""The entries of a document as objects, as in `peerdid` until 0.4."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from pydidcomm.compat._described import describe
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDDocError
from pydidcomm.compat.peerdid.types import (
    VerificationMaterialAgreement,
    VerificationMaterialAuthentication,
    VerificationMaterialFormatPeerDID,
    VerificationMaterialPeerDID,
    VerificationMethodTypeAgreement,
    VerificationMethodTypeAuthentication,
)

__all__ = [
    "SERVICE_ACCEPT",
    "SERVICE_DIDCOMM_MESSAGING",
    "SERVICE_ENDPOINT",
    "SERVICE_ID",
    "SERVICE_ROUTING_KEYS",
    "SERVICE_TYPE",
    "DIDCommServicePeerDID",
    "VerificationMethodField",
    "VerificationMethodPeerDID",
]

SERVICE_ID = "id"
SERVICE_TYPE = "type"
SERVICE_ENDPOINT = "serviceEndpoint"
SERVICE_DIDCOMM_MESSAGING = "DIDCommMessaging"
SERVICE_ROUTING_KEYS = "routingKeys"
SERVICE_ACCEPT = "accept"


class VerificationMethodField(Enum):
    """The name of the member with a key."""

    BASE58 = "publicKeyBase58"
    MULTIBASE = "publicKeyMultibase"
    JWK = "publicKeyJwk"


_FIELDS = {
    "JsonWebKey2020": VerificationMethodField.JWK,
    "X25519KeyAgreementKey2019": VerificationMethodField.BASE58,
    "Ed25519VerificationKey2018": VerificationMethodField.BASE58,
    "X25519KeyAgreementKey2020": VerificationMethodField.MULTIBASE,
    "Ed25519VerificationKey2020": VerificationMethodField.MULTIBASE,
}


class VerificationMethodPeerDID:
    """A key of a document.

    Args:
        id: Its id.
        controller: The DID of the key.
        ver_material: The key.
    """

    def __init__(self, id: str, controller: str, ver_material: VerificationMaterialPeerDID) -> None:  # noqa: A002
        self.id = id
        self.controller = controller
        self.ver_material = ver_material

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {
            "id": self.id,
            "type": self.ver_material.type.value,
            "controller": self.controller,
            self.public_key_field.value: self.ver_material.value,
        }

    @property
    def public_key_field(self) -> VerificationMethodField:
        """Return the name of the member with the key."""
        return VerificationMethodField[self.ver_material.format.name]

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "VerificationMethodPeerDID":
        """Reads the JSON object.

        Raises:
            MalformedPeerDIDDocError: It is not a key of a did:peer.
        """
        for member in ("id", "type", "controller"):
            if member not in value:
                message = f"No '{member}' field in method"
                raise MalformedPeerDIDDocError(message)
        field = _FIELDS.get(value["type"])
        if field is None:
            message = f"Unknown verification method type {describe(value['type'])}"
            raise MalformedPeerDIDDocError(message)
        if field.value not in value:
            message = f"No public key field {field.value} in method"
            raise MalformedPeerDIDDocError(message)
        return cls(value["id"], value["controller"], _material(value["type"], field, value[field.value]))


def _material(kind: str, field: VerificationMethodField, key: Any) -> VerificationMaterialPeerDID:  # noqa: ANN401
    form = VerificationMaterialFormatPeerDID[field.name]
    is_jwk = field is VerificationMethodField.JWK
    signs: bool = key.get("crv") == "Ed25519" if is_jwk else kind.startswith("Ed25519")
    if signs:
        return VerificationMaterialAuthentication(form, VerificationMethodTypeAuthentication(kind), key)
    return VerificationMaterialAgreement(form, VerificationMethodTypeAgreement(kind), key)


class DIDCommServicePeerDID:
    """A DIDComm service.

    Args:
        id: Its id.
        service_endpoint: The URI of its endpoint.
        routing_keys: The keys of mediators.
        accept: The media type profiles.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        service_endpoint: str,
        routing_keys: Sequence[str] | None = None,
        accept: Sequence[str] | None = None,
    ) -> None:
        self.id = id
        self.service_endpoint = service_endpoint
        self.routing_keys = routing_keys
        self.accept = accept

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        service: dict[str, Any] = {
            SERVICE_ID: self.id,
            SERVICE_TYPE: SERVICE_DIDCOMM_MESSAGING,
            SERVICE_ENDPOINT: self.service_endpoint,
            SERVICE_ACCEPT: self.accept,
        }
        return service | ({SERVICE_ROUTING_KEYS: self.routing_keys} if self.routing_keys else {})

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "DIDCommServicePeerDID | dict[str, Any]":
        """Read the JSON object; a service of another type is returned unchanged."""
        if not value or SERVICE_ID not in value or value.get(SERVICE_TYPE) != SERVICE_DIDCOMM_MESSAGING:
            return value
        return cls(
            value[SERVICE_ID],
            value.get(SERVICE_ENDPOINT, ""),
            value.get(SERVICE_ROUTING_KEYS, []),
            value.get(SERVICE_ACCEPT, []),
        )
