"""What wallets of other programs send to a mediator, made by us from their sources, and what each needs back.

Wallets of DIDComm v1 are in test_v1.py. An affinidi client has its account by a REST interface, which is not
served; its pickup messages are those of the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from pydidcomm.mediator import MediatorServer
from support.foreign_wallet import ForeignWallet, connected, post
from support.mediation import M2, M3, P3, Wallet, mediating

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm import Message
    from support.foreign_wallet import Answered, Socket

pytestmark = pytest.mark.anyio

TYPE = "application/didcomm-encrypted+json"
ALL = {"return_route": "all"}
PLAIN = {"typ": "application/didcomm-plain+json"}
# a client that reads dates in words writes them
DATED = {"created_time": "2026-11-29T10:00:00.000Z"}
# stand for the DID, the did:key of the key of agreement, the mediator and the ids of the last delivery
ME, KEY, MEDIATOR, IDS = "$me", "$key", "$mediator", ["$ids"]
FORWARD = "forward"


@dataclass(frozen=True)
class Step:
    """A message of a wallet, or a forward for it, and the answer.

    Attributes:
        kind: The type of the message; `FORWARD` is a forward of another party.
        body: Its body; of a forward its `next`.
        answer: The name of the answer; None for none.
        has: What its body has among others.
        attached: The kind of its attachments' data.
        headers: What else the plaintext has.
        socket: Whether it goes over the WebSocket.
        pushed: Whether a forward comes over the WebSocket.
    """

    kind: str
    body: Any = field(default_factory=dict[str, Any])
    answer: str | None = None
    has: dict[str, Any] = field(default_factory=dict[str, Any])
    attached: str | None = None
    headers: dict[str, Any] = field(default_factory=lambda: ALL)
    socket: bool = False
    pushed: bool = False


@dataclass(frozen=True)
class Program:
    """A program with wallets.

    Attributes:
        steps: What it sends, in order.
        mediator: Options of the mediator that it needs.
        server: Options of the server that it needs.
        headers: What each of its plaintexts has.
        frame: The kind of frames that it sends.
        reads: The kind of frames that it reads.
    """

    steps: tuple[Step, ...]
    mediator: dict[str, Any] = field(default_factory=dict[str, Any])
    server: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, Any] = field(default_factory=dict[str, Any])
    frame: type = str
    reads: type = str


def added(did: str) -> dict[str, Any]:
    return {"updates": [{"recipient_did": did, "action": "add"}]}


def success(did: str) -> dict[str, Any]:
    return {"updated": [{"recipient_did": did, "action": "add", "result": "success"}]}


LIVE = Step(
    f"{P3}/live-delivery-change", {"live_delivery": True}, "status", {"live_delivery": True}, socket=True
)

PROGRAMS = {
    # no return_route on its mediate-request of 3.0; it reads `routing_did[0]` in both versions
    "veramo": Program(
        (
            Step(f"{M3}/mediate-request", {}, "mediate-grant", {"routing_did": [MEDIATOR]}, headers={}),
            Step(f"{M3}/recipient-update", added(ME), "recipient-update-response", success(ME)),
            Step(FORWARD, ME),
            Step(f"{P3}/status-request", {"recipient_key": KEY}, "status", {"message_count": 1}, headers=ALL),
            Step(f"{P3}/delivery-request", {"limit": 2, "recipient_key": KEY}, "delivery", attached="json"),
            Step(f"{P3}/messages-received", {"message_id_list": IDS}, "status", {"message_count": 0}),
        ),
        mediator={"reply_when_unreachable": True},
        headers=DATED,
    ),
    # no return_route at all; pushes and answers as binary frames, status and delivery over HTTP
    "didcomm-demo": Program(
        (
            Step(f"{M3}/mediate-request", {}, "mediate-grant", {"routing_did": [MEDIATOR]}, headers={}),
            Step(f"{M3}/recipient-update", added(ME), "recipient-update-response", success(ME), headers={}),
            Step(FORWARD, ME),
            Step(
                f"{P3}/live-delivery-change",
                {"live_delivery": True},
                "status",
                {"live_delivery": True, "message_count": 1},
                headers={},
                socket=True,
            ),
            Step(f"{P3}/delivery-request", {"limit": 1}, "delivery", attached="base64", headers={}),
            Step(
                f"{P3}/messages-received",
                {"message_id_list": IDS},
                "status",
                {"message_count": 0},
                headers={},
            ),
            Step(FORWARD, ME, pushed=True),
        ),
        mediator={"reply_when_unreachable": True},
        server={"frames": "binary"},
        headers=PLAIN,
        reads=bytes,
    ),
    # a string as routing_did; it does not wait for the answer to keylist-update, and asks without a status
    "identus-sdk-ts": Program(
        (
            Step(f"{M2}/mediate-request", {}, "mediate-grant", {"routing_did": MEDIATOR}),
            Step(f"{M2}/keylist-update", added(ME), headers={}),
            Step(f"{P3}/delivery-request", {"limit": 10}, "status", {"message_count": 0}),
            Step(FORWARD, ME),
            Step(f"{P3}/delivery-request", {"limit": 10}, "delivery", attached="base64"),
            Step(f"{P3}/messages-received", {"message_id_list": IDS}, "status", {"message_count": 0}),
            LIVE,
            Step(FORWARD, ME, pushed=True),
        ),
        headers=PLAIN,
    ),
    # the test suite of IOHK: a word in place of a boolean, over HTTP
    "iohk-test-suite": Program(
        (
            Step(f"{M2}/mediate-request", None, "mediate-grant", {"routing_did": MEDIATOR}),
            Step(f"{M2}/keylist-update", added(ME), "keylist-update-response", success(ME)),
            Step(f"{M2}/keylist-query", {}, "keylist", {"keys": [{"recipient_did": ME}]}),
            Step(
                f"{P3}/live-delivery-change",
                {"live_delivery": "true"},
                "problem-report",
                {"code": "e.m.live-mode-not-supported"},
            ),
            Step(f"{P3}/status-request", {"recipient_did": ME}, "status", {"recipient_did": ME}),
            Step(FORWARD, ME),
            Step(f"{P3}/delivery-request", {"limit": 3}, "delivery", attached="base64"),
        ),
        headers=PLAIN,
    ),
    # RootsID and Blocktrust: the key of agreement in the body, `ack` as a string
    "rootsid": Program(
        (
            Step(f"{M2}/mediate-request", {}, "mediate-grant", {"routing_did": MEDIATOR}),
            Step(f"{M2}/keylist-update", added(ME), "keylist-update-response", success(ME)),
            Step(FORWARD, KEY),
            Step(f"{P3}/delivery-request", {"limit": 1, "recipient_key": KEY}, "delivery", attached="json"),
            Step(
                f"{P3}/messages-received",
                {"message_id_list": IDS},
                "status",
                {"message_count": 0},
                headers={**ALL, "ack": "one"},
            ),
        ),
        headers=PLAIN,
    ),
    # quickstart of didcomm-messaging: JSON attachments alone, and it names no key
    "didcomm-messaging": Program(
        (
            Step(f"{M3}/mediate-request", {}, "mediate-grant", {"routing_did": [MEDIATOR]}),
            Step(f"{M3}/recipient-update", added(ME), "recipient-update-response", success(ME)),
            Step(FORWARD, ME),
            Step(f"{P3}/status-request", {}, "status", {"message_count": 1}),
            Step(f"{P3}/delivery-request", {"limit": 1}, "delivery", attached="json"),
            Step(f"{P3}/messages-received", {"message_id_list": IDS}, "status", {"message_count": 0}),
        ),
        mediator={"json_attachments": True},
        headers=PLAIN,
    ),
    # Credo's pre-release of v2, first form: it registers did:keys, and forwards name one
    "credo-v2-did-key": Program(
        (
            Step(f"{M2}/mediate-request", {}, "mediate-grant", {"routing_did": MEDIATOR}),
            Step(f"{M2}/keylist-update", added(KEY), "keylist-update-response", success(KEY)),
            Step(FORWARD, KEY),
            Step(f"{P3}/status-request", {}, "status", {"message_count": 1}),
            Step(f"{P3}/delivery-request", {"limit": 10}, "delivery", attached="base64"),
            Step(f"{P3}/messages-received", {"message_id_list": IDS}, "status", {"message_count": 0}),
            LIVE,
            Step(FORWARD, KEY, pushed=True),
        ),
        headers=PLAIN,
    ),
    # its later form: it registers its did:peer, and an older peer still names a did:key of it
    "credo-v2-did-peer": Program(
        (
            Step(f"{M2}/mediate-request", {}, "mediate-grant", {"routing_did": MEDIATOR}),
            Step(f"{M2}/keylist-update", added(ME), "keylist-update-response", success(ME)),
            Step(FORWARD, KEY),
            Step(f"{P3}/delivery-request", {"limit": 10}, "delivery", attached="base64"),
        ),
        headers=PLAIN,
    ),
    # bytes in its frames, the DID in each request
    "affinidi": Program(
        (
            Step(f"{M3}/mediate-request", {}, "mediate-grant", {"routing_did": [MEDIATOR]}),
            Step(f"{M3}/recipient-update", added(ME), "recipient-update-response", success(ME)),
            Step(FORWARD, ME),
            Step(
                f"{P3}/delivery-request", {"limit": 100, "recipient_did": ME}, "delivery", attached="base64"
            ),
            Step(f"{P3}/messages-received", {"message_id_list": IDS}, "status", {"message_count": 0}),
            LIVE,
            Step(FORWARD, ME, pushed=True),
        ),
        headers=PLAIN | {"created_time": 1_790_000_000},
        frame=bytes,
        reads=bytes,
    ),
}


class Replay:
    """The steps of one program, at one mediator."""

    def __init__(
        self, program: Program, server: MediatorServer, wallet: ForeignWallet, alice: Wallet, socket: Socket
    ) -> None:
        self._program, self._server, self._wallet = program, server, wallet
        self._alice, self._socket = alice, socket
        self._values: dict[str, Any] = {
            ME: wallet.did,
            KEY: wallet.key.did_key,
            MEDIATOR: wallet.mediator,
            IDS[0]: [],
        }

    def _filled(self, value: Any) -> Any:  # noqa: ANN401, JSON
        if value == IDS:
            return self._values[IDS[0]]
        if isinstance(value, dict):
            return {name: self._filled(each) for name, each in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [self._filled(each) for each in cast("list[object]", value)]
        return self._values.get(value, value) if isinstance(value, str) else value

    async def take(self, step: Step) -> None:
        if step.kind == FORWARD:
            await self._forward(step)
            return
        text = self._wallet.write(step.kind, self._filled(step.body), self._program.headers | step.headers)
        if step.socket:
            await self._socket.send(text if self._program.frame is str else text.encode())
            await self._check(step, await self._pushed())
            return
        answered: Answered = await post(self._server, text.encode(), TYPE)
        if step.answer is None:
            assert (answered.status, answered.body) == (202, b""), step
            return
        # without a charset, by which some programs do not know it
        assert (answered.status, answered.headers["content-type"]) == (200, TYPE), (step, answered)
        await self._check(step, await self._wallet.read(answered.body))

    async def _forward(self, step: Step) -> None:
        body = await self._alice.forwarded(self._wallet.did, {"n": 1}, next=self._filled(step.body))
        answered: Answered = await post(self._server, body, TYPE)
        assert (answered.status, answered.body) == (202, b"")
        if step.pushed:
            await self._open(await self._pushed())

    async def _pushed(self) -> Message:
        frame = await self._socket.receive()
        assert isinstance(frame, self._program.reads)
        return await self._wallet.read(frame)

    async def _check(self, step: Step, answer: Message) -> None:
        assert answer.type.rpartition("/")[2] == step.answer, answer
        wanted = self._filled(step.has)
        assert {name: answer.body.get(name) for name in wanted} == wanted, (step, answer.body)
        if step.attached is not None:
            assert [list(each.data) for each in answer.attachments or ()] == [[step.attached]]
            await self._open(answer)

    async def _open(self, delivery: Message) -> None:
        """Each attachment is a message for the wallet."""
        assert delivery.type == f"{P3}/delivery"
        found = delivery.attachments or ()
        self._values[IDS[0]] = [each.id for each in found]
        assert [(await self._wallet.read(each.content())).body for each in found] == [{"n": 1}]


@pytest.mark.spec("RRT-14", "MHT-03")
@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_wallet_of_another_program_gets_what_it_needs(name: str, tmp_path: Path) -> None:
    program = PROGRAMS[name]
    async with mediating(tmp_path, **program.mediator) as mediator:
        server = MediatorServer(mediator, **program.server)
        wallet = await ForeignWallet.new(mediator.did)
        async with connected(server) as socket:
            replay = Replay(program, server, wallet, await Wallet.new(mediator), socket)
            for step in program.steps:
                await replay.take(step)
