"""Advanced sequencing: the order of messages, repeats, gaps, and a hostile peer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols import Body, Conversation, Protocol, TrustPing, begins, on
from pydidcomm.protocols.sequencing import (
    MAX_GAPS,
    MAX_ORDER,
    MAX_PARTIES,
    GapDetector,
    Orders,
    received_orders,
    resent,
    sent_count,
)
from support.protocol_messages import ALICE, BOB, NOW, TO_BOB, received
from support.protocol_steps import code, names

NO_GAPS: list[int] = []
PIURI = "https://example.org/auction/1.0"


@dataclass(frozen=True)
class Bid(Body, type=f"{PIURI}/bid"):
    amount: int


class Auction(Protocol, piuri=PIURI, roles=("bidder", "auctioneer"), sequenced=True):
    @begins(role="bidder")
    def start(self, thread: Conversation, bid: Bid) -> None:
        thread.send(bid)

    @on("bid", role="auctioneer")
    def bid(self, thread: Conversation, bid: Bid) -> None:
        assert thread.orders is not None
        thread.emit("gaps", thread.orders.gaps(ALICE))
        thread.reply(Bid(bid.amount + 1))


def bid(order: object = None, **headers: object) -> Message:
    custom = {"sender_order": order, **headers} if order is not None else dict(headers)
    return Bid(1).to_message(id=f"bid-{order}", thid="t", custom_headers=custom)


@pytest.mark.spec("SEQ-01", "EXT-07")
def test_the_messages_of_a_sender_count_from_one() -> None:
    orders, found = Orders(), list[int]()
    for _ in range(3):
        orders, message = orders.stamped(Message(type=Bid.type))
        found.append(message.custom_headers["sender_order"])
    assert found == [1, 2, 3]
    assert Orders.from_dict(orders.as_dict()) == orders


@pytest.mark.spec("SEQ-02", "AKN-04", "EXT-08")
def test_a_resend_differs_in_its_count_only() -> None:
    _, first = Orders().stamped(Bid(1).to_message(id="one", created_time=NOW))
    assert "sent_count" not in first.custom_headers
    second, third = resent(first), resent(resent(first))
    assert [sent_count(one) for one in (first, second, third)] == [1, 2, 3]
    assert second.replace(custom_headers=first.custom_headers) == first


@pytest.mark.parametrize("value", ["2", 0, -1, True, 2**31, 1.5, None, []])
def test_a_malformed_count_is_one(value: object) -> None:
    assert sent_count(Message(type=Bid.type, custom_headers={"sent_count": value})) == 1


@pytest.mark.spec("SEQ-04", "EXT-10")
def test_gaps_are_shown_by_party() -> None:
    orders = Orders()
    for party, order in [(BOB, 1), (ALICE, 1), (BOB, 2), (ALICE, 4)]:
        orders, is_new = orders.seen(party, bid(order))
        assert is_new
    _, message = orders.stamped(Message(type=Bid.type))
    assert received_orders(message) == (
        GapDetector(id=BOB, last=2),
        GapDetector(id=ALICE, last=4, gaps=(2, 3)),
    )
    assert message.custom_headers["received_orders"] == [
        {"id": BOB, "last": 2, "gaps": NO_GAPS},
        {"id": ALICE, "last": 4, "gaps": [2, 3]},
    ]
    filled, is_new = orders.seen(ALICE, bid(2))
    assert (filled.gaps(ALICE), is_new) == ((3,), True)
    assert filled.gaps("did:example:unknown") == ()


@pytest.mark.spec("SEQ-03", "SEQ-05")
def test_a_sequenced_protocol_ignores_repeats_and_shows_gaps() -> None:
    thread = None
    for order, events in [(1, [()]), (3, [(2,)]), (3, None), (1, None), (2, [()]), (2, None)]:
        step = Auction().receive(received(bid(order)), thread, NOW)
        thread = step.thread or thread
        if events is None:
            assert (names(step), step.send) == (["repeated"], ())
        else:
            assert [event.data for event in step.events] == events
    assert thread is not None
    assert thread.data["orders"]["sent"] == 3


@pytest.mark.spec("SEQ-01", "SEQ-04", "SEQ-05")
def test_a_sequenced_protocol_writes_the_headers_and_another_passes_them_through() -> None:
    begun = Auction().begin(Bid(1), **TO_BOB)
    assert begun.send[0].message.custom_headers == {"sender_order": 1}
    step = Auction().receive(received(begun.send[0].message), None, NOW)
    assert step.send[0].message.custom_headers == {
        "sender_order": 1,
        "received_orders": [{"id": ALICE, "last": 1, "gaps": NO_GAPS}],
    }
    ping = Message(
        type="https://didcomm.org/trust-ping/2.0/ping", id="p", custom_headers={"sender_order": "x"}
    )
    answer = TrustPing().receive(received(ping), None, NOW).send[0].message
    assert answer.custom_headers == {}


@pytest.mark.spec("SEQ-06")
@pytest.mark.parametrize("order", [0, -1, 2**63, "1", 1.5, True, MAX_ORDER, MAX_GAPS + 2, MAX_ORDER + 1])
def test_a_hostile_order_is_a_problem_and_stores_nothing(order: object) -> None:
    step = Auction().receive(received(bid(order)), None, NOW)
    assert (code(step), step.thread, step.send) == ("e.m.msg.malformed", None, ())


@pytest.mark.spec("SEQ-06")
def test_gaps_and_parties_are_bounded() -> None:
    orders, _ = Orders().seen(ALICE, bid(MAX_GAPS + 1))
    assert len(orders.gaps(ALICE)) == MAX_GAPS
    with pytest.raises(MalformedMessageError, match="too far ahead"):
        orders.seen(ALICE, bid(MAX_GAPS + 3))
    crowd = Orders()
    for number in range(MAX_PARTIES):
        crowd, _ = crowd.seen(f"did:example:{number}", bid(1))
    with pytest.raises(MalformedMessageError, match="too many parties"):
        crowd.seen("did:example:more", bid(1))
    assert crowd.seen("did:example:0", bid(2))[1]


@pytest.mark.spec("SEQ-06", "THR-17")
@pytest.mark.parametrize(
    "header",
    [
        "x",
        [5],
        [{"id": ALICE}],
        [{"id": 5, "last": 1, "gaps": NO_GAPS}],
        [{"id": ALICE, "last": -1, "gaps": NO_GAPS}],
        [{"id": ALICE, "last": 2**63, "gaps": NO_GAPS}],
        [{"id": ALICE, "last": 5, "gaps": [5]}],
        [{"id": ALICE, "last": 5, "gaps": [0]}],
        [{"id": ALICE, "last": 5, "gaps": ["1"]}],
        [{"id": ALICE, "last": 10**6, "gaps": list(range(1, 10**4))}],
        [{"id": ALICE, "last": 1, "gaps": NO_GAPS}] * (MAX_PARTIES + 1),
    ],
)
def test_a_hostile_list_of_orders_is_malformed(header: object) -> None:
    message = Message(type=Bid.type, custom_headers={"received_orders": header})
    with pytest.raises(MalformedMessageError, match="received_orders"):
        received_orders(message)


def test_a_message_without_the_headers_is_new() -> None:
    assert Orders().seen(ALICE, bid()) == (Orders(), True)
    assert received_orders(bid()) == ()
