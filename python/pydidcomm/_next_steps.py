"""Parts of error texts: next steps, and lists of limited length."""

from collections.abc import Sequence

__all__ = ["LOCAL_METHODS", "NEEDED", "UNMET", "list_some", "resolver_for", "suggest_curve"]


_MOST_KIDS = 5
"""The most kids in the text of an exception; its attribute has all."""


def list_some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_KIDS} more" if len(names) > _MOST_KIDS else ""
    return f"{', '.join(names[:_MOST_KIDS])}{more}"


NEEDED = {
    "did:peer:1": (
        ". A did:peer:1 is a hash of its genesis document: call `resolver.remember_genesis(document)` with "
        "the document that the peer sent"
    ),
    "did:peer:3": (
        ". A did:peer:3 is a hash of a did:peer:2: call `resolver.remember(did)` with the did:peer:2, which "
        "came in the first message of the peer"
    ),
    "did:peer:4": (
        ". This is the short form of a did:peer:4: call `resolver.remember(long_form)`; the long form came "
        "in the first message of the peer"
    ),
}
"""The next step for a DID that is only a hash of its document."""


LOCAL_METHODS = ("did:key:", "did:jwk:", "did:peer:")
"""The DID methods of `LocalResolver`."""

_NETWORK_RESOLVERS = {
    "did:web:": "`WebResolver` of `pydidcomm.resolvers.web`",
    "did:webvh:": "`WebvhResolver` of `pydidcomm.resolvers.webvh`",
}


def resolver_for(did: str) -> str:
    """Return the next step for a DID whose method `LocalResolver` does not resolve; else an empty text."""
    if not did.startswith("did:") or did.startswith(LOCAL_METHODS):
        return ""
    method = ":".join(did.split(":")[:2])
    resolver = _NETWORK_RESOLVERS.get(f"{method}:", "a resolver for it")
    return f". `LocalResolver`, the default, does not resolve {method}: pass {resolver} in a `PrefixResolver`"


_CURVES = ("X25519", "P-256", "P-384", "P-521", "Ed25519", "secp256k1")


def suggest_curve(curve: str) -> str:
    """Return a hint for a misspelled curve; an empty text for any other name."""
    letters = curve.casefold().replace("-", "").replace("_", "")
    meant = [known for known in _CURVES if known.casefold().replace("-", "") == letters]
    return f"; did you mean {meant[0]!r}?" if meant and meant[0] != curve else ""


UNMET = {
    "require_encrypted": "the message is not encrypted",
    "require_authenticated": "the sender is not proved, since the message is neither authcrypted nor signed",
    "require_signed": "the message is not signed",
    "require_unexpired": "`expires_time` of the message has passed, or is malformed",
    "require_profile": "the message does not conform to the profile",
    "allowed_senders": "the message has no proved sender that is allowed",
}
"""Why a message does not meet a requirement of `UnpackConfig`."""
