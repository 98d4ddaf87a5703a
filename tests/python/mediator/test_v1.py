"""DIDComm v1 at the same mediator: coordination 1.0, pickup 2.0, forwards, live mode."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest
from websockets.sync.client import connect

from pydidcomm import InMemorySecrets, LocalResolver, ResolversConfig, v1
from pydidcomm.mediator import AllowList, Mediator, MediatorServer
from pydidcomm.mediator.connection import Connection
from pydidcomm.sync import v1 as sync_v1
from support.mediation import P3, URL, Clock, Wallet, mediating
from support.mediator_process import command, running
from support.server_process import free_port
from support.v1_wallet import HELLO, M1, P2, TYPE, V1Wallet, did_key

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.anyio
SECONDS = 20.0


async def test_the_whole_life_of_a_recipient_that_knows_v1_alone(tmp_path: Path) -> None:
    clock = Clock()
    async with mediating(tmp_path, v1_too=True, clock=clock) as mediator:
        alice, bob = await V1Wallet.new(mediator), await V1Wallet.new(mediator)
        one, other = await bob.key(), await bob.key()
        grant = await bob.ask(f"{M1}/mediate-request")
        assert grant.pop("@id")
        assert grant == {
            "@type": f"{M1}/mediate-grant",
            "~thread": {"thid": "ask"},
            "endpoint": URL,
            "routing_keys": [did_key(mediator.verkey or "")],
        }
        updates: list[dict[str, Any]] = [
            {"recipient_key": one, "action": "add"},
            {"recipient_key": did_key(other), "action": "add"},
            {"recipient_key": did_key(one), "action": "add"},
            {"recipient_key": mediator.verkey, "action": "add"},
            {"recipient_key": "no key", "action": "add"},
        ]
        updated = (await bob.ask(f"{M1}/keylist-update", updates=updates))["updated"]
        results = ["success", "success", "no_change", "client_error", "client_error"]
        assert updated == [{**each, "result": result} for each, result in zip(updates, results, strict=True)]
        listed = await bob.ask(f"{M1}/keylist-query")
        assert {each["recipient_key"] for each in listed["keys"]} == {did_key(one), did_key(other)}
        page = await bob.ask(f"{M1}/keylist-query", paginate={"limit": 1, "offset": 1})
        assert page["keys"] == listed["keys"][1:]
        assert page["pagination"] == {"count": 1, "offset": 1, "remaining": 0}

        for number, name in enumerate((one, did_key(one), other, f"{did_key(other)}#any")):
            verkey = one if number < 2 else other
            assert (await alice.forward(verkey, number, to=name)).status == 202
        clock.now += 5
        status = await bob.ask(f"{P2}/status-request", recipient_key=one)
        assert (status["@type"], status["recipient_key"], status["message_count"]) == (f"{P2}/status", one, 2)
        assert status["longest_waited_seconds"] == 5
        assert status["oldest_received_time"] == "2027-01-15 08:00:00Z"
        delivery = await bob.ask(f"{P2}/delivery-request", limit=3)
        assert (delivery["@type"], delivery["~thread"]) == (f"{P2}/delivery", {"thid": "ask"})
        assert await bob.numbers(delivery) == [0, 1, 2]
        second = await bob.ask(f"{P2}/delivery-request", limit=9, recipient_key=did_key(other))
        assert await bob.numbers(second) == [2, 3]
        ids = [each["@id"] for each in delivery["~attach"]]
        status = await bob.ask(f"{P2}/messages-received", message_id_list=ids)
        assert (status["@type"], status["message_count"]) == (f"{P2}/status", 1)
        await bob.ask(f"{P2}/messages-received", message_id_list=[each["@id"] for each in second["~attach"]])
        empty = await bob.ask(f"{P2}/delivery-request", limit=1)
        assert (empty["@type"], empty["message_count"]) == (f"{P2}/status", 0)


async def test_live_mode_pushes_deliveries_that_stay_until_they_are_acknowledged(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice, bob = await V1Wallet.new(mediator), await V1Wallet.new(mediator)
        key = await bob.key()
        await bob.enroll(key)
        await alice.forward(key, 0)
        report = await bob.ask(f"{P2}/live-delivery-change", live_delivery=True)
        assert report["@type"] == "https://didcomm.org/notification/1.0/problem-report"
        assert report["~thread"]["pthid"] == "ask"
        assert report["description"]["en"] == "Connection does not support Live Delivery"
        pushed: list[str] = []

        async def send(text: str) -> None:
            await anyio.lowlevel.checkpoint()
            pushed.append(text)

        bob.connection = Connection(send)
        status = await bob.ask(f"{P2}/live-delivery-change", live_delivery=True)
        # what was there before is fetched
        assert (status["live_delivery"], status["message_count"]) == (True, 1)
        await alice.forward(key, 1)
        await mediator.push(bob.connection)
        delivery = await bob.read(pushed.pop())
        assert (delivery["@type"], "~thread" in delivery) == (f"{P2}/delivery", False)
        assert await bob.numbers(delivery) == [1]
        assert (await bob.ask(f"{P2}/status-request"))["message_count"] == 2
        status = await bob.ask(f"{P2}/live-delivery-change", live_delivery=False)
        assert status["live_delivery"] is False
        await alice.forward(key, 2)
        await mediator.push(bob.connection)
        assert pushed == []


async def test_without_a_grant_a_proof_or_a_known_type_nothing_is_done(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice, bob = await V1Wallet.new(mediator), await V1Wallet.new(mediator)
        report = await bob.ask(f"{P2}/status-request")
        assert report["description"]["code"] == "e.p.req.not-enrolled"
        await bob.enroll()
        assert (await bob.send(f"{M1}/mediate-request", anonymous=True)).status == 400
        # another recipient could write in the sender's name
        assert (await bob.send(f"{M1}/mediate-request", alice.verkey)).status == 400
        for kind in (f"{P2}/no-such", "https://didcomm.org/messagepickup/3.0/status-request"):
            assert (await bob.ask(kind))["description"]["code"] == "e.m.msg.unsupported"
        assert (await bob.send("no type")).status == 400
        for member, value in (("limit", 0), ("limit", "1"), ("recipient_key", "0")):
            wrong = await bob.ask(f"{P2}/delivery-request", **{"limit": 1, member: value})
            assert wrong["description"]["code"] == "e.m.msg.invalid-body"
        silent = await bob.send("https://didcomm.org/notification/1.0/problem-report")
        assert (silent.status, silent.body) == (202, b"")


async def test_an_answer_goes_back_only_where_it_was_asked_for(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        bob = await V1Wallet.new(mediator)
        for transport, status in (
            ({}, 202),
            ({"return_route": "none"}, 202),
            ({"return_route": "thread", "return_route_thread": "ask"}, 200),
            ({"return_route": "thread", "return_route_thread": "other"}, 202),
        ):
            assert (await bob.send(f"{M1}/mediate-request", transport=transport)).status == status
    async with mediating(tmp_path, name="b.db", v1_too=True, reply_when_unreachable=True) as mediator:
        assert (
            await (await V1Wallet.new(mediator)).send(f"{M1}/mediate-request", transport={})
        ).status == 200


async def test_types_of_the_old_prefix_are_answered_with_it(tmp_path: Path) -> None:
    old = "did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/coordinate-mediation/1.0"
    async with mediating(tmp_path, v1_too=True) as mediator:
        bob = await V1Wallet.new(mediator)
        assert (await bob.ask(f"{old}/mediate-request"))["@type"] == f"{old}/mediate-grant"


async def test_the_first_registration_of_a_key_wins_until_its_holder_proves_it(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice, bob, carol = [await V1Wallet.new(mediator) for _ in range(3)]
        await bob.enroll(carol.verkey)
        await alice.ask(f"{M1}/mediate-request")
        updates = [{"recipient_key": carol.verkey, "action": "add"}]
        answer = await alice.ask(f"{M1}/keylist-update", updates=updates)
        assert answer["updated"][0]["result"] == "client_error"
        await carol.ask(f"{M1}/mediate-request")
        await alice.forward(carol.verkey, 1)
        assert (await bob.ask(f"{P2}/status-request"))["message_count"] == 0
        assert (await carol.ask(f"{P2}/status-request"))["message_count"] == 1


async def test_both_versions_share_the_queue(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice, bob = await Wallet.new(mediator), await V1Wallet.new(mediator)
        key = await bob.key()
        await bob.enroll(key)
        # a forward of v2 that names the key of a recipient of v1
        inner = await v1.pack(bob.resolvers, {**HELLO, "n": 7}, [key])
        wrapped = await alice.party.wrap_in_forward(
            (await alice.party.pack({"id": "1", "type": "https://e.org/a/1.0/b"}, to=alice.did)).text,
            to=did_key(key),
            routing_keys=[mediator.did],
        )
        assert (await mediator.receive(wrapped.text.encode())).status == 202
        assert (await bob.ask(f"{P2}/status-request"))["message_count"] == 1
        # a forward of v1 that names the DID of a recipient of v2
        await alice.enroll()
        forward = await v1.forward(bob.resolvers, inner.text, alice.did, [mediator.verkey or ""])
        assert (await mediator.receive(forward.text.encode())).status == 202
        assert (await alice.ask(f"{P3}/status-request")).body["message_count"] == 1


async def test_a_forward_for_an_unknown_key_is_answered_like_any_other(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice = await V1Wallet.new(mediator)
        assert (await alice.forward(await alice.key(), 1)).status == 202
        assert (await alice.forward(alice.verkey, 1, to="not a key")).status == 202
    async with mediating(tmp_path, name="b.db", v1_too=True, reveal_unknown=True) as mediator:
        assert (await (await V1Wallet.new(mediator)).forward(alice.verkey, 1)).status == 404


async def test_an_allow_list_names_a_key(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True, admission=AllowList(invitations={"token"})) as mediator:
        bob = await V1Wallet.new(mediator)
        assert (await bob.ask(f"{M1}/mediate-request"))["@type"] == f"{M1}/mediate-deny"
        granted = await bob.ask(f"{M1}/mediate-request", **{"~thread": {"thid": "ask", "pthid": "token"}})
        assert granted["@type"] == f"{M1}/mediate-grant"


async def test_v1_is_refused_by_default(tmp_path: Path) -> None:
    async with mediating(tmp_path, name="a.db", v1_too=True) as other:
        bob = await V1Wallet.new(other)
        async with mediating(tmp_path) as mediator:
            packed = await v1.pack(bob.resolvers, HELLO, [other.verkey or ""], bob.verkey)
            assert (await mediator.receive(packed.text.encode())).status == 400
            for made, status in ((mediator, 415), (other, 202)):
                assert await posted(made, packed.text.encode()) == status


async def posted(mediator: Mediator, body: bytes) -> int:
    """The status of a POST with the media type of v1."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:  # noqa: ANN401, of ASGI
        if event["type"] == "http.response.start":
            statuses.append(event["status"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", TYPE.encode())]}
    await MediatorServer(mediator)(scope, receive, send)
    return statuses[0]


class Client:
    """A recipient of DIDComm v1 that talks to a process."""

    def __init__(self, mediator: str) -> None:
        self.mediator = mediator
        secrets = InMemorySecrets()
        self.resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        self.verkey = sync_v1.create_verkey(secrets)

    def packed(self, kind: str, **body: object) -> str:
        asked = {"@type": kind, "@id": "1", "~transport": {"return_route": "all"}, **body}
        return sync_v1.pack(self.resolvers, asked, to=[self.mediator], frm=self.verkey).text

    def read(self, text: str | bytes) -> dict[str, Any]:
        received = sync_v1.unpack(self.resolvers, text)
        assert received.sender_verkey == self.mediator
        return received.json()


@pytest.mark.slow
def test_a_command_makes_the_key_and_the_mediator_answers_and_pushes_under_it(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command(tmp_path, "init", "--url", url)
    verkey, did, invitation = command(tmp_path, "v1").stdout.split()
    assert did == did_key(verkey)
    shown = json.loads(command(tmp_path, "v1", "--json").stdout)
    assert (shown["verkey"], shown["did_key"]) == (verkey, did)
    assert invitation.startswith(f"{url}?oob=")
    bob = Client(verkey)

    def posted(text: str) -> httpx2.Response:
        return httpx2.post(url, content=text.encode(), headers={"content-type": TYPE})

    with running(tmp_path, port):
        assert httpx2.get(f"{url}verkey").text == verkey
        answer = posted(bob.packed(f"{M1}/mediate-request"))
        assert answer.headers["content-type"] == TYPE
        assert bob.read(answer.content)["endpoint"] == url
        updates = [{"recipient_key": bob.verkey, "action": "add"}]
        assert posted(bob.packed(f"{M1}/keylist-update", updates=updates)).status_code == 200
        with connect(url.replace("http", "ws")) as socket:
            socket.send(bob.packed(f"{P2}/live-delivery-change", live_delivery=True))
            assert bob.read(socket.recv(SECONDS))["live_delivery"] is True
            inner = sync_v1.pack(bob.resolvers, {**HELLO, "n": 3}, to=[bob.verkey])
            forward = sync_v1.forward(bob.resolvers, inner.text, bob.verkey, [verkey])
            assert posted(forward.text).status_code == 202
            attached = bob.read(socket.recv(SECONDS))["~attach"]
            envelope = base64.urlsafe_b64decode(attached[0]["data"]["base64"] + "==")
            assert envelope.decode() == inner.text
            socket.send(bob.packed(f"{P2}/messages-received", message_id_list=[attached[0]["@id"]]))
            assert bob.read(socket.recv(SECONDS))["message_count"] == 0
    other = {"PYDIDCOMM_MEDIATOR_MEDIATOR_VERKEY": bob.verkey}
    done = command(tmp_path, "run", environment=other)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "verkey" in done.stderr
