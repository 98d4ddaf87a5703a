"""Honest messages: what one side packs, the other reads, with the same plaintext and the same facts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exchange import Cast, Mode, Opened, assemble_there, pack_here, pack_there, unpack_here, unpack_there
from parties import EXAMPLE, KEY, PEER, PEERDID, PEERDID_RAW, SERVED, Json, Kind, Party
from rows import Row, Table, expect

if TYPE_CHECKING:
    from peer_process import Peer

OURS_TO_PEER = "pydidcomm -> didcomm"
PEER_TO_OURS = "didcomm -> pydidcomm"

AUTHCRYPT = Mode("authcrypt", frm=True)
ANONCRYPT = Mode("anoncrypt A256CBC-HS512")
MODES = (
    AUTHCRYPT,
    ANONCRYPT,
    Mode("anoncrypt A256GCM", enc="A256GCM"),
    Mode("anoncrypt XC20P", enc="XC20P"),
    Mode("signed", sign=True, encrypt=False),
    Mode("anoncrypt(sign)", sign=True),
    Mode("authcrypt(sign)", sign=True, frm=True),
    Mode("anoncrypt(authcrypt)", frm=True, protect=True),
    Mode("anoncrypt(authcrypt(sign))", frm=True, sign=True, protect=True),
)

ATTACHMENTS: Json = {
    "attachments": [
        {
            "id": "one",
            "media_type": "application/json",
            "data": {"json": {"deep": [1, {"er": None}], "π": 3.25}},
        },
        {
            "id": "two",
            "description": "fünf Bytes",
            "filename": "grüße.bin",
            "media_type": "application/octet-stream",
            "format": "raw",
            "lastmod_time": 1_700_000_000,
            "byte_count": 5,
            "data": {"base64": "AAEC_v8", "hash": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"},
        },
        {
            "id": "three",
            "data": {
                "links": ["https://example.com/a", "ipfs://bafy"],
                "hash": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            },
        },
    ]
}
HEADERS: Json = {
    "thid": "thread-1",
    "pthid": "parent-1",
    "created_time": 1_700_000_000,
    "expires_time": 4_102_444_800,
    "please_ack": ["", "an-id"],
    "ack": ["another-id"],
    "lang": "de",
    "accept_lang": ["de", "en"],
    "example-text": "a word",
    "example-number": -7,
    "example-flag": False,
    "example-list": [1, "two", None],
    "example-object": {"a": {"b": []}},
}
TEXT: Json = {
    "body": {"text": 'Grüße, 世界 \U0001f9d1\u200d\U0001f680 \u2028 \x00 \x7f \\ "', "": "empty name"}
}
NUMBERS: Json = {
    "body": {
        "exact in a double": 2**53,
        "not exact in a double": 2**53 + 1,
        "largest of 64 bits": 2**64 - 1,
        "smallest of 64 bits": -(2**63),
        "beyond 64 bits": 10**40,
        "fraction": 0.1,
        "small": 5e-324,
        "large": 1.7976931348623157e308,
    }
}


@dataclass(frozen=True)
class Scenario:
    """A message between two parties.

    Attributes:
        headers: What the message has beside `id`, `type`, `from` and `to`.
        recipient_keys: How many keys for agreement the recipient has.
        held: The one of them whose secret the recipient holds; None for all.
        all_keys: Whether the reader asks that each of its keys opens the message.
        rotation: Whether the sender has taken a new DID, and says so.
        ending: Whether the sender leaves, and says so.
    """

    name: str
    kind: Kind
    mode: Mode
    headers: Json = field(default_factory=dict[str, object])
    recipient_keys: int = 1
    held: int | None = None
    all_keys: bool = False
    rotation: bool = False
    ending: bool = False

    def row(self) -> Row:
        return Row(self.name, {OURS_TO_PEER: self.ours_to_peer, PEER_TO_OURS: self.peer_to_ours})

    def assembled_row(self) -> Row:
        """Of what the peer reads and writes, but for the checks of its API."""
        return Row(f"{self.name}, below the peer's API", {PEER_TO_OURS: self.assembled_to_ours})

    async def ours_to_peer(self, peer: Peer) -> None:
        """We pack, the peer reads."""
        sender = await self.kind.ours(peer, "alice", 1)
        recipient = await self.kind.theirs(peer, "bob", self.recipient_keys)
        prior = await self.kind.ours(peer, "alice-before", 1) if self._has_prior() else None
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        packed = await pack_here(cast, self.mode, plaintext, from_prior)
        # with both, we leave the authcrypt layer out: the signature proves the sender
        mode = replace(self.mode, frm=not (self.mode.protect and self.mode.sign) and self.mode.frm)
        opened = await unpack_there(peer, cast, packed, all_keys=self.all_keys)
        self._compare(opened, cast, mode, plaintext, from_prior)

    async def peer_to_ours(self, peer: Peer) -> None:
        """The peer packs, we read."""
        sender = await self.kind.theirs(peer, "bob", 1)
        recipient = await self.kind.ours(peer, "alice", self.recipient_keys)
        prior = await self.kind.theirs(peer, "bob-before", 1) if self._has_prior() else None
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        packed = await pack_there(peer, cast, self.mode, plaintext, from_prior)
        opened = await unpack_here(cast, packed, all_keys=self.all_keys)
        self._compare(opened, cast, self.mode, plaintext, from_prior)

    async def assembled_to_ours(self, peer: Peer) -> None:
        """The peer anoncrypts a message that its API refuses, we read."""
        sender = await self.kind.theirs(peer, "bob", 1)
        recipient = await self.kind.ours(peer, "alice", self.recipient_keys)
        prior = await self.kind.theirs(peer, "bob-before", 1)
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        layers: tuple[Json, ...] = ({"layer": "anoncrypt", "to": recipient.did},)
        packed = await assemble_there(peer, cast, layers, plaintext, (prior.did, from_prior or {}))
        self._compare(await unpack_here(cast, packed), cast, self.mode, plaintext, from_prior)

    def _has_prior(self) -> bool:
        return self.rotation or self.ending

    def _cast(self, sender: Party, recipient: Party, prior: Party | None) -> Cast:
        reader = recipient if self.held is None else recipient.holding(self.held)
        return Cast(self.kind, sender, recipient, reader, prior)

    def _plaintext(self, cast: Cast) -> Json:
        named = {"from": cast.sender.did} if self.mode.frm or self.mode.sign else {}
        return {
            "id": str(uuid.uuid4()),
            "type": "https://example.org/greeting/1.0/hello",
            "body": {"msg": "hello"},
            "to": [cast.recipient.did],
            **named,
            **self.headers,
        }

    def _from_prior(self, cast: Cast) -> Json | None:
        if cast.prior is None:
            return None
        successor = {} if self.ending else {"sub": cast.sender.did}
        return {"iss": cast.prior.did, **successor, "iat": 1_700_000_000, "exp": 4_102_444_800}

    def _compare(
        self, opened: Opened, cast: Cast, mode: Mode, plaintext: Json, from_prior: Json | None
    ) -> None:
        expect("the plaintext", opened.message, plaintext)
        expect("from_prior", opened.from_prior, from_prior)
        facts = dict(opened.facts)
        encrypted_to: list[str] = facts.pop("encrypted_to") or []
        expect("encrypted_to", len(encrypted_to), self.recipient_keys if mode.encrypt else 0)
        expect("encrypted_to", {_did(kid) for kid in encrypted_to} - {cast.recipient.did}, set[str]())
        for kid in ("encrypted_from", "sign_from", "from_prior_issuer_kid"):
            facts[kid] = _did(facts[kid])
        expect("the metadata", facts, _facts(cast, mode))


def _did(kid: str | None) -> str | None:
    return None if kid is None else kid.partition("#")[0]


def _facts(cast: Cast, mode: Mode) -> Json:
    authcrypted = mode.encrypt and mode.frm
    anoncrypted = mode.encrypt and (mode.protect or not mode.frm)
    return {
        "encrypted": mode.encrypt,
        "authenticated": mode.frm or mode.sign,
        "non_repudiation": mode.sign,
        "anonymous_sender": anoncrypted,
        "encrypted_from": cast.sender.did if authcrypted else None,
        "sign_from": cast.sender.did if mode.sign else None,
        "from_prior_issuer_kid": None if cast.prior is None else cast.prior.did,
        "enc_alg_auth": "A256CBC-HS512" if authcrypted else None,
        "enc_alg_anon": mode.enc if anoncrypted else None,
        "sign_alg": "EdDSA" if mode.sign else None,
    }


ENDING = Scenario("ending a relationship", EXAMPLE, ANONCRYPT, ending=True)


def table() -> Table:
    """Every envelope over every kind of DID, and every kind of content over did:example."""
    envelopes = [
        Scenario(f"{kind.name}: {mode.name}", kind, mode)
        for kind in (EXAMPLE, KEY, PEER, PEERDID)
        for mode in MODES
    ]
    protected = MODES[7]
    special = [
        *(
            Scenario(f"{kind.name}: rotation", kind, AUTHCRYPT, rotation=True)
            for kind in (EXAMPLE, KEY, PEER, PEERDID)
        ),
        Scenario("rotation, sender protected", EXAMPLE, protected, rotation=True),
        Scenario("rotation, authcrypt(sign)", EXAMPLE, MODES[6], rotation=True),
        ENDING,
        Scenario("three recipient keys, one held: authcrypt", EXAMPLE, AUTHCRYPT, recipient_keys=3, held=1),
        Scenario("three recipient keys, one held: anoncrypt", EXAMPLE, ANONCRYPT, recipient_keys=3, held=2),
        Scenario(
            "three recipient keys, all open: authcrypt", EXAMPLE, AUTHCRYPT, recipient_keys=3, all_keys=True
        ),
        Scenario(
            "three recipient keys, all open: protected", EXAMPLE, protected, recipient_keys=3, all_keys=True
        ),
        Scenario(
            "three recipient keys, one held: did:peer:2 #6LS...", PEERDID, AUTHCRYPT, recipient_keys=3, held=0
        ),
        Scenario("attachments: json, base64, links", EXAMPLE, AUTHCRYPT, ATTACHMENTS),
        Scenario("attachments, signed", EXAMPLE, MODES[4], ATTACHMENTS),
        Scenario("all headers, custom headers", EXAMPLE, AUTHCRYPT, HEADERS),
        Scenario("any text in the body", EXAMPLE, MODES[6], TEXT),
        Scenario("big and small numbers in the body", EXAMPLE, MODES[6], NUMBERS),
        Scenario("empty body", EXAMPLE, AUTHCRYPT, {"body": {}}),
        Scenario("did:peer:2 with a service: authcrypt", SERVED, AUTHCRYPT),
        Scenario("did:peer:2 with a service: signed", SERVED, MODES[4]),
        Scenario("kids as peerdid names them: authcrypt", PEERDID_RAW, AUTHCRYPT),
        Scenario("kids as peerdid names them: signed", PEERDID_RAW, MODES[4]),
    ]
    rows = [each.row() for each in (*envelopes, *special)]
    rows.append(ENDING.assembled_row())
    return Table("one side packs, the other reads", (OURS_TO_PEER, PEER_TO_OURS), rows)
