"""Aliases of a registered DID in forwards: its keys as did:key.

A DID document may list the keys of any party, so its aliases are unverified, even if the DID is verified: a
request verifies only the key that encrypted it. A verified alias belongs to the sender, and overrides earlier
unverified claims. An unverified alias stays with its first claim, as the DIDs of relationships never send
requests to a mediator. The ids of keys need no entry, since a DID URL is found by its DID.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydidcomm import LocalResolver, PublicKey
from pydidcomm.errors import DIDCommError

__all__ = ["claimed_names", "proved_names"]


_MOST: Final = 32
"""Aliases of one DID."""


def claimed_names(did: str) -> tuple[str, ...]:
    """Return the aliases in the document of a DID; none if it needs a network or is not known yet.

    Args:
        did: A DID that a recipient registers.
    """
    return tuple(name for name in map(_name, _methods(did)[:_MOST]) if name is not None)


def proved_names(kid: str | None) -> tuple[str, ...]:
    """Return the alias for the key that encrypted a request; none as in `claimed_names`.

    Args:
        kid: The DID URL of the key; None if the request was only signed.
    """
    did, _, fragment = (kid or "").partition("#")
    found = [each for each in _methods(did) if each["id"].rpartition("#")[2] == fragment]
    name = _name(found[0]) if len(found) == 1 else None
    return () if name is None else (name,)


def _methods(did: str) -> list[Mapping[str, Any]]:
    try:
        document = LocalResolver().resolve(did)
    except (DIDCommError, ValueError):
        return []
    return [] if document is None else document.as_dict().get("verificationMethod", [])


def _name(method: Mapping[str, Any]) -> str | None:
    key = method.get("publicKeyMultibase") or method.get("publicKeyJwk")
    try:
        return None if key is None else f"did:key:{PublicKey(key).multikey()}"
    except (DIDCommError, TypeError, ValueError):
        return None
