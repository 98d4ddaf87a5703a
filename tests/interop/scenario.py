"""An honest message: what one side packs, the other reads, with the same plaintext and the same facts."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from exchange import Cast, Mode, Opened, assemble_there, pack_here, pack_there, unpack_here, unpack_there
from parties import USUAL, Json, Keys, Kind, Party
from rows import Column, Row, expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from peer_process import Peer
    from peers import Implementation

OURS_TO_PEER = "->"
PEER_TO_OURS = "<-"

AUTHCRYPT = Mode("authcrypt", frm=True)
ANONCRYPT = Mode("anoncrypt A256CBC-HS512")
ANONCRYPTS = (ANONCRYPT, Mode("anoncrypt A256GCM", enc="A256GCM"), Mode("anoncrypt XC20P", enc="XC20P"))
PLAINTEXT = Mode("plaintext", encrypt=False)
SIGNED = Mode("signed", sign=True, encrypt=False)
ANONCRYPT_SIGNED = Mode("anoncrypt(sign)", sign=True)
AUTHCRYPT_SIGNED = Mode("authcrypt(sign)", sign=True, frm=True)
PROTECTED = Mode("anoncrypt(authcrypt)", frm=True, protect=True)
PROTECTED_XC20P = Mode("anoncrypt XC20P(authcrypt)", frm=True, protect=True, enc="XC20P")
MODES = (
    PLAINTEXT,
    SIGNED,
    *ANONCRYPTS,
    AUTHCRYPT,
    ANONCRYPT_SIGNED,
    AUTHCRYPT_SIGNED,
    PROTECTED,
    PROTECTED_XC20P,
    Mode("anoncrypt(authcrypt(sign))", frm=True, sign=True, protect=True),
)


@dataclass(frozen=True)
class Scenario:
    """A message between two parties.

    Attributes:
        headers: What the message has besides `id`, `type`, `from` and `to`.
        recipient: The keys of the recipient.
        sender: The keys of the sender, and of the DID that it had before.
        held: The recipient's key for agreement whose secret it holds; None for all.
        all_keys: Whether the reader asks that each of its keys opens the message.
        rotation: Whether the sender has taken a new DID, and says so.
        ending: Whether the sender leaves, and says so.
        times: How often it is run: what a peer writes is not always of the same form.
    """

    name: str
    kind: Kind
    mode: Mode
    headers: Json = field(default_factory=dict[str, object])
    recipient: Keys = USUAL
    sender: Keys = USUAL
    held: int | None = None
    all_keys: bool = False
    rotation: bool = False
    ending: bool = False
    times: int = 1

    def row(self, peers: Iterable[Peer]) -> Row:
        """The scenario with each of the peers."""
        return Row(
            self.name,
            {
                Column(peer.implementation.name, direction): (
                    peer.implementation.lacking(self._needs(direction)) or partial(self._repeat, check, peer)
                )
                for peer in peers
                for direction, check in (
                    (OURS_TO_PEER, self.ours_to_peer),
                    (PEER_TO_OURS, self.peer_to_ours),
                )
            },
            self.subject(),
        )

    def runs(self, implementation: Implementation, direction: str) -> bool:
        """Whether the peer has what it needs."""
        return implementation.lacking(self._needs(direction)) is None

    def subject(self) -> str:
        """What it is about, for the table of the documentation."""
        signing, curves = ALGORITHMS[self.sender.signing], {*self.recipient.agreement}
        if self.rotation or self.ending:
            return "end of a relationship" if self.ending else "rotation of a DID"
        if len(self.recipient.agreement) > 1:
            return "several keys" if len(curves) == 1 else "keys on several curves"
        if self.headers and self.kind.name == "did:example":
            return "headers and attachments"
        if self.mode.sign and signing != "EdDSA":
            return f"signatures, {signing}"
        if self.mode.encrypt and curves != {"X25519"}:
            return f"key agreement on {curves.pop()}"
        return self.mode.name

    def read_row(self, peers: Iterable[Peer]) -> Row:
        """The messages of the peers alone, read by pydidcomm."""
        columns = {Column(peer.implementation.name, PEER_TO_OURS) for peer in peers}
        checks = self.row(peers).checks
        return Row(self.name, {column: checks[column] for column in columns}, self.subject())

    def assembled_row(self, peers: Iterable[Peer]) -> Row:
        """Of what the peer reads and writes, but for the checks of its API."""
        return Row(
            f"{self.name}, below the peer's API",
            {
                Column(peer.implementation.name, PEER_TO_OURS): partial(self.assembled_to_ours, peer)
                for peer in peers
            },
            self.subject(),
        )

    async def _repeat(self, check: Callable[[Peer], Awaitable[None]], peer: Peer) -> None:
        for _ in range(self.times):
            await check(peer)

    async def ours_to_peer(self, peer: Peer) -> None:
        """We pack, the peer reads."""
        sender = await self.kind.ours(peer, "alice", self.sender)
        recipient = await self.kind.theirs(peer, "bob", self.recipient)
        prior = await self.kind.ours(peer, "alice-before", self.sender) if self._has_prior() else None
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        packed = await pack_here(cast, self.mode, plaintext, from_prior, peer.implementation.profile)
        # with both, we leave the authcrypt layer out: the signature proves the sender
        mode = replace(self.mode, frm=not (self.mode.protect and self.mode.sign) and self.mode.frm)
        opened = await unpack_there(peer, cast, packed, all_keys=self.all_keys)
        self._compare(opened, cast, mode, plaintext, from_prior)

    async def peer_to_ours(self, peer: Peer) -> None:
        """The peer packs, we read."""
        sender = await self.kind.theirs(peer, "bob", self.sender)
        recipient = await self.kind.ours(peer, "alice", self.recipient)
        prior = await self.kind.theirs(peer, "bob-before", self.sender) if self._has_prior() else None
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        packed = await pack_there(peer, cast, self.mode, plaintext, from_prior)
        accepted = peer.implementation.accepted()
        opened = await unpack_here(cast, packed, all_keys=self.all_keys, accepted=accepted)
        self._compare(opened, cast, self.mode, plaintext, from_prior)

    async def assembled_to_ours(self, peer: Peer) -> None:
        """The peer anoncrypts a message that its API refuses, we read."""
        sender = await self.kind.theirs(peer, "bob", self.sender)
        recipient = await self.kind.ours(peer, "alice", self.recipient)
        prior = await self.kind.theirs(peer, "bob-before", self.sender)
        cast = self._cast(sender, recipient, prior)
        plaintext, from_prior = self._plaintext(cast), self._from_prior(cast)
        layers: tuple[Json, ...] = ({"layer": "anoncrypt", "to": recipient.did},)
        packed = await assemble_there(peer, cast, layers, plaintext, (prior.did, from_prior or {}))
        self._compare(await unpack_here(cast, packed), cast, self.mode, plaintext, from_prior)

    def _needs(self, direction: str) -> frozenset[str]:
        """What a peer has to have for it: see `Lack`."""
        mode = self.mode
        needs = {"reads" if direction == OURS_TO_PEER else "packs", self.kind.name}
        if not mode.encrypt and not mode.sign:
            needs.add("plaintext")
        if mode.sign:
            needs |= {"signed", ALGORITHMS[self.sender.signing]}
        if mode.encrypt:
            needs |= (
                {*self.recipient.agreement, *self.sender.agreement}
                if mode.frm
                else {*self.recipient.agreement}
            )
        if mode.encrypt and mode.frm:
            needs |= {"authcrypt", self.mode.auth_enc}
        if mode.encrypt and (mode.protect or not mode.frm):
            needs |= {"anoncrypt", mode.enc}
        if len(self.recipient.agreement) > 1:
            needs.add("several keys")
        if len(set(self.recipient.agreement)) > 1:
            needs.add("several curves")
        if self.all_keys:
            needs.add("all keys")
        if self._has_prior():
            needs.add("from_prior")
        return frozenset(needs)

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
        return {"iss": cast.prior.did, **successor, "iat": int(time.time()), "exp": 4_102_444_800}

    def _compare(
        self, opened: Opened, cast: Cast, mode: Mode, plaintext: Json, from_prior: Json | None
    ) -> None:
        """Only the facts that the reader tells are compared."""
        expect("the plaintext", opened.message, plaintext)
        expect("from_prior", opened.from_prior, from_prior)
        facts = dict(opened.facts)
        if "encrypted_to" in facts:
            self._compare_recipients(facts.pop("encrypted_to") or [], cast, mode)
        for kid in facts.keys() & {"encrypted_from", "sign_from", "from_prior_issuer_kid"}:
            facts[kid] = _did(facts[kid])
        expected = _facts(cast, mode, ALGORITHMS[self.sender.signing])
        expect("the metadata", facts, {fact: expected[fact] for fact in facts})

    def _compare_recipients(self, encrypted_to: list[str], cast: Cast, mode: Mode) -> None:
        """All keys of the recipient, or all of one curve where it has several."""
        expect("encrypted_to", {_did(kid) for kid in encrypted_to} - {cast.recipient.did}, set[str]())
        if len(set(self.recipient.agreement)) > 1:
            curves = {jwk["kid"]: jwk["crv"] for jwk in cast.recipient.secrets}
            chosen = curves[encrypted_to[0]]
            expect("encrypted_to", {curves[kid] for kid in encrypted_to}, {chosen})
            expect("encrypted_to", len(encrypted_to), self.recipient.agreement.count(chosen))
        else:
            expect("encrypted_to", len(encrypted_to), len(self.recipient.agreement) if mode.encrypt else 0)


ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "secp256k1": "ES256K"}


def _did(kid: str | None) -> str | None:
    return None if kid is None else kid.partition("#")[0]


def _facts(cast: Cast, mode: Mode, sign_alg: str) -> Json:
    authcrypted = mode.encrypt and mode.frm
    anoncrypted = mode.encrypt and (mode.protect or not mode.frm)
    return {
        "encrypted": mode.encrypt,
        "authenticated": (mode.encrypt and mode.frm) or mode.sign,
        "non_repudiation": mode.sign,
        "anonymous_sender": anoncrypted,
        "encrypted_from": cast.sender.did if authcrypted else None,
        "sign_from": cast.sender.did if mode.sign else None,
        "from_prior_issuer_kid": None if cast.prior is None else cast.prior.did,
        "enc_alg_auth": mode.auth_enc if authcrypted else None,
        "enc_alg_anon": mode.enc if anoncrypted else None,
        "sign_alg": sign_alg if mode.sign else None,
    }
