"""The elements of a did:peer: its keys in multibase, and its services."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import pydidcomm
from pydidcomm.compat._described import describe
from pydidcomm.compat.peerdid.core.did_doc_types import SERVICE_ID, SERVICE_TYPE
from pydidcomm.compat.peerdid.errors import MalformedPeerDIDError

__all__ = [
    "AGREEMENT",
    "AUTHENTICATION",
    "encode",
    "has_shape",
    "keys_of",
    "read",
    "services_from",
    "services_of",
]


_KEY = "z[1-9A-HJ-NP-Za-km-z]+"
# the original reads one block of services without `-` and `_`, so it cannot read all of its own DIDs
_SHAPE = re.compile(
    rf"did:peer:(?:0(?P<key>{_KEY})|2(?P<keys>(?:\.[AEVID]{_KEY})+)(?:\.S[\w-]*=*)*)", re.ASCII
)

AUTHENTICATION = "V"
AGREEMENT = "E"

_T = TypeVar("_T")


def has_shape(peer_did: object) -> bool:
    """Return whether this looks like a did:peer of method 0 or 2."""
    return isinstance(peer_did, str) and _SHAPE.fullmatch(peer_did) is not None


def keys_of(peer_did: str) -> list[tuple[str, str]]:
    """Return the keys of a did:peer, each with the code of its purpose.

    Raises:
        MalformedPeerDIDError: It is not a did:peer of method 0 or 2.
    """
    shape = _SHAPE.fullmatch(peer_did)
    if shape is None:
        message = "Does not match peer DID regexp"
        raise MalformedPeerDIDError(message)
    if shape["key"]:
        return [(AUTHENTICATION, shape["key"])]
    return [(element[0], element[1:]) for element in shape["keys"].split(".")[1:]]


def services_of(peer_did: str, prefix: str) -> list[dict[str, Any]]:
    """Return the services of a did:peer; their ids are the prefix, their type and their place.

    Raises:
        MalformedPeerDIDError: A service is malformed.
    """
    try:
        document = pydidcomm.LocalResolver().resolve(peer_did)
    except pydidcomm.DIDCommError as error:
        message = "Invalid service"
        raise MalformedPeerDIDError(message) from error
    services: list[dict[str, Any]] = [] if document is None else document.as_dict().get("service", [])
    for place, service in enumerate(services):
        kind: Any = service.get(SERVICE_TYPE)
        if not isinstance(kind, str) or not kind:
            message = "Service doesn't contain a type"
            raise MalformedPeerDIDError(message)
        service[SERVICE_ID] = f"{prefix}#{kind.lower()}-{place}"
    return services


def services_from(service: object) -> list[Any]:
    """Return the services for a new did:peer, in the form of `pydidcomm.encode_public_keys`.

    Raises:
        ValueError: `service` is not JSON.
    """
    if isinstance(service, str) and service:
        try:
            service = json.loads(service)
        except ValueError:
            service = ...
    if not service:
        return []
    if not isinstance(service, (dict, list)):
        message = "Service is not valid JSON"
        raise ValueError(message)  # noqa: TRY004, what the original raises
    return [cast("Any", service)]


def encode(agreement: Sequence[str], authentication: Sequence[str], services: Sequence[Any]) -> str:
    """Return the did:peer:2 of these keys and services; see `pydidcomm.encode_public_keys`."""
    return pydidcomm.encode_public_keys(
        agreement=[pydidcomm.PublicKey(key) for key in agreement],
        authentication=[pydidcomm.PublicKey(key) for key in authentication],
        services=services,
    )


def read(key: Callable[[], _T], multibase: str) -> _T:
    """Return the key of a multibase text, read by `key`.

    Raises:
        MalformedPeerDIDError: The text is not a key.
    """
    try:
        return key()
    except (ValueError, pydidcomm.DIDCommError) as error:
        message = f"Invalid key: {describe(multibase)}"
        raise MalformedPeerDIDError(message) from error
