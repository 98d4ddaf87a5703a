"""Where the stand-ins differ on purpose: the rows of DIFFERENCES.md that a case may show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import cases

if TYPE_CHECKING:
    from cases import Case

Outcome: TypeAlias = dict[str, Any]

FAULTS = "which of several faults is reported"
INVALID, UNDECRYPTED, UNSIGNED, PLAINTEXT = (
    f"MalformedMessageError {code}"
    for code in ("INVALID_MESSAGE", "CAN_NOT_DECRYPT", "INVALID_SIGNATURE", "INVALID_PLAINTEXT")
)
NAMED_OTHERWISE = {
    # what is neither envelope nor message is no envelope here, and no message there
    ("unpack", PLAINTEXT, INVALID),
    ("forward", INVALID, PLAINTEXT),
    # an envelope is read before anybody is asked for a secret
    ("unpack", UNDECRYPTED, INVALID),
    ("unpack", "DIDUrlNotFoundError", INVALID),
    ("forward", "DIDUrlNotFoundError", INVALID),
    # a forward may be signed, and then its signature is looked at
    ("forward", INVALID, UNSIGNED),
    ("forward", INVALID, "DIDUrlNotFoundError"),
    # of two keys that are missing, one is reported
    ("encrypt", "SecretNotFoundError", "DIDUrlNotFoundError"),
}
"""The function, what the original calls a fault, and what it is called here."""


def reason(case: Case, theirs: Outcome, ours: Outcome) -> str | None:
    """The row of the table that tells of this difference; None where there is none."""
    name, arguments = case
    if (name, fault(theirs), fault(ours)) in NAMED_OTHERWISE:
        return FAULTS
    if name in {"unpack", "forward"}:
        # what comes out differently was made to do so, for that and for nothing else
        both_refuse = "error" in theirs and "error" in ours
        return None if both_refuse else cases.LABELS.get(json.dumps(arguments[2], sort_keys=True))
    if name in {"encrypt", "create"}:
        return _refused(name, arguments, theirs, ours)
    if name in {"message", "from_dict", "from_prior"}:
        return _read(arguments[0], theirs, ours)
    return _resolved(arguments[0], theirs, ours) if name in {"resolve", "is_peer_did"} else None


def _refused(name: str, arguments: list[Any], theirs: Outcome, ours: Outcome) -> str | None:
    if "result" not in theirs or "error" not in ours:
        return None
    if name == "create":
        return "a did:peer without keys" if arguments[:2] == [[], []] else None
    return cases.LABELS.get(json.dumps(arguments, sort_keys=True))


def _resolved(did: str, theirs: Outcome, ours: Outcome) -> str | None:
    if "result" in theirs and fault(ours) == "MalformedPeerDIDError":
        return "points that are not on their curve"
    is_other = "-" in did or "_" in did or did.count(".S") > 1
    return "DIDs that the original creates and cannot resolve" if is_other and ours.get("result") else None


def fault(outcome: Outcome) -> str:
    """The exception, and its code where it has one."""
    return " ".join(outcome[member] for member in ("error", "code") if member in outcome)


def _read(headers: dict[str, Any], theirs: Outcome, ours: Outcome) -> str | None:
    if fault(theirs) == "TypeError" and fault(ours) == PLAINTEXT:
        return "exceptions of other libraries"
    if headers.get("custom_headers") == {}:
        return "empty `custom_headers`"
    if headers.get("sub", ...) is None and "result" in ours:
        return "`FromPrior(sub=None)`"
    return None
