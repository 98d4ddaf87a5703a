"""Envelopes of each kind to be inspected, and changes of their headers."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

from pydidcomm import EncryptedView, inspect
from support import forge
from support.parties import Documents, Party, b64, header_of

SECRET = "the treasure is under the oak"  # noqa: S105, the body, which must not be shown
ALICE, BOB, CAROL = (
    Party("did:example:alice"),
    Party("did:example:bob", agreement=3),
    Party("did:example:carol"),
)
KNOWN = Documents(ALICE, BOB, CAROL)
MESSAGE = forge.plaintext(
    from_=ALICE.did,
    to=[BOB.did],
    thid="thread",
    pthid="parent",
    created_time=1516269022,
    expires_time=1516385931,
    body={"msg": SECRET},
    custom=SECRET,
    attachments=[{"data": {"json": SECRET}}, {"data": {"base64": b64(SECRET)}}],
)
AUTH = forge.encrypt(MESSAGE, BOB.agreement, sender=ALICE.key)
ANON = forge.encrypt(MESSAGE, BOB.agreement)
SIGNED = forge.sign(MESSAGE, ALICE.signing)
KINDS = {
    "auth": AUTH,
    "anon": ANON,
    "signed": SIGNED,
    "flattened": forge.flattened(SIGNED),
    "plain": MESSAGE,
    "signed order": forge.sign(AUTH, ALICE.signing),
}


def with_header(envelope: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401, JSON
    """The envelope with members of its protected header changed, or left out where None."""
    header = forge.merged(header_of(envelope["protected"]), changes)
    return {**envelope, "protected": b64(json.dumps(header))}


def encrypted(envelope: str | bytes | dict[str, Any]) -> EncryptedView:
    layer = inspect(envelope).outermost
    assert isinstance(layer, EncryptedView)
    return layer


def texts(svg: str) -> list[str]:
    """What a well-formed picture says."""
    return [text for text in ET.fromstring(svg).itertext() if text]  # noqa: S314, our own picture


def escaped(text: str) -> str:
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )
