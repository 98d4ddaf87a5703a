"""DIDComm v1: envelopes and forwards of one side, read by the other one.

The peers are Indicio's package, in the column askar on Askar, in the column authlib on libsodium by PyNaCl.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from peers import lack
from pydidcomm import DIDCommMessaging, InMemorySecrets, LocalResolver, ResolversConfig, UnpackResult, v1
from rows import Column, Row, Table, expect
from scenario import OURS_TO_PEER, PEER_TO_OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer_process import Peer

PEERS = ("askar", "authlib")
LEGACY_PEERS = ("authlib",)
NO_LEGACY = lack("the older of two implementations of DIDComm v1")
PLAINTEXT = {"@type": "https://didcomm.org/basicmessage/1.0/message", "@id": "one", "content": "é"}
# it counts the letters of a text where it needs its octets, and cuts the tag too early
ASCII = {**PLAINTEXT, "content": "e"}


class Cast:
    """A sender, two recipients and two mediators: the seeds of their keys, by verkey."""

    def __init__(self) -> None:
        self.seeds: dict[str, str] = {}
        self.secrets: dict[str, InMemorySecrets] = {}

    async def add(self, octet: int) -> str:
        secrets, seed = InMemorySecrets(), bytes([octet]) * 32
        verkey = await v1.create_verkey(secrets, seed)
        self.seeds[verkey], self.secrets[verkey] = seed.hex(), secrets
        return verkey

    def holding(self, verkey: str) -> dict[str, str]:
        return {verkey: self.seeds[verkey]}

    def resolvers(self, verkey: str) -> ResolversConfig:
        return ResolversConfig(secrets_resolver=self.secrets[verkey], did_resolver=LocalResolver())


@dataclass(frozen=True)
class Envelope:
    """One way to pack.

    Attributes:
        authcrypt: Whether it names its sender.
        recipients: How many there are.
        mediators: How many it goes through.
        legacy: Whether the peer's side is the older of its two implementations.
    """

    name: str
    authcrypt: bool
    recipients: int = 1
    mediators: int = 0
    legacy: bool = False

    def row(self, peers: Sequence[Peer]) -> Row:
        having = LEGACY_PEERS if self.legacy else PEERS
        return Row(
            self.name,
            {
                Column(peer.implementation.name, direction): (
                    partial(check, peer) if peer.implementation.name in having else NO_LEGACY
                )
                for peer in peers
                for direction, check in ((OURS_TO_PEER, self.ours_to_peer), (PEER_TO_OURS, self.peer_to_ours))
            },
            "DIDComm v1",
        )

    @property
    def _plaintext(self) -> dict[str, str]:
        return ASCII if self.legacy else PLAINTEXT

    def _command(self, name: str) -> str:
        return f"{'legacy' if self.legacy else 'v1'}_{name}"

    async def _cast(self) -> tuple[Cast, str | None, list[str], list[str]]:
        cast = Cast()
        alice, *others = [await cast.add(octet) for octet in range(1, 2 + self.recipients + self.mediators)]
        return cast, alice if self.authcrypt else None, others[: self.recipients], others[self.recipients :]

    async def ours_to_peer(self, peer: Peer) -> None:
        """We pack and wrap, the peer unwraps and reads."""
        cast, frm, to, mediators = await self._cast()
        config = cast.resolvers(frm or to[0])
        packed = (await v1.pack(config, self._plaintext, to, frm)).message
        if mediators:
            packed = (await v1.forward(config, packed, to[0], mediators)).message
        for mediator, following in self._hops(to, mediators):
            read = await peer.ask("v1_unpack", seeds=cast.holding(mediator), packed=packed)
            forward = json.loads(read["message"])
            expect("the type", forward["@type"], "https://didcomm.org/routing/1.0/forward")
            expect("the next hop", forward["to"], following)
            packed = json.dumps(forward["msg"])
        for recipient in to:
            read = await peer.ask(self._command("unpack"), seeds=cast.holding(recipient), packed=packed)
            expect("the plaintext", json.loads(read["message"]), self._plaintext)
            expect("who is told", (read["sender"], read["recipient"]), (frm, recipient))

    async def peer_to_ours(self, peer: Peer) -> None:
        """The peer packs and wraps, we unwrap and read."""
        cast, frm, to, mediators = await self._cast()
        packed: str = await peer.ask(
            self._command("pack"),
            seeds=cast.holding(frm) if frm else {},
            message=json.dumps(self._plaintext),
            to=to,
            frm=frm,
            routing_keys=mediators,
        )
        for mediator, following in self._hops(to, mediators):
            forwarded = await v1.unpack_forward(cast.resolvers(mediator), packed)
            expect("the next hop", forwarded.to, following)
            packed = forwarded.message
        for recipient in to:
            own = cast.resolvers(recipient)
            received = await DIDCommMessaging(own.secrets_resolver, own.did_resolver).receive(packed)
            if isinstance(received, UnpackResult):
                expect("the class", type(received).__name__, "V1Message")
                continue
            expect("the plaintext", received.json(), self._plaintext)
            told = (received.sender_verkey, received.recipient_verkey)
            expect("who is told", told, (frm, recipient))

    @staticmethod
    def _hops(to: list[str], mediators: list[str]) -> Sequence[tuple[str, str]]:
        """Who hands on, and to whom: the last routing key is outermost."""
        way = [to[0], *mediators]
        return [(way[place], way[place - 1]) for place in range(len(way) - 1, 0, -1)]


ENVELOPES = (
    Envelope("v1 anoncrypt", authcrypt=False),
    Envelope("v1 anoncrypt to two recipients", authcrypt=False, recipients=2),
    Envelope("v1 authcrypt", authcrypt=True),
    Envelope("v1 authcrypt to two recipients", authcrypt=True, recipients=2),
    Envelope("v1 authcrypt through a mediator", authcrypt=True, mediators=1),
    Envelope("v1 anoncrypt through two mediators", authcrypt=False, mediators=2),
    Envelope("v1 anoncrypt, legacy", authcrypt=False, recipients=2, legacy=True),
    Envelope("v1 authcrypt, legacy", authcrypt=True, recipients=2, legacy=True),
)


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Every way to pack, with the peers that have DIDComm v1."""
    having = [peer for peer in peers if peer.implementation.name in PEERS]
    columns = [
        Column(peer.implementation.name, direction)
        for peer in having
        for direction in (OURS_TO_PEER, PEER_TO_OURS)
    ]
    if not columns:
        return []
    title = "DIDComm v1: -> pydidcomm packs, <- the peer packs"
    return [Table(title, columns, [each.row(having) for each in ENVELOPES])]
