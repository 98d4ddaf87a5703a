"""Create and resolve did:peer as in `peerdid` until 0.4, with documents as JSON text.

See `pydidcomm.encode_public_keys` and `pydidcomm.LocalResolver`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydidcomm.compat.peerdid import _elements
from pydidcomm.compat.peerdid.core.did_doc_types import VerificationMethodPeerDID
from pydidcomm.compat.peerdid.did_doc import DIDDocPeerDID
from pydidcomm.compat.peerdid.dids import is_peer_did
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDError
from pydidcomm.compat.peerdid.keys import BaseKey, Ed25519VerificationKey, KeyFormat, X25519KeyAgreementKey
from pydidcomm.compat.peerdid.types import (
    VerificationMaterialAgreement,
    VerificationMaterialAuthentication,
    VerificationMaterialFormatPeerDID,
    VerificationMaterialPeerDID,
)

__all__ = ["create_peer_did_numalgo_0", "create_peer_did_numalgo_2", "is_peer_did", "resolve_peer_did"]


def create_peer_did_numalgo_0(inception_key: VerificationMaterialAuthentication) -> str:
    """Return the did:peer:0 of a key that signs.

    Raises:
        ValueError: The key is not for signatures.
        TypeError: The argument is not a key.
    """
    return f"did:peer:0{_multibase(inception_key, VerificationMaterialAuthentication)}"


def create_peer_did_numalgo_2(
    encryption_keys: Sequence[VerificationMaterialAgreement],
    signing_keys: Sequence[VerificationMaterialAuthentication],
    service: str | None,
) -> str:
    """Return the did:peer:2 of these keys and services.

    Raises:
        ValueError: A key cannot serve its purpose, or `service` is not JSON.
        TypeError: An argument is not a key.
    """
    agreement = [_multibase(key, VerificationMaterialAgreement) for key in encryption_keys]
    authentication = [_multibase(key, VerificationMaterialAuthentication) for key in signing_keys]
    return _elements.encode(agreement, authentication, _elements.services_from(service))


def resolve_peer_did(
    peer_did: str,
    format: VerificationMaterialFormatPeerDID = VerificationMaterialFormatPeerDID.MULTIBASE,  # noqa: A002
) -> str:
    """Resolve a did:peer of method 0 or 2; the ids of its keys are the keys themselves.

    Raises:
        MalformedPeerDIDError: It is not a valid did:peer of method 0 or 2.
    """
    is_inception_key = peer_did.startswith("did:peer:0")
    authentication: list[VerificationMethodPeerDID] = []
    agreement: list[VerificationMethodPeerDID] = []
    for purpose, multibase in _elements.keys_of(peer_did):
        kind: Any = Ed25519VerificationKey if purpose == _elements.AUTHENTICATION else X25519KeyAgreementKey
        if purpose not in {_elements.AUTHENTICATION, _elements.AGREEMENT}:
            message = f"Unknown prefix: {purpose}"
            raise MalformedPeerDIDError(message)
        key = _elements.read(partial(kind.from_multibase, multibase), multibase)
        written = key.verification_method(peer_did, KeyFormat[format.name]).method.serialize()
        method = VerificationMethodPeerDID.from_dict(written | {"id": f"{peer_did}#{multibase[1:]}"})
        (authentication if purpose == _elements.AUTHENTICATION else agreement).append(method)
    services = _elements.services_of(peer_did, peer_did)
    document = DIDDocPeerDID(
        peer_did, authentication, None if is_inception_key else agreement, services or None
    )
    return document.to_json()


def _multibase(key: VerificationMaterialPeerDID, kind: type[Any]) -> str:
    if not isinstance(key, kind):
        message = f"the key must be a {kind.__name__}, got {type(key).__name__}"
        raise TypeError(message)
    of: type[BaseKey] = (
        Ed25519VerificationKey if kind is VerificationMaterialAuthentication else X25519KeyAgreementKey
    )
    read: dict[VerificationMaterialFormatPeerDID, Callable[[Any], BaseKey]] = {
        VerificationMaterialFormatPeerDID.JWK: of.from_jwk,
        VerificationMaterialFormatPeerDID.BASE58: of.from_base58,
        VerificationMaterialFormatPeerDID.MULTIBASE: of.from_multibase,
    }
    return read[key.format](key.value).to_multibase()
