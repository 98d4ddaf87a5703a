"""Receipts 1.0."""

from __future__ import annotations

import pytest

from pydidcomm import Message
from pydidcomm.protocols import Protocols, Receipts
from pydidcomm.protocols.receipts import (
    MAX_ENTRIES,
    MessageReceipts,
    Receipt,
    ReceiptState,
    RequestedReceipt,
    RequestReceipts,
)
from support.protocol_messages import NOW, TO_BOB, answer_from_bob, received
from support.protocol_steps import code, names

PIURI = "https://didcomm.org/receipts/1.0"
TEXT = "https://didcomm.org/basicmessage/2.0/message"
RECEIVED, VIEWED, DELETED = ReceiptState


def request(message_type: str, states: tuple[str, ...] | None = None) -> RequestReceipts:
    return RequestReceipts(requested_receipts=(RequestedReceipt(message_type=message_type, states=states),))


@pytest.mark.spec("RCPT-01")
def test_the_types_and_roles_are_those_of_the_protocol() -> None:
    assert (RequestReceipts.type, MessageReceipts.type) == (
        f"{PIURI}/request-receipts",
        f"{PIURI}/message-receipts",
    )
    assert Protocols([Receipts()]).disclosures() == {PIURI: ("requester", "responder")}
    receipt = Receipt(message_id="m", state="viewed", timestamp=5)
    for body in (request(TEXT), MessageReceipts(receipts=(receipt,))):
        assert Receipts().begin(body, **TO_BOB).send[0].message.type == body.type


@pytest.mark.spec("RCPT-02")
@pytest.mark.parametrize(
    ("asked", "state", "wanted"),
    [
        (request("https://didcomm.org/basicmessage/2.0/*"), VIEWED, True),
        (request(TEXT), VIEWED, True),
        (request(TEXT, ("Received", "Viewed")), VIEWED, True),
        (request(TEXT, ("received",)), VIEWED, False),
        (request("https://didcomm.org/trust-ping/2.0/*"), VIEWED, False),
        (request("*"), DELETED, True),
        (RequestReceipts(requested_receipts=()), RECEIVED, False),
    ],
)
def test_a_request_names_the_messages_and_states(
    asked: RequestReceipts, state: ReceiptState, *, wanted: bool
) -> None:
    step = Receipts().receive(received(asked), None, NOW)
    assert names(step) == ["receipts-requested"]
    assert step.send == ()
    assert step.events[0].data.wants(TEXT, state) is wanted


@pytest.mark.spec("RCPT-03")
@pytest.mark.parametrize(
    ("state", "earlier", "may"),
    [
        (RECEIVED, [], True),
        (VIEWED, [], False),
        (DELETED, [], False),
        (VIEWED, [RECEIVED], True),
        (DELETED, [RECEIVED], True),
        (VIEWED, [RECEIVED, VIEWED], False),
        (RECEIVED, [RECEIVED], False),
    ],
)
def test_viewed_and_deleted_come_after_received(
    state: ReceiptState, earlier: list[ReceiptState], *, may: bool
) -> None:
    assert state.may_follow(earlier) is may


@pytest.mark.spec("RCPT-03")
@pytest.mark.parametrize(
    ("timestamp", "problem"), [(1687215606, None), ("1687215606", None), ("x", 1), (-1, 1), (1.5, 1)]
)
def test_the_time_of_a_receipt_is_read_as_a_number_and_as_text(
    timestamp: object, problem: int | None
) -> None:
    entry = {"message_id": "m", "state": "viewed", "timestamp": timestamp}
    message = Message(type=MessageReceipts.type, id="one", body={"receipts": [entry]})
    step = Receipts().receive(answer_from_bob(message), None, NOW)
    assert code(step) == ("e.m.msg.malformed" if problem else None)
    assert [receipt.at for event in step.events for receipt in event.data.receipts] == (
        [] if problem else [1687215606]
    )


@pytest.mark.spec("RCPT-04")
def test_there_is_no_receipt_for_a_receipt() -> None:
    for kind in (
        MessageReceipts.type,
        RequestReceipts.type,
        "https://didcomm.org/Receipts/1.5/message-receipts",
    ):
        assert not request("*").wants(kind, RECEIVED)
    step = Receipts().receive(answer_from_bob(MessageReceipts(receipts=())), None, NOW)
    assert (names(step), step.send) == (["receipts"], ())


def test_the_entries_of_one_message_are_bounded() -> None:
    entry = {"message_type": TEXT}
    message = Message(
        type=RequestReceipts.type, id="one", body={"requested_receipts": [entry] * (MAX_ENTRIES + 1)}
    )
    assert code(Receipts().receive(received(message), None, NOW)) == "e.m.msg.malformed"
