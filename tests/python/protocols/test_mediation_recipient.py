"""Coordinate mediation and message pickup in the recipient's role."""

from collections.abc import Iterator
from typing import Any

import pytest

from pydidcomm import Attachment, Message
from pydidcomm.protocols import Protocol, Received, Step, Trust
from pydidcomm.protocols import coordinate_mediation as coordination
from pydidcomm.protocols import message_pickup as pickup
from pydidcomm.protocols.body import Body

NOW = 1_700_000_000
MEDIATOR, BOB = "did:example:mediator", "did:example:bob"
M2, M3 = coordination.PIURI_2, coordination.PIURI_3
P3, P4 = pickup.PIURI_3, pickup.PIURI_4


def begin(protocol: Protocol, body: Body) -> Step:
    return protocol.begin(body, peer="m", to=MEDIATOR, frm=BOB, now=NOW)


def answer(
    protocol: Protocol, step: Step | None, kind: str, body: dict[str, Any], *attachments: Attachment
) -> Step:
    thread = None if step is None else step.thread
    thid = None if step is None else step.send[0].message.id
    message = Message(
        type=kind, body=body, frm=MEDIATOR, to=[BOB], thid=thid, attachments=list(attachments) or None
    )
    received = Received(
        message=message,
        sender=MEDIATOR,
        recipient=BOB,
        trust=Trust.AUTHENTICATED,
        at=NOW + 1,
        relationship="m",
    )
    return protocol.receive(received, thread, NOW + 1)


def events(step: Step) -> list[tuple[str, Any]]:
    return [(each.name, each.data) for each in step.events]


def requests() -> Iterator[Any]:
    yield coordination.CoordinateMediation2(), coordination.MediateRequest2(), M2
    yield coordination.CoordinateMediation3(), coordination.MediateRequest3(), M3


@pytest.mark.spec("CM2-03", "CMX-01", "PU3-02", "CM2-05", "CM3-04")
@pytest.mark.parametrize(("protocol", "request_", "piuri"), [*requests()])
@pytest.mark.parametrize("routing", [MEDIATOR, [MEDIATOR]])
def test_a_grant_in_either_form_ends_the_request(
    protocol: Protocol, request_: Body, piuri: str, routing: object
) -> None:
    step = begin(protocol, request_)
    assert step.send[0].message.custom_headers == {"return_route": "all"}
    done = answer(protocol, step, f"{piuri}/mediate-grant", {"routing_did": routing})
    assert events(done) == [("granted", {"routing_dids": [MEDIATOR], "mediator": MEDIATOR})]
    assert done.thread is not None
    assert done.thread.done


@pytest.mark.spec("CM2-05")
@pytest.mark.parametrize(("protocol", "request_", "piuri"), [*requests()])
@pytest.mark.parametrize("routing", [None, [], 5, ["no DID"], [5]])
def test_a_grant_without_a_did_is_a_problem(
    protocol: Protocol, request_: Body, piuri: str, routing: object
) -> None:
    step = begin(protocol, request_)
    done = answer(protocol, step, f"{piuri}/mediate-grant", {"routing_did": routing})
    assert events(done) == []
    assert done.problem is not None


@pytest.mark.parametrize(("protocol", "request_", "piuri"), [*requests()])
def test_a_denial_ends_the_request(protocol: Protocol, request_: Body, piuri: str) -> None:
    done = answer(protocol, begin(protocol, request_), f"{piuri}/mediate-deny", {})
    assert events(done) == [("denied", None)]


@pytest.mark.spec("CM2-07", "CM2-09", "CM3-05", "CMX-20")
@pytest.mark.parametrize("member", ["updated", "updates"])
@pytest.mark.parametrize("result", ["success", "no_change", "client_error"])
def test_results_are_reported_for_what_was_asked_alone(result: str, member: str) -> None:
    asked = (coordination.Update(BOB, "add"), coordination.Update("did:example:old", "remove"))
    machines: tuple[tuple[Protocol, Body, str], ...] = (
        (coordination.CoordinateMediation2(), coordination.KeylistUpdate(asked), f"{M2}/keylist-update"),
        (
            coordination.CoordinateMediation3(),
            coordination.RecipientUpdate(asked),
            f"{M3}/recipient-update",
        ),
    )
    for protocol, body, kind in machines:
        step = begin(protocol, body)
        assert step.send[0].message.type == kind
        assert step.send[0].message.body == {
            "updates": [
                {"recipient_did": BOB, "action": "add"},
                {"recipient_did": "did:example:old", "action": "remove"},
            ]
        }
        results = [
            {"recipient_did": BOB, "action": "add", "result": result},
            {"recipient_did": "did:example:other", "action": "add", "result": "success"},
        ]
        done = answer(protocol, step, f"{kind}-response", {member: results})
        assert events(done) == [("updated", (coordination.Updated(BOB, "add", result),))]


@pytest.mark.spec("CM2-10")
def test_a_list_is_reported_with_its_page() -> None:
    page = coordination.Paginate(limit=1, offset=2)
    machines: tuple[tuple[Protocol, Body, str, str], ...] = (
        (coordination.CoordinateMediation2(), coordination.KeylistQuery(page), f"{M2}/keylist", "keys"),
        (coordination.CoordinateMediation3(), coordination.RecipientQuery(page), f"{M3}/recipient", "dids"),
    )
    for protocol, body, kind, member in machines:
        step = begin(protocol, body)
        assert step.send[0].message.body == {"paginate": {"limit": 1, "offset": 2}}
        pagination = {"count": 1, "offset": 2, "remaining": 3}
        done = answer(protocol, step, kind, {member: [{"recipient_did": BOB}], "pagination": pagination})
        ((name, found),) = events(done)
        assert (name, found.entries, found.pagination.remaining) == ("listed", (BOB,), 3)


def fetching() -> Iterator[Any]:
    yield pickup.MessagePickup3(), pickup.DeliveryRequest3(10), P3
    yield pickup.MessagePickup4(), pickup.DeliveryRequest4(10), P4


@pytest.mark.spec("PU3-15", "PU4-02")
@pytest.mark.parametrize(("protocol", "request_", "piuri"), [*fetching()])
def test_a_delivery_is_reported_as_envelopes_with_ids(protocol: Protocol, request_: Body, piuri: str) -> None:
    step = begin(protocol, request_)
    attachments = [
        Attachment.from_bytes(b"{}", id="one"),
        Attachment.from_json_value({"a": 1}, id="two"),
        Attachment.from_dict({"data": {"base64": "e30"}}),
        # either alphabet, with padding or without
        Attachment.from_dict({"id": "three", "data": {"base64": "++8="}}),
        Attachment.from_dict({"id": "four", "data": {"base64": "--8"}}),
    ]
    member = "limit" if piuri == P3 else "message_count_limit"
    assert step.send[0].message.body == {member: 10}
    done = answer(protocol, step, f"{piuri}/delivery", {}, *attachments)
    ((name, found),) = events(done)
    assert name == "delivered"
    assert [(each.id, each.content) for each in found] == [
        ("one", b"{}"),
        ("two", b'{"a":1}'),
        ("three", b"\xfb\xef"),
        ("four", b"\xfb\xef"),
    ]


@pytest.mark.spec("PU3-11", "PU4-03", "PU3-25")
@pytest.mark.parametrize(("protocol", "request_", "piuri"), [*fetching()])
@pytest.mark.parametrize("kind", ["status", "delivery"])
def test_an_empty_queue_ends_fetching_in_either_form(
    kind: str, protocol: Protocol, request_: Body, piuri: str
) -> None:
    body = {"message_count": 0} if kind == "status" else {}
    done = answer(protocol, begin(protocol, request_), f"{piuri}/{kind}", body)
    assert [name for name, _ in events(done)] == ["empty"]


@pytest.mark.spec("PU4-07", "LIVE-01", "PU4-09")
def test_live_mode_is_confirmed_by_a_status_and_pushes_are_reported() -> None:
    machines: tuple[tuple[Protocol, Body, str], ...] = (
        (pickup.MessagePickup3(), pickup.LiveDeliveryChange3(live_delivery=True), P3),
        (pickup.MessagePickup4(), pickup.LiveDeliveryChange4(live_delivery=True), P4),
    )
    for protocol, body, piuri in machines:
        step = begin(protocol, body)
        assert step.send[0].message.body == {"live_delivery": True}
        for live, name in ((True, "live"), (False, "polling")):
            status = {"message_count": 2, "live_delivery": live}
            done = answer(protocol, step, f"{piuri}/status", status)
            ((event, found),) = events(done)
            assert (event, found.message_count) == (name, 2)
        pushed = answer(protocol, None, f"{piuri}/delivery", {}, Attachment.from_bytes(b"{}", id="one"))
        assert [name for name, _ in events(pushed)] == ["delivered"]


@pytest.mark.spec("PU3-16", "PU3-27", "PU4-10")
def test_an_acknowledgment_names_ids_and_waits_for_no_answer() -> None:
    machines: tuple[tuple[Protocol, Body], ...] = (
        (pickup.MessagePickup3(), pickup.MessagesReceived3(("one", "two"))),
        (pickup.MessagePickup4(), pickup.MessagesReceived4(("one", "two"))),
    )
    for protocol, body in machines:
        step = begin(protocol, body)
        assert step.send[0].message.body == {"message_id_list": ["one", "two"]}
        assert step.thread is None or step.thread.done or step.thread.wake_at is None


@pytest.mark.parametrize(
    ("result", "is_done"),
    [("success", True), ("no_change", True), ("client_error", False), ("server_error", False)],
)
def test_an_update_is_done_where_the_list_is_as_requested(result: str, is_done: bool) -> None:  # noqa: FBT001
    assert coordination.Updated(BOB, "add", result).done is is_done


def test_of_two_names_of_the_results_that_of_the_protocol_is_read() -> None:
    one, other = (
        [{"recipient_did": BOB, "action": "add", "result": each}] for each in ("success", "no_change")
    )
    read = coordination.KeylistUpdateResponse.from_body({"updates": other, "updated": one})
    assert read.updated == (coordination.Updated(BOB, "add", "success"),)
