"""Other names by which a forward may name a DID: the ids of its keys, and its keys as did:key."""

from collections.abc import Mapping
from typing import Any, Final

from pydidcomm import LocalResolver, PublicKey
from pydidcomm.errors import DIDCommError

MOST: Final = 32
"""Names of one DID."""


def key_names(did: str) -> tuple[str, ...]:
    """The names that a DID resolves to by itself; none where that takes a network, or a document unseen yet.

    Args:
        did: A DID that a recipient registers.
    """
    try:
        document = LocalResolver().resolve(did)
    except (DIDCommError, ValueError):
        return ()
    if document is None:
        return ()
    names: list[str] = []
    for method in document.as_dict().get("verificationMethod", [])[:MOST]:
        key_id = method["id"]
        names.append(key_id if key_id.startswith("did:") else did + key_id)
        multikey = _multikey(method)
        if multikey is not None:
            names.append(f"did:key:{multikey}")
    return tuple(names[:MOST])


def _multikey(method: Mapping[str, Any]) -> str | None:
    key = method.get("publicKeyMultibase") or method.get("publicKeyJwk")
    try:
        return None if key is None else PublicKey(key).multikey()
    except (DIDCommError, TypeError, ValueError):
        return None
