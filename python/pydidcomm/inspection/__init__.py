"""Inspect an envelope: its unverified headers, without any key.

A view proves nothing: it repeats the unverified text of the envelope. Unpack the message to verify it.
"""

from pydidcomm.inspection.views import (
    EncryptedView,
    EnvelopeView,
    Fault,
    PlaintextView,
    SignatureView,
    SignedView,
    inspect,
)

__all__ = [
    "EncryptedView",
    "EnvelopeView",
    "Fault",
    "PlaintextView",
    "SignatureView",
    "SignedView",
    "inspect",
]
