"""What the peers get wrong, cell by cell, and what pydidcomm does in spite of it.

A cell that stands here has to fail, and with that error: one that passes has to be taken out.
"""

from __future__ import annotations

from fault import Fault
from forgeries import BELIEVED, REFUSES
from peer_dids import CREATED_HERE, CREATED_THERE, REFUSES_DID, RESOLVED
from scenario import OURS_TO_PEER, PEER_TO_OURS
from veramo_faults import VERAMO_FAULTS

SICPA = ("sicpa",)
SICPA_RUST = ("node", "rust")
INDICIO = ("askar", "authlib")
RUST = (*SICPA_RUST, "affinidi")
DID_PEER = ("did-peer",)
DID_PEER_PACKAGES = ("did-peer-py",)
DID_PEERS = (*SICPA, *DID_PEER)
EVERYBODY = (*SICPA, *INDICIO, *RUST)
BOTH = (OURS_TO_PEER, PEER_TO_OURS)
CREATED_BOTH = (CREATED_HERE, CREATED_THERE)


FAULTS = (
    Fault(
        (*SICPA, *SICPA_RUST),
        "from_prior has to have `sub`, so that nobody can end a relationship with it",
        "write and read the ending as the specification has it",
        "from_prior plaintext is invalid|missing field `sub`",
        ("ending a relationship",),
        BOTH,
    ),
    Fault(
        SICPA,
        "a service in the form of DIDComm v2 breaks pack_encrypted, even without forwarding",
        "write that form; the peer still reads, and answers a document without services",
        "AttributeError: 'DIDCommV2Service' object has no attribute 'accept'",
        ("did:peer:2 with a service: authcrypt",),
        (PEER_TO_OURS,),
    ),
    Fault(
        SICPA,
        "peerdid names keys `#` and 8 characters; didcomm finds nothing under absolute kids",
        'LocalResolver(key_naming="multibase") writes the kids of older peerdid, for peers that keep to them',
        "DIDUrlNotFoundError: .*#6",
        ("kids as peerdid names them: authcrypt", "kids as peerdid names them: signed"),
        (OURS_TO_PEER,),
    ),
    Fault(
        SICPA,
        "with secrets under these names it sends relative kids, which name no DID",
        "refuse them, as the peer itself does",
        r"^MalformedMessageError: malformed jw[es]\..*: not a DID URL",
        ("kids as peerdid names them: authcrypt", "kids as peerdid names them: signed"),
        (PEER_TO_OURS,),
    ),
    Fault(
        SICPA,
        "peerdid leaves `a` and `r` inside an endpoint unexpanded",
        "write the short form, read both",
        "the endpoint is .*'a': ",
        ("service", "service without routing keys"),
        (CREATED_HERE,),
    ),
    Fault(
        SICPA,
        "peerdid refuses a service with - or _ in its base64url, also in a DID that it has just created",
        "read it; a peer with such a DID has to be handed a document",
        "MalformedPeerDIDError: .*Does not match peer DID regexp",
        ("service, encoded with _",),
        CREATED_BOTH,
    ),
    Fault(
        SICPA,
        "peerdid refuses more than one service, each an element of its own",
        "write what the method says; a peer with such a DID has to be handed a document",
        "MalformedPeerDIDError: .*Does not match peer DID regexp",
        ("two services",),
        (CREATED_HERE,),
    ),
    Fault(
        SICPA,
        "peerdid names services by their type and place",
        'call them `#service` and `#service-1`; LocalResolver(key_naming="multibase") has the older names',
        "the ids is .*#didcommmessaging-1",
        ("two services",),
        (CREATED_THERE,),
    ),
    Fault(
        DID_PEERS,
        "a key for authentication is one for assertions too, as in 2021",
        "list each key for what the DID says that it is for",
        "assertionMethod is ",
        ("what each key is for",),
        CREATED_BOTH,
    ),
    Fault(
        SICPA,
        "peerdid has no key for agreement in a did:peer:0, where did:key derives one",
        "derive it, as the method says: the document is that of the did:key",
        r"keyAgreement is \[\], not ",
        ("did:peer:0",),
        CREATED_BOTH,
    ),
    Fault(
        DID_PEER,
        "a did:peer:0 resolves to the document of another DID, the did:key",
        "give the document the DID that was asked for",
        "the id is 'did:key:",
        ("id of a did:peer:0",),
        (CREATED_HERE,),
    ),
    Fault(
        DID_PEER,
        "routing keys are called `routing_keys`",
        "call them `routingKeys`",
        "the endpoint is .*'routing_keys': ",
        ("service",),
        CREATED_BOTH,
    ),
    Fault(
        DID_PEER,
        "a service without routing keys is neither read nor written",
        "read and write it",
        "data did not match any variant",
        ("service without routing keys",),
        CREATED_BOTH,
    ),
    Fault(
        DID_PEER,
        "every service is `#service`",
        "call the second one `#service-1`",
        "the ids is ",
        ("two services",),
        CREATED_BOTH,
    ),
    Fault(
        DID_PEER,
        "a key is taken that is none",
        "refuse the DID",
        RESOLVED,
        ("a key that is none",),
        (REFUSES_DID,),
    ),
    Fault(
        DID_PEER_PACKAGES,
        "a key is not looked at",
        "refuse the DID",
        RESOLVED,
        ("a key that is none",),
        (REFUSES_DID,),
    ),
    Fault(
        DID_PEER,
        "a did:peer:2 without elements makes it panic",
        "refuse the DID",
        "died of resolve",
        ("no keys",),
        (REFUSES_DID,),
    ),
    Fault(
        SICPA_RUST,
        "an attachment's hash is dropped unless the content is behind links",
        "write it, and read an attachment that has lost it",
        "the plaintext is .*, not .*'hash'",
        ("attachment with a hash beside base64",),
        BOTH,
    ),
    Fault(
        RUST,
        "the JWS of an attachment has to be text: with an object the whole message is refused",
        "write the object, as the specification has it, and read both",
        "not a valid JWE, JWS or JWM|any variant of untagged enum AttachmentData|expected a string",
        ("attachment with a detached JWS",),
        BOTH,
    ),
    Fault(
        SICPA,
        "the JWS of an attachment has to be an object",
        "write the object, and read both",
        "INVALID_PLAINTEXT",
        ("attachment with a detached JWS as text",),
        BOTH,
    ),
    Fault(
        ("node",),
        "integers that no double holds change, as everywhere in JavaScript",
        "keep every digit",
        "the plaintext is ",
        ("integers of 64 bits, authcrypt", "integers of 64 bits, authcrypt(sign)"),
        BOTH,
    ),
    Fault(
        RUST,
        "integers beyond 64 bits become doubles",
        "keep every digit",
        "the plaintext is .*1e\\+40",
        ("integers beyond 64 bits, authcrypt", "integers beyond 64 bits, authcrypt(sign)"),
        BOTH,
    ),
    Fault(
        EVERYBODY,
        "`from` and `to` are compared with no layer of the envelope",
        "refuse, with the claim that is not proved",
        BELIEVED,
        (
            "from is another DID than skid's",
            "from is another DID than skid's, sender protected",
            "to names somebody else",
        ),
        (REFUSES,),
    ),
    Fault(
        (*SICPA, *RUST),
        "`from` is not compared with the signer",
        "refuse, with the claim that is not proved",
        BELIEVED,
        (
            "from is another DID than the signer's",
            "from is another DID than the signer's, anoncrypted",
            "signer is another DID than the sender's",
            "sender is another DID than the signer's",
        ),
        (REFUSES,),
    ),
    Fault(
        (*SICPA, *INDICIO),
        "any key of the sender's document will do for authcrypt",
        "take keys under keyAgreement alone",
        BELIEVED,
        ("skid stands outside keyAgreement",),
        (REFUSES,),
    ),
    Fault(
        RUST,
        "`crit` in a signature is passed over",
        "refuse what it names",
        BELIEVED,
        ("a signature that demands what nobody knows",),
        (REFUSES,),
    ),
    Fault(
        EVERYBODY,
        "`crit` in an envelope is passed over",
        "refuse what it names",
        BELIEVED,
        ("an envelope that demands what nobody knows",),
        (REFUSES,),
    ),
    Fault(
        ("askar", *RUST),
        "an ephemeral key of small order is taken, with which everybody agrees on zeros",
        "refuse it",
        BELIEVED,
        ("epk of small order",),
        (REFUSES,),
    ),
    Fault(
        (*SICPA, *SICPA_RUST),
        "from_prior is believed whoever signed it, for whom, when, and where it stands",
        "refuse, with the claim that is not proved",
        BELIEVED,
        (
            "from_prior signed by a stranger",
            "from_prior for another DID",
            "from_prior expired",
            "from_prior not yet valid",
            "from_prior in a message not encrypted",
        ),
        (REFUSES,),
    ),
    Fault(
        INDICIO,
        "routing keys are passed over: the bare message goes to the mediator, or past one",
        "name the keys that it is for; the mediator sees that it is none of its own",
        "SecretNotFoundError: .*bob#agree-1|the next hop is 'did:example:bob'",
        ("routing key of a mediator", "two routing keys", "endpoint is a DID, and a routing key"),
        (PEER_TO_OURS,),
    ),
    Fault(
        (*SICPA, *INDICIO),
        "a routing key that is a DID makes the whole service unreadable",
        "read it, and wrap for the keys of that DID",
        "AttributeError: ",
        ("routing key named by its DID",),
        (PEER_TO_OURS,),
    ),
    Fault(
        SICPA,
        "without routing keys nothing is wrapped for a mediator whose DID is the endpoint",
        "name the keys that it is for; the mediator sees that it is none of its own",
        "SecretNotFoundError: .*bob#agree-1",
        ("endpoint is the mediator's DID",),
        (PEER_TO_OURS,),
    ),
    *VERAMO_FAULTS,
)
