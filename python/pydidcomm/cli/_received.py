"""A message that was unpacked, as the commands show it: what is proved first."""

from typing import Any

__all__ = ["facts", "sender_line"]


def facts(received: Any) -> dict[str, Any]:  # noqa: ANN401, an UnpackResult, whose import is late
    """The result as a JSON object; `sender` is null where nothing proves it."""
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
    """Who sent the message, as far as that is proved."""
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
