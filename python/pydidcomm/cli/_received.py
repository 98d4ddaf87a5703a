"""Show an unpacked message, with the verified facts first."""

from typing import Any

__all__ = ["facts", "sender_line"]


def facts(received: Any) -> dict[str, Any]:  # noqa: ANN401, an UnpackResult, whose import is late
    """Return the result of `unpack` as a JSON object; `sender` is null for an anonymous message."""
    metadata = received.metadata
    return {
        "sender": received.sender,
        "encrypted": metadata.encrypted,
        "signed": metadata.non_repudiation,
        "recipient": metadata.recipient_kid,
        "relationship_change": _change(received.relationship_change),
        "warnings": [str(warning) for warning in metadata.warnings],
        "message": received.message.as_dict(),
    }


def sender_line(received: Any) -> str:  # noqa: ANN401
    """Return one line about the sender, and whether it is verified."""
    if received.sender is None:
        claimed = received.message.frm
        return f"sender not proved{f' (the message names {claimed})' if claimed else ''}"
    kinds = {
        "encrypted": received.metadata.encrypted,
        "signed": received.metadata.non_repudiation,
    }
    return f"sender {received.sender} (proved; {', '.join(name for name, holds in kinds.items() if holds)})"


def _change(change: Any) -> dict[str, Any] | None:  # noqa: ANN401, a PeerRotated, a PeerEnded or None
    if change is None:
        return None
    if hasattr(change, "new"):
        return {"rotated": {"old": change.old, "new": change.new}}
    return {"ended": change.did}
