"""Create DIDs from keys that a store generates: the keys to request, and their kids."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydidcomm import _core
from pydidcomm._core import short_form
from pydidcomm.resolvers import KeyUse, NewKey

__all__ = ["MadeDid", "Wanted", "jwk_did", "key_did", "peer_did", "single_key"]


Wanted = list[tuple[str, KeyUse]]
"""The keys of a new DID: the curve and the use of each, those for agreement first."""

_USES: dict[tuple[str, str], KeyUse] = {
    ("did:key", "X25519"): "agreement",
    ("did:jwk", "X25519"): "agreement",
    ("did:jwk", "Ed25519"): "authentication",
}
"""The use of a DID's single key, where its curve does not allow both uses."""


class MadeDid(NamedTuple):
    """A new DID, its keys by kid, the long forms of its short forms, and what a resolver must store."""

    did: str
    keys: dict[str, NewKey]
    long_forms: dict[str, str]
    known: str


def single_key(method: str, curve: str) -> Wanted:
    """Return the curve and the use of the single key of a did:key or did:jwk."""
    return [(curve, _USES.get((method, curve), "both"))]


def key_did(keys: Sequence[NewKey]) -> MadeDid:
    """Return the did:key of the key."""
    did = f"did:key:{keys[0].public_key.multikey()}"
    return MadeDid(did, _name_keys(did, keys[0]), {}, did)


def jwk_did(keys: Sequence[NewKey]) -> MadeDid:
    """Return the did:jwk of the key."""
    from pydidcomm.external_keys import create_public_key_did  # noqa: PLC0415, it loads json

    did = create_public_key_did(authentication=[keys[0].public_key], method="did:jwk").did
    return MadeDid(did, {f"{did}#0": keys[0]}, {}, did)


def peer_did(method: int, wanted: Wanted, keys: Sequence[NewKey], services: Sequence[Any]) -> MadeDid:
    """Return the did:peer of the keys, which are in the order of `wanted`."""
    agreement = [key for (_, use), key in zip(wanted, keys, strict=True) if use == "agreement"]
    authentication = [key for (_, use), key in zip(wanted, keys, strict=True) if use != "agreement"]
    did, kids, known = _core.encode_peer_public_keys(
        method, _public_keys(agreement), _public_keys(authentication), services
    )
    if method == 0:
        return MadeDid(did, _name_keys(did, keys[0]), {}, did)
    named = dict(zip(kids, [*agreement, *authentication], strict=True))
    return MadeDid(did, named, _long_forms(did, known), known or did)


def _public_keys(keys: Sequence[NewKey]) -> list[_core.PublicKey]:
    return [key.public_key for key in keys]


def _long_forms(did: str, known: str | None) -> dict[str, str]:
    if known is not None:
        return {did: known}
    short = short_form(did)
    return {short: did} if short != did else {}


def _name_keys(did: str, key: NewKey) -> dict[str, NewKey]:
    """Return the keys of a did:key or did:peer:0 by kid, whose fragment is the key itself."""
    keys = [key] if key.agreement is None else [key, key.agreement]
    if key.public_key.curve == "Ed25519" and key.agreement is None:
        message = "`make_key` must return an Ed25519 key for both uses with `agreement`, its X25519 key"
        raise ValueError(message)
    return {f"{did}#{one.public_key.multikey()}": one for one in keys}
