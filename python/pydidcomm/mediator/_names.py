"""How a mediator names DIDs and envelopes in its store."""

import hashlib

from pydidcomm import short_form


def key_of(did: str) -> str:
    """The form of a DID by which it is found: without path, query and fragment, and short."""
    for mark in "#?/":
        did = did.partition(mark)[0]
    try:
        return short_form(did)
    except ValueError:
        return did


def digest_of(route: str, envelope: bytes) -> bytes:
    """The name of an envelope for one DID: the same envelope is stored once."""
    return hashlib.sha256(route.encode() + b"\0" + envelope).digest()
