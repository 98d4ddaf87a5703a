"""Documents as objects, as in `peerdid` until 0.4; see `pydidcomm.DIDDocument`."""

import json
from collections.abc import Sequence
from typing import Any

import pydidcomm
from pydidcomm.compat._json import read_object
from pydidcomm.compat.peerdid.core.did_doc_types import DIDCommServicePeerDID, VerificationMethodPeerDID
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDDocError

__all__ = ["DIDDocPeerDID"]


class DIDDocPeerDID:
    """The document of a did:peer.

    Args:
        did: The DID.
        authentication: The keys that sign.
        key_agreement: The keys for agreement.
        service: The services.
    """

    def __init__(
        self,
        did: str,
        authentication: Sequence[VerificationMethodPeerDID],
        key_agreement: Sequence[VerificationMethodPeerDID] | None = None,
        service: Sequence[dict[str, Any] | DIDCommServicePeerDID] | None = None,
    ) -> None:
        self.did = did
        self.authentication = authentication
        self.key_agreement = key_agreement
        self.service = service

    @property
    def auth_kids(self) -> list[str]:
        """Return the ids of the keys that sign."""
        return [method.id for method in self.authentication]

    @property
    def agreement_kids(self) -> list[str]:
        """Return the ids of the keys for agreement."""
        return [method.id for method in self.key_agreement or []]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        document: dict[str, Any] = {"id": self.did}
        document["authentication"] = [method.to_dict() for method in self.authentication]
        if self.key_agreement is not None:
            document["keyAgreement"] = [method.to_dict() for method in self.key_agreement]
        if self.service is not None:
            document["service"] = [
                service.to_dict() if isinstance(service, DIDCommServicePeerDID) else service
                for service in self.service
            ]
        return document

    def to_json(self) -> str:
        """Return the JSON text."""
        return json.dumps(self.to_dict(), indent=4)

    @classmethod
    def from_json(cls, value: str) -> "DIDDocPeerDID":
        """Reads the JSON text.

        Raises:
            MalformedPeerDIDDocError: It is not a document of a did:peer.
        """
        try:
            document = read_object(value)
        except (TypeError, pydidcomm.DIDCommError) as error:
            message = "Invalid JSON"
            raise MalformedPeerDIDDocError(message) from error
        if "id" not in document:
            message = "No 'id' field"
            raise MalformedPeerDIDDocError(message)
        services = document.get("service")
        return cls(
            document["id"],
            [VerificationMethodPeerDID.from_dict(method) for method in document.get("authentication", [])],
            [VerificationMethodPeerDID.from_dict(method) for method in document.get("keyAgreement", [])],
            services and [DIDCommServicePeerDID.from_dict(service) for service in services],
        )
