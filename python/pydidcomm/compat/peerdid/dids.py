"""Create did:peer of methods 0 and 2 from keys, and resolve them to models of pydid.

See `pydidcomm.encode_public_keys` and `pydidcomm.LocalResolver`.
"""

from collections.abc import Sequence
from typing import Any

from pydid import DID, DIDDocument, Service

from pydidcomm.compat.peerdid import _elements
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDError
from pydidcomm.compat.peerdid.keys import BaseKey, KeyFormat, KeyRelationshipType

__all__ = ["create_peer_did_numalgo_0", "create_peer_did_numalgo_2", "is_peer_did", "resolve_peer_did"]

_UNTYPED: Any = DIDDocument
_UNTYPED_SERVICE: Any = Service
_AUTHENTICATION = ("authentication", "assertion_method", "capability_delegation", "capability_invocation")


def is_peer_did(peer_did: str | None) -> bool:
    """Return whether this looks like a did:peer of method 0 or 2."""
    return _elements.has_shape(peer_did)


def create_peer_did_numalgo_0(inception_key: BaseKey) -> str:
    """Return the did:peer:0 of a key that verifies signatures.

    Raises:
        ValueError: The key is not for signatures.
    """
    _check(inception_key, KeyRelationshipType.AUTHENTICATION)
    return f"did:peer:0{inception_key.to_multibase()}"


def create_peer_did_numalgo_2(
    encryption_keys: Sequence[BaseKey],
    signing_keys: Sequence[BaseKey],
    service: str | dict[str, Any] | list[dict[str, Any]] | None,
) -> DID:
    """Return the did:peer:2 of these keys and services.

    Raises:
        ValueError: A key cannot serve its purpose, or `service` is not JSON.
    """
    for key in encryption_keys:
        _check(key, KeyRelationshipType.KEY_AGREEMENT)
    for key in signing_keys:
        _check(key, KeyRelationshipType.AUTHENTICATION)
    agreement, authentication = (
        [key.to_multibase() for key in keys] for keys in (encryption_keys, signing_keys)
    )
    return DID(_elements.encode(agreement, authentication, _elements.services_from(service)))


def resolve_peer_did(peer_did: str, format: KeyFormat = KeyFormat.MULTIBASE) -> DIDDocument:  # noqa: A002
    """Resolve a did:peer of method 0 or 2; the ids of its keys have eight characters of the keys.

    Raises:
        MalformedPeerDIDError: It is not a valid did:peer of method 0 or 2.
    """
    context = ["https://www.w3.org/ns/did/v1"]
    members: dict[str, list[Any]] = {}
    for purpose, multibase in _elements.keys_of(peer_did):
        key = _key(purpose, multibase, format)
        result = key.verification_method(peer_did)
        if result.context and result.context not in context:
            context.append(result.context)
        members.setdefault("verification_method", []).append(result.method)
        is_agreement = KeyRelationshipType.KEY_AGREEMENT in key.relationships
        for relationship in ("key_agreement",) if is_agreement else _AUTHENTICATION:
            members.setdefault(relationship, []).append(result.method.id)
    services = _elements.services_of(peer_did, "")
    if services:
        members["service"] = [_UNTYPED_SERVICE.deserialize(service) for service in services]
    document: DIDDocument = _UNTYPED.model_construct(id=DID(peer_did), context=context, **members)
    return document


def _check(key: BaseKey, relationship: KeyRelationshipType) -> None:
    if relationship not in key.relationships:
        name = "Key agreement" if relationship is KeyRelationshipType.KEY_AGREEMENT else "Authentication"
        message = f"{name} not supported for key: {type(key).__name__}."
        raise ValueError(message)


def _key(purpose: str, multibase: str, form: KeyFormat) -> BaseKey:
    wanted = {
        _elements.AUTHENTICATION: KeyRelationshipType.AUTHENTICATION,
        _elements.AGREEMENT: KeyRelationshipType.KEY_AGREEMENT,
    }.get(purpose)
    if wanted is None:
        message = f"Unknown prefix: {purpose}"
        raise MalformedPeerDIDError(message)
    key = _elements.read(lambda: BaseKey.from_multibase(multibase, format=form), multibase)
    try:
        _check(key, wanted)
    except ValueError as error:
        raise MalformedPeerDIDError(str(error).rstrip(".")) from error
    return key
