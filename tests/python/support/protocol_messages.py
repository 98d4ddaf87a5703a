"""Messages as protocols take them, without envelopes: what was proved is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydidcomm.protocols import Body, Received, Trust

if TYPE_CHECKING:
    from pydidcomm import Message

ALICE = "did:example:alice"
BOB = "did:example:bob"
MALLORY = "did:example:mallory"
NOW = 1_700_000_000
HOUR = 3_600


def received(message: Message | Body, **proved: Any) -> Received:  # noqa: ANN401, fields of Received
    """The message as Bob receives it from Alice."""
    plaintext = message.to_message(id="one") if isinstance(message, Body) else message
    values: dict[str, Any] = {
        "sender": ALICE,
        "recipient": BOB,
        "trust": Trust.AUTHENTICATED,
        "at": NOW,
        "relationship": "r-alice",
        **proved,
    }
    return Received(message=plaintext, **values)


def anonymous(message: Message | Body, **proved: Any) -> Received:  # noqa: ANN401, fields of Received
    """The message as Bob receives it from a sender that proves nothing."""
    return received(message, sender=None, trust=Trust.ANONYMOUS, relationship=None, **proved)


def answer_from_bob(message: Message | Body, **proved: Any) -> Received:  # noqa: ANN401, fields of Received
    """The message as Alice receives it from Bob."""
    return received(message, **{"sender": BOB, "recipient": ALICE, "relationship": "r-bob", **proved})


TO_BOB: dict[str, Any] = {"peer": "r-bob", "to": BOB, "frm": ALICE, "now": NOW}
"""The arguments of `begin` on Alice's side."""
