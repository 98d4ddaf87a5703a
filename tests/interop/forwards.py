"""Messages that go through mediators: one side wraps them, the other one hands them on and reads them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from parties import EXAMPLE, USUAL, Json, Party, resolvers
from pydidcomm import Message, PackEncryptedConfig, UnpackConfig, pack_encrypted, unpack, unpack_forward
from rows import Column, Row, Table, expect
from scenario import OURS_TO_PEER, PEER_TO_OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer_process import Peer

# each mediator and the recipient take these as the name of a hop
RECIPIENT, FIRST, SECOND = "bob", "mediator", "second-mediator"
SENDER = "alice"


@dataclass(frozen=True)
class Route:
    """What the recipient's document says of the way to it.

    Attributes:
        hops: Who hands the message on, in the order of the way.
        endpoint: The party whose DID stands in the place of an URI.
        routing_keys: The parties whose keys are named as routing keys.
        by_did: Whether a routing key is named by its DID alone.
    """

    name: str
    hops: tuple[str, ...]
    endpoint: str | None = None
    routing_keys: tuple[str, ...] = ()
    by_did: bool = False

    def row(self, peers: Sequence[Peer]) -> Row:
        return Row(
            self.name,
            {
                Column(peer.implementation.name, direction): (
                    peer.implementation.lacking(self._needs(direction)) or partial(check, peer)
                )
                for peer in peers
                for direction, check in (
                    (OURS_TO_PEER, self.ours_to_peer),
                    (PEER_TO_OURS, self.peer_to_ours),
                )
            },
            "forwards",
        )

    async def ours_to_peer(self, peer: Peer) -> None:
        """We wrap, the peer hands on and reads."""
        parties = await self._parties(peer)
        plaintext = _plaintext(parties)
        config = resolvers(EXAMPLE, parties.values(), [parties[SENDER]])
        message = Message.from_dict(plaintext)
        to, frm = parties[RECIPIENT].did, parties[SENDER].did
        pack_config = PackEncryptedConfig(forward=True, profile=peer.implementation.profile)
        packed = (await pack_encrypted(config, message, to=to, frm=frm, config=pack_config)).packed_msg
        for hop, following in self._hops():
            request = _request(parties, hop)
            forward = await peer.ask("unpack_forward", **request, packed=packed)
            _goes_on(forward["next"], parties[following])
            packed = forward["forwarded"]
        read = await peer.ask("unpack", **_request(parties, RECIPIENT), packed=packed, all_keys=False)
        expect("the body", read["message"]["body"], plaintext["body"])
        expect("the id", read["message"]["id"], plaintext["id"])

    async def peer_to_ours(self, peer: Peer) -> None:
        """The peer wraps, we hand on and read."""
        parties = await self._parties(peer)
        plaintext = _plaintext(parties)
        packed: str = await peer.ask(
            "pack_encrypted",
            **_request(parties, SENDER),
            message=plaintext,
            to=parties[RECIPIENT].did,
            frm=parties[SENDER].did,
            sign_frm=None,
            protect=False,
            enc="A256CBC-HS512",
            forward=True,
        )
        config = UnpackConfig(accept_profiles=peer.implementation.accepted())
        for hop, following in self._hops():
            forward = await unpack_forward(
                resolvers(EXAMPLE, parties.values(), [parties[hop]]), packed, config
            )
            _goes_on(forward.next, parties[following])
            (packed,) = forward.messages
        read = await unpack(resolvers(EXAMPLE, parties.values(), [parties[RECIPIENT]]), packed, config)
        expect("the plaintext", (read.message.id, read.message.body), (plaintext["id"], plaintext["body"]))
        expect("the sender", read.metadata.encrypted_from, f"{parties[SENDER].did}#agree-1")

    def _hops(self) -> Sequence[tuple[str, str]]:
        """Who hands on, and to whom."""
        return list(zip(self.hops, (*self.hops, RECIPIENT)[1:], strict=True))

    def _needs(self, direction: str) -> frozenset[str]:
        needs = {"forward", "reads" if direction == OURS_TO_PEER else "packs"}
        if not self.hops:
            needs.add("rewrapped")
        return frozenset(needs)

    async def _parties(self, peer: Peer) -> dict[str, Party]:
        parties = {name: await EXAMPLE.ours(peer, name, USUAL) for name in (SENDER, RECIPIENT, FIRST, SECOND)}
        for name in (FIRST, SECOND):
            parties[name] = _served(parties[name], f"https://example.com/{name}", [])
        named = [
            parties[name].did if self.by_did else f"{parties[name].did}#agree-1" for name in self.routing_keys
        ]
        uri = "https://example.com/bob" if self.endpoint is None else parties[self.endpoint].did
        parties[RECIPIENT] = _served(parties[RECIPIENT], uri, named)
        return parties


def _served(party: Party, uri: str, routing_keys: list[str]) -> Party:
    endpoint = {"uri": uri, "accept": ["didcomm/v2"], "routingKeys": routing_keys}
    service = {"id": f"{party.did}#service", "type": "DIDCommMessaging", "serviceEndpoint": endpoint}
    return Party(party.did, {**party.document, "service": [service]}, party.secrets)


def _plaintext(parties: dict[str, Party]) -> Json:
    return {
        "id": str(uuid.uuid4()),
        "type": "https://example.org/greeting/1.0/hello",
        "body": {"msg": "hello"},
        "from": parties[SENDER].did,
        "to": [parties[RECIPIENT].did],
    }


def _request(parties: dict[str, Party], holder: str) -> Json:
    """What the peer knows: every document, and the secrets of one party."""
    return {
        "documents": {party.did: party.document for party in parties.values()},
        "secrets": parties[holder].secrets,
        "peerdid": "never",
    }


def _goes_on(named: str, party: Party) -> None:
    """The next hop is named by its DID or one of its keys."""
    expect("the next hop", named.partition("#")[0], party.did)


ROUTES = (
    Route("routing key of a mediator", (FIRST,), routing_keys=(FIRST,)),
    Route("routing key named by its DID", (FIRST,), routing_keys=(FIRST,), by_did=True),
    Route("two routing keys", (FIRST, SECOND), routing_keys=(FIRST, SECOND)),
    Route("endpoint is the mediator's DID", (FIRST,), endpoint=FIRST),
    Route("endpoint is a DID, and a routing key", (FIRST, SECOND), endpoint=FIRST, routing_keys=(SECOND,)),
    Route("wrapped once more for the recipient itself", (), routing_keys=(RECIPIENT,)),
)


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Every route that a document can name."""
    columns = [
        Column(peer.implementation.name, direction)
        for peer in peers
        for direction in (OURS_TO_PEER, PEER_TO_OURS)
    ]
    return [
        Table("forward: -> pydidcomm wraps, <- the peer wraps", columns, [each.row(peers) for each in ROUTES])
    ]
