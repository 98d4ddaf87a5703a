"""What didcomm 0.3.2 and peerdid 0.5.2 get wrong, cell by cell, and what pydidcomm does in spite of it.

A cell that stands here has to fail, and with that error: one that passes has to be taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

from forgeries import REFUSED_BY_PEER
from peer_dids import CREATED_HERE
from scenarios import OURS_TO_PEER, PEER_TO_OURS

BOTH = (OURS_TO_PEER, PEER_TO_OURS)


@dataclass(frozen=True)
class Fault:
    """A fault of the peer.

    Attributes:
        reason: What the peer does.
        in_spite: What we do.
        error: How each cell fails, a regular expression.
        rows: The rows in which it shows.
        columns: The columns of those rows.
    """

    reason: str
    in_spite: str
    error: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def cells(self) -> set[tuple[str, str]]:
        return {(row, column) for row in self.rows for column in self.columns}


FAULTS = (
    Fault(
        "from_prior has to have `sub`, so that nobody can end a relationship with it",
        "write and read the ending as the specification has it",
        "from_prior plaintext is invalid",
        ("ending a relationship",),
        BOTH,
    ),
    Fault(
        "a service in the form of DIDComm v2 breaks pack_encrypted, even without forwarding",
        "write that form; the peer still reads, and answers a document without services",
        "AttributeError: 'DIDCommV2Service' object has no attribute 'accept'",
        ("did:peer:2 with a service: authcrypt",),
        (PEER_TO_OURS,),
    ),
    Fault(
        "peerdid names keys `#` and 8 characters; didcomm finds nothing under absolute kids",
        'LocalResolver(key_naming="multibase") writes the kids of older peerdid, for peers that keep to them',
        "DIDUrlNotFoundError: .*#6",
        ("kids as peerdid names them: authcrypt", "kids as peerdid names them: signed"),
        (OURS_TO_PEER,),
    ),
    Fault(
        "with secrets under these names it sends relative kids, which name no DID",
        "refuse them, as the peer itself does",
        r"^MalformedMessageError: malformed jw[es]\..*: no DID URL",
        ("kids as peerdid names them: authcrypt", "kids as peerdid names them: signed"),
        (PEER_TO_OURS,),
    ),
    Fault(
        "peerdid leaves `a` and `r` inside an endpoint unexpanded",
        "write the short form, read both",
        "the endpoint is .*'a': .*'r': ",
        ("service",),
        (CREATED_HERE,),
    ),
    Fault(
        "peerdid refuses a service with - or _ in its base64url, also in a DID that it has just created",
        "read it; a peer with such a DID has to be handed a document",
        "MalformedPeerDIDError: .*Does not match peer DID regexp",
        ("service, encoded with _",),
        (CREATED_HERE,),
    ),
    Fault(
        "`from` and `to` are compared with no layer of the envelope",
        "refuse, with the claim that is not proved",
        "believed",
        (
            "from is another DID than skid's",
            "from is another DID than skid's, sender protected",
            "from is another DID than the signer's",
            "from is another DID than the signer's, anoncrypted",
            "signer is another DID than the sender's",
            "sender is another DID than the signer's",
            "to names somebody else",
        ),
        (REFUSED_BY_PEER,),
    ),
    Fault(
        "any key of the sender's document will do for authcrypt",
        "take keys under keyAgreement alone",
        "believed",
        ("skid stands outside keyAgreement",),
        (REFUSED_BY_PEER,),
    ),
    Fault(
        "from_prior is believed whoever signed it, for whom, when, and where it stands",
        "refuse, with the claim that is not proved",
        "believed",
        (
            "from_prior signed by a stranger",
            "from_prior for another DID",
            "from_prior expired",
            "from_prior not yet valid",
            "from_prior in a message not encrypted",
        ),
        (REFUSED_BY_PEER,),
    ),
)
