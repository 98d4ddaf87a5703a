"""Forged messages, made by the forger of tests/python: each has to be refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from exchange import Cast, unpack_here, unpack_there
from parties import EXAMPLE, Json, Party, json_web_key_2020, party
from peer_process import Peer, PeerError
from pydidcomm import Secret
from pydidcomm.errors import DIDCommError
from rows import CheckFailedError, Column, Row, Table
from support import forge
from support.parties import Key, b64
from support.parties import Party as ForgedParty

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

US = Column("pydidcomm", "refuses")
REFUSES = "refuses"
BELIEVED = "believed"

ALICE, BEFORE, BOB, MALLORY = (
    ForgedParty(f"did:example:{name}", agreement=agreement)
    for name, agreement in (("alice", 2), ("alice-before", 1), ("bob", 1), ("mallory", 1))
)
# stands in Alice's document, but not under keyAgreement
REVOKED = ALICE.agreement[1]
PAST, NOW, FUTURE = 1_600_000_000, 1_700_000_000, 4_102_444_800
ROTATION: Json = {"iss": BEFORE.did, "sub": ALICE.did, "iat": NOW, "exp": FUTURE}
# a point of order 1, with which everybody agrees with everybody on zeros
ZEROS = {"kty": "OKP", "crv": "X25519", "x": b64(bytes(32))}
CRIT: Json = {"crit": ["example"], "example": True}

Layer: TypeAlias = "Callable[[Json], Json]"


def sign(key: Key, **changes: Any) -> Layer:  # noqa: ANN401, the arguments of the forger
    return lambda content: forge.sign(content, key, **changes)


def authcrypt(sender: Key, **changes: Any) -> Layer:  # noqa: ANN401
    return lambda content: forge.encrypt(content, BOB.agreement, sender=sender, **changes)


def anoncrypt(**changes: Any) -> Layer:  # noqa: ANN401
    return lambda content: forge.encrypt(content, BOB.agreement, **changes)


@dataclass(frozen=True)
class Forgery:
    """A message to Bob that says it is from Alice, but for what is stated otherwise.

    Attributes:
        error: Our refusal, a regular expression.
        layers: Around the plaintext, the innermost first.
        needs: What a peer has to have to read it at all, see `Lack`.
        headers: What the message says otherwise.
        from_prior: The claims of a rotation.
        from_prior_by: Who signs them.
    """

    name: str
    error: str
    layers: tuple[Layer, ...]
    needs: frozenset[str] = frozenset()
    headers: Json = field(default_factory=dict[str, object])
    from_prior: Json | None = None
    from_prior_by: Key = BEFORE.signing

    def row(self, peers: Sequence[Peer]) -> Row:
        lacking = {peer: peer.implementation.lacking(self.needs | {"reads"}) for peer in peers}
        return Row(
            self.name,
            {
                US: self.refused_by_us,
                **{
                    Column(peer.implementation.name, REFUSES): lack or partial(self.refused_by_peer, peer)
                    for peer, lack in lacking.items()
                },
            },
            "forged messages",
        )

    async def refused_by_us(self) -> None:
        alice, bob, before, mallory = (_party(each) for each in (ALICE, BOB, BEFORE, MALLORY))
        cast = Cast(EXAMPLE, alice, bob, bob, before, (mallory,))
        try:
            await unpack_here(cast, self._packed())
        except DIDCommError as error:
            text = f"{type(error).__name__}: {error}"
            if re.search(self.error, text) is None:
                message = f"refused for another reason: {text}"
                raise CheckFailedError(message) from error
        else:
            raise CheckFailedError(BELIEVED)

    async def refused_by_peer(self, peer: Peer) -> None:
        alice, bob, before, mallory = (_party(each, peer) for each in (ALICE, BOB, BEFORE, MALLORY))
        cast = Cast(EXAMPLE, alice, bob, bob, before, (mallory,))
        try:
            await unpack_there(peer, cast, self._packed())
        except PeerError:
            return
        raise CheckFailedError(BELIEVED)

    def _packed(self) -> str:
        headers: Json = {"from_": ALICE.did, "to": [BOB.did], **self.headers}
        if self.from_prior is not None:
            headers["from_prior"] = forge.jwt(self.from_prior, self.from_prior_by)
        content = forge.plaintext(**headers)
        for layer in self.layers:
            content = layer(content)
        return json.dumps(content)


def _party(forged: ForgedParty, peer: Peer | None = None) -> Party:
    """The party with a document that the peer reads; all but the first key for agreement left out of it."""
    secrets = [Secret(key.secret_jwk) for key in (*forged.agreement, forged.signing)]
    made = party(peer, forged.did, secrets, json_web_key_2020)
    return Party(made.did, {**made.document, "keyAgreement": [forged.key.kid]}, made.secrets)


SIGNED = frozenset({"signed"})
ROTATED = frozenset({"from_prior"})
FORGERIES = (
    Forgery("from is another DID than skid's", "from=skid", (authcrypt(MALLORY.key),)),
    Forgery(
        "from is another DID than skid's, sender protected",
        "from=skid",
        (authcrypt(MALLORY.key), anoncrypt()),
    ),
    Forgery("from is another DID than the signer's", "from=signer", (sign(MALLORY.signing),), SIGNED),
    Forgery(
        "from is another DID than the signer's, anoncrypted",
        "from=signer",
        (sign(MALLORY.signing), anoncrypt()),
        SIGNED,
    ),
    Forgery(
        "signer is another DID than the sender's",
        "from=signer",
        (sign(MALLORY.signing), authcrypt(ALICE.key)),
        SIGNED,
    ),
    Forgery(
        "sender is another DID than the signer's",
        "from=skid",
        (sign(ALICE.signing), authcrypt(MALLORY.key)),
        SIGNED,
    ),
    Forgery("to names somebody else", "to=recipient", (authcrypt(ALICE.key),), headers={"to": [MALLORY.did]}),
    Forgery(
        "skid stands outside keyAgreement",
        "under keyAgreement",
        (authcrypt(REVOKED),),
        frozenset({"relationships"}),
    ),
    Forgery(
        "kid of a signature is somebody else's",
        "signature",
        (sign(MALLORY.signing, kid=ALICE.signing.kid),),
        SIGNED,
    ),
    Forgery(
        "a signature that demands what nobody knows", "crit", (sign(ALICE.signing, protected=CRIT),), SIGNED
    ),
    Forgery("an envelope that demands what nobody knows", "crit", (authcrypt(ALICE.key, protected=CRIT),)),
    Forgery(
        "apv of other recipients",
        "apv",
        (anoncrypt(protected={"apv": b64(forge.apv([MALLORY.key.kid]))}),),
    ),
    Forgery(
        "epk of small order",
        "cannot be decrypted|epk",
        (anoncrypt(protected={"epk": ZEROS}, agreed=bytes(32)),),
    ),
    Forgery(
        "from_prior signed by a stranger",
        "from_prior.iss=kid",
        (authcrypt(ALICE.key),),
        ROTATED,
        from_prior=ROTATION,
        from_prior_by=MALLORY.signing,
    ),
    Forgery(
        "from_prior for another DID",
        "from_prior.sub=from",
        (authcrypt(ALICE.key),),
        ROTATED,
        from_prior={**ROTATION, "sub": MALLORY.did},
    ),
    Forgery(
        "from_prior expired",
        "from_prior.time",
        (authcrypt(ALICE.key),),
        ROTATED,
        from_prior={**ROTATION, "exp": PAST},
    ),
    Forgery(
        "from_prior not yet valid",
        "from_prior.time",
        (authcrypt(ALICE.key),),
        ROTATED,
        from_prior={**ROTATION, "nbf": FUTURE},
    ),
    Forgery(
        "from_prior in a message not encrypted",
        "from_prior=encrypted",
        (sign(ALICE.signing),),
        SIGNED | ROTATED,
        from_prior=ROTATION,
    ),
)


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Every forgery, read by us and by every peer."""
    columns = [US, *(Column(peer.implementation.name, REFUSES) for peer in peers)]
    return [Table("forged", columns, [each.row(peers) for each in FORGERIES])]
