"""The problem codes of a mediator. DIDComm v2.1, section "Problem Codes"."""

from typing import Final

__all__ = ["INVALID_BODY", "LIVE_NOT_SUPPORTED", "NOT_ENROLLED", "UNKNOWN_RECIPIENT", "UNSUPPORTED"]

INVALID_BODY: Final = "e.m.msg.invalid-body"
UNSUPPORTED: Final = "e.m.msg.unsupported"
NOT_ENROLLED: Final = "e.p.req.not-enrolled"
UNKNOWN_RECIPIENT: Final = "e.m.msg.unknown-recipient"
LIVE_NOT_SUPPORTED: Final = "e.m.live-mode-not-supported"
