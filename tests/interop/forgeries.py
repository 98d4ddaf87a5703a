"""Messages that lie, put together from the peer's layers below its own checks: nobody may believe them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from exchange import Cast, assemble_there, unpack_here, unpack_there
from parties import EXAMPLE, Json, Party
from peer_process import Peer, PeerError
from pydidcomm.errors import KeyNotFoundError, UntrustedMessageError
from rows import CheckFailedError, Row, Table, expect

REFUSED_BY_US = "refused by pydidcomm"
REFUSED_BY_PEER = "refused by didcomm"

ALICE, BEFORE, BOB, MALLORY = (f"did:example:{name}" for name in ("alice", "alice-before", "bob", "mallory"))
SIGN: Json = {"layer": "sign", "frm": ALICE}
AUTHCRYPT: Json = {"layer": "authcrypt", "frm": ALICE, "to": BOB}
ANONCRYPT: Json = {"layer": "anoncrypt", "to": BOB}
SIGN_BY_MALLORY: Json = {**SIGN, "frm": MALLORY}
AUTHCRYPT_BY_MALLORY: Json = {**AUTHCRYPT, "frm": MALLORY}
# the key that stands in Alice's document, but no longer under keyAgreement
REVOKED_KID = f"{ALICE}#agree-2"
AUTHCRYPT_BY_REVOKED: Json = {**AUTHCRYPT, "frm": REVOKED_KID}
KEY_AGREEMENT = "keyAgreement"

PAST, NOW, FUTURE = 1_600_000_000, 1_700_000_000, 4_102_444_800
ROTATION: Json = {"iss": BEFORE, "sub": ALICE, "iat": NOW, "exp": FUTURE}


@dataclass(frozen=True)
class Forgery:
    """A message to Bob that says it is from Alice, but for what is stated otherwise.

    Attributes:
        claim: What our error names: the claim, or the relationship in which the key does not stand.
        layers: Around the plaintext, the innermost first.
        headers: What the message says otherwise.
        from_prior: The claims of a rotation.
        from_prior_by: Who signs them.
    """

    name: str
    claim: str
    layers: tuple[Json, ...]
    headers: Json = field(default_factory=dict[str, object])
    from_prior: Json | None = None
    from_prior_by: str = BEFORE

    def row(self) -> Row:
        return Row(self.name, {REFUSED_BY_US: self.refused_by_us, REFUSED_BY_PEER: self.refused_by_peer})

    async def refused_by_us(self, peer: Peer) -> None:
        cast, packed = await self._forge(peer)
        try:
            await unpack_here(cast, packed)
        except UntrustedMessageError as error:
            expect("the claim", error.claim, self.claim)
        except KeyNotFoundError as error:
            expect("the relationship", error.relationship, self.claim)
        else:
            raise CheckFailedError(BELIEVED)

    async def refused_by_peer(self, peer: Peer) -> None:
        cast, packed = await self._forge(peer)
        try:
            await unpack_there(peer, cast, packed)
        except PeerError:
            return
        raise CheckFailedError(BELIEVED)

    async def _forge(self, peer: Peer) -> tuple[Cast, str]:
        alice = _without_first_agreement_key(await EXAMPLE.ours(peer, "alice", 2))
        before, bob, mallory = [
            await EXAMPLE.ours(peer, name, 1) for name in ("alice-before", "bob", "mallory")
        ]
        cast = Cast(EXAMPLE, sender=alice, recipient=bob, reader=bob, prior=before, strangers=(mallory,))
        plaintext: Json = {
            "id": str(uuid.uuid4()),
            "typ": "application/didcomm-plain+json",
            "type": "https://example.org/greeting/1.0/hello",
            "body": {"msg": "hello"},
            "from": ALICE,
            "to": [BOB],
            **self.headers,
        }
        signed = None if self.from_prior is None else (self.from_prior_by, self.from_prior)
        return cast, await assemble_there(peer, cast, self.layers, plaintext, signed)


BELIEVED = "believed"


def _without_first_agreement_key(party: Party) -> Party:
    revoked = {**party.document, KEY_AGREEMENT: party.document[KEY_AGREEMENT][1:]}
    return Party(party.did, revoked, party.secrets)


FORGERIES = (
    Forgery("from is another DID than skid's", "from=skid", (AUTHCRYPT_BY_MALLORY,)),
    Forgery(
        "from is another DID than skid's, sender protected", "from=skid", (AUTHCRYPT_BY_MALLORY, ANONCRYPT)
    ),
    Forgery("from is another DID than the signer's", "from=signer", (SIGN_BY_MALLORY,)),
    Forgery(
        "from is another DID than the signer's, anoncrypted", "from=signer", (SIGN_BY_MALLORY, ANONCRYPT)
    ),
    Forgery("signer is another DID than the sender's", "from=signer", (SIGN_BY_MALLORY, AUTHCRYPT)),
    Forgery("sender is another DID than the signer's", "from=skid", (SIGN, AUTHCRYPT_BY_MALLORY)),
    Forgery("to names somebody else", "to=recipient", (AUTHCRYPT,), {"to": [MALLORY]}),
    Forgery("skid stands outside keyAgreement", KEY_AGREEMENT, (AUTHCRYPT_BY_REVOKED,)),
    Forgery(
        "from_prior signed by a stranger",
        "from_prior.iss=kid",
        (AUTHCRYPT,),
        from_prior=ROTATION,
        from_prior_by=MALLORY,
    ),
    Forgery(
        "from_prior for another DID",
        "from_prior.sub=from",
        (AUTHCRYPT,),
        from_prior={**ROTATION, "sub": MALLORY},
    ),
    Forgery("from_prior expired", "from_prior.time", (AUTHCRYPT,), from_prior={**ROTATION, "exp": PAST}),
    Forgery(
        "from_prior not yet valid", "from_prior.time", (AUTHCRYPT,), from_prior={**ROTATION, "nbf": FUTURE}
    ),
    Forgery("from_prior in a message not encrypted", "from_prior=encrypted", (SIGN,), from_prior=ROTATION),
)


def table() -> Table:
    """Every forgery, read by both sides."""
    return Table(
        "forged below the checks of didcomm",
        (REFUSED_BY_US, REFUSED_BY_PEER),
        [each.row() for each in FORGERIES],
    )
