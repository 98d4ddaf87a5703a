"""Short forms of DIDs, and messages from DIDs that are made for a flood."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from pydidcomm import encode_did_document, short_form

if TYPE_CHECKING:
    from collections.abc import Iterator


def short_of(did: str) -> str:
    short = short_form(did)
    assert short is not None
    return short


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def forged_by(template: str, key: str, number: int) -> Iterator[str]:
    """Messages that do not open, from a new DID in each of its forms."""
    envelope = json.loads(template)
    header = json.loads(base64.urlsafe_b64decode(envelope["protected"] + "=="))
    method = {"id": "#key-1", "type": "Multikey", "publicKeyMultibase": key}
    strange = encode_did_document({"verificationMethod": [method], "keyAgreement": ["#key-1"], "n": number})
    for form in (strange, short_of(strange)):
        kid = f"{form}#key-1"
        protected = json.dumps({**header, "skid": kid, "apu": encoded(kid)})
        yield json.dumps({**envelope, "protected": encoded(protected)})
