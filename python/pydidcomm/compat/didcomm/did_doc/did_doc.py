# the fields have narrower types than in pydid, so that code for all versions finds its attributes
# mypy: disable-error-code="assignment, no-untyped-call"
# pyright: reportIncompatibleVariableOverride=false, reportUnknownMemberType=false
"""DID documents as models of pydid, with the arguments of all versions of `didcomm`.

Resolvers return them; pydidcomm reads them through `pydidcomm.DIDDocument`.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

import pydid
from pydantic import Field
from pydid.did import DID
from pydid.did_url import DIDUrl
from pydid.service import DIDCommV2Service, Service

from pydidcomm.compat.didcomm.common.types import VerificationMaterial, VerificationMaterialFormat
from pydidcomm.compat.didcomm.common.utils import search_first_in_iterable

__all__ = ["DIDCommService", "DIDDoc", "VerificationMethod"]

_MEMBERS = {
    VerificationMaterialFormat.JWK: "public_key_jwk",
    VerificationMaterialFormat.BASE58: "public_key_base58",
    VerificationMaterialFormat.MULTIBASE: "public_key_multibase",
}


class VerificationMethod(pydid.VerificationMethod):
    """A key of a document, as `public_key_jwk` and the like, or as `verification_material` until 0.3.1."""

    def __init__(
        self,
        id: str | None = None,  # noqa: A002
        type: str | None = None,  # noqa: A002
        controller: str | None = None,
        verification_material: VerificationMaterial | None = None,
        **data: Any,  # noqa: ANN401
    ) -> None:
        data |= {
            name: value
            for name, value in (("id", id), ("type", type), ("controller", controller))
            if value is not None
        }
        if verification_material is not None:
            member = _MEMBERS.get(verification_material.format, "value")
            is_jwk = verification_material.format is VerificationMaterialFormat.JWK
            data[member] = json.loads(verification_material.value) if is_jwk else verification_material.value
        super().__init__(**data)

    @property
    def verification_material(self) -> VerificationMaterial:
        """The key in the form of versions before 0.3.2."""
        for form, member in _MEMBERS.items():
            value: Any = getattr(self, member)
            if value is not None:
                return VerificationMaterial(form, value if isinstance(value, str) else json.dumps(value))
        return VerificationMaterial(VerificationMaterialFormat.OTHER, str(getattr(self, "value", "")))


class DIDCommService(pydid.DIDCommService):
    """A DIDComm service: `recipient_keys` is optional, as until 0.3.1."""

    service_endpoint: str
    recipient_keys: list[str] = Field(default_factory=list[str])
    routing_keys: list[str] = Field(default_factory=list[str])

    def __init__(
        self,
        id: str | None = None,  # noqa: A002
        service_endpoint: str | None = None,
        routing_keys: Sequence[str] | None = None,
        accept: Sequence[str] | None = None,
        **data: Any,  # noqa: ANN401
    ) -> None:
        given: dict[str, Any] = {"id": id, "service_endpoint": service_endpoint}
        given |= {"routing_keys": routing_keys, "accept": accept}
        super().__init__(**data, **{name: value for name, value in given.items() if value is not None})


class DIDDoc(pydid.DIDDocument):
    """A DID document: with the members of a pydid document, or with those that it had until 0.3.1."""

    verification_method: list[VerificationMethod] | None = None
    authentication: list[DIDUrl | VerificationMethod] | None = None
    assertion_method: list[DIDUrl | VerificationMethod] | None = None
    key_agreement: list[DIDUrl | VerificationMethod] | None = None
    capability_invocation: list[DIDUrl | VerificationMethod] | None = None
    capability_delegation: list[DIDUrl | VerificationMethod] | None = None
    service: list[DIDCommService | DIDCommV2Service | Service] | None = None

    def __init__(
        self,
        did: str | None = None,
        key_agreement_kids: Sequence[str] | None = None,
        authentication_kids: Sequence[str] | None = None,
        verification_methods: Sequence[pydid.VerificationMethod] | None = None,
        didcomm_services: Sequence[Service] | None = None,
        **data: Any,  # noqa: ANN401
    ) -> None:
        given: dict[str, Any] = {
            "id": did,
            "key_agreement": key_agreement_kids,
            "authentication": authentication_kids,
        }
        given |= {"verification_method": verification_methods, "service": didcomm_services}
        super().__init__(**data, **{name: value for name, value in given.items() if value is not None})

    def serialize(self) -> dict[str, Any]:
        """Return the JSON object."""
        document: dict[str, Any] = super().serialize()
        return document

    @classmethod
    def deserialize(cls, value: dict[str, Any]) -> "DIDDoc":
        """Reads the JSON object.

        Raises:
            ValueError: It is not a DID document.
        """
        document: Any = super().deserialize(value)
        return cast("DIDDoc", document)

    @property
    def did(self) -> DID:
        """The DID; the name until 0.3.1."""
        return self.id

    @property
    def key_agreement_kids(self) -> list[str]:
        """The kids of the keys for agreement; the name until 0.3.1."""
        return _kids(self.key_agreement)

    @property
    def authentication_kids(self) -> list[str]:
        """The kids of the keys that sign; the name until 0.3.1."""
        return _kids(self.authentication)

    @property
    def verification_methods(self) -> list[VerificationMethod]:
        """The keys; the name until 0.3.1."""
        return self.verification_method or []

    @property
    def didcomm_services(self) -> list[DIDCommService | DIDCommV2Service | Service]:
        """The services; the name until 0.3.1."""
        return self.service or []

    def get_verification_method(self, id: str) -> VerificationMethod | None:  # noqa: A002
        """Return the key with this id, or None."""
        return search_first_in_iterable(self.verification_methods, lambda method: method.id == id)

    def get_didcomm_service(self, id: str) -> DIDCommService | DIDCommV2Service | Service | None:  # noqa: A002
        """Return the service with this id, or None."""
        return search_first_in_iterable(self.didcomm_services, lambda service: service.id == id)


def _kids(relationship: Sequence[DIDUrl | VerificationMethod] | None) -> list[str]:
    return [entry if isinstance(entry, str) else entry.id for entry in relationship or []]
