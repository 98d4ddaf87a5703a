"""One object of each public class that is a value, with as many of its members as it can have."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pydidcomm
from pydidcomm import (
    Attachment,
    AttachmentSignature,
    Check,
    DIDDocument,
    FromPrior,
    Message,
    MessageWarning,
    NewKey,
    Outcome,
    Outgoing,
    PackEncryptedConfig,
    PackEncryptedParameters,
    PublicKey,
    ReplayEntry,
    Resolved,
    ResolveOptions,
    ResolversConfig,
    Secret,
    SecretQuery,
    SignAlg,
    UnpackConfig,
    WarningCode,
    inspect,
    sync,
)
from pydidcomm.sync import v1 as sync_v1
from support.parties import HELLO, Documents, Party, hello

if TYPE_CHECKING:
    from pydidcomm.v1 import V1Forwarded, V1Message, V1Packed

ALICE, OLD, BOB = Party("did:example:alice"), Party("did:example:alice-before"), Party("did:example:bob")
ALICE.secrets.add_key(OLD.signing.secret_jwk)
KEY = "did:example:mediator#key"
MEDIATOR = Party("did:example:mediator")
BOB.document["service"] = [
    {
        "id": "#didcomm",
        "type": "DIDCommMessaging",
        "serviceEndpoint": [
            {
                "uri": "https://mediator.example",
                "accept": ["didcomm/v2", "didcomm/aip2;env=rfc587"],
                "routingKeys": [MEDIATOR.key.kid],
            },
            {"uri": "wss://bob.example"},
        ],
    }
]
DOCUMENTS = Documents(ALICE, OLD, BOB, MEDIATOR)
FAULTY = '{"id":"one","type":"https://example.org/a/1.0/b","created_time":"2026","lang":7}'
BOTH = PackEncryptedConfig(protect_sender_id=True, anoncrypt_authcrypt_signed=True)


class Store:
    """Remembers nothing; equal to another one."""

    def get_key(self, _kid: str) -> None:
        return None

    def get_keys(self, _kids: list[str]) -> list[str]:
        return []

    def resolve(self, _did: str) -> None:
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Store)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "Store()"


def message() -> Message:
    return hello(
        id="one",
        frm=ALICE.did,
        to=[BOB.did],
        thid="thread",
        created_time=1,
        please_ack=[""],
        ack=["a"],
        accept_lang=["fr"],
        attachments=[Attachment.from_links(["https://example.com/film"], content=b"...", id="film")],
        custom_headers={"x": {"y": [1, {"z": 2}]}},
    )


def received() -> pydidcomm.UnpackResult:
    """A message with every fact that can be proved: three layers, a rotation and a warning."""
    prior = FromPrior(iss=OLD.did, sub=ALICE.did)
    config = sync.DIDCommMessaging(ALICE.secrets, DOCUMENTS)
    packed = config.pack(
        message().replace(from_prior=prior), to=BOB.did, frm=ALICE.did, sign_frm=ALICE.did, config=BOTH
    )
    bare = packed.deliveries[1].text
    return DOCUMENTS.unpack(BOB, bare)


def forwarded() -> pydidcomm.Forwarded:
    return sync.unpack_forward(DOCUMENTS.of(MEDIATOR), packed().text)


def packed() -> pydidcomm.Packed:
    return sync.DIDCommMessaging(ALICE.secrets, DOCUMENTS).pack(
        message().replace(from_prior=FromPrior(iss=OLD.did, sub=ALICE.did)),
        to=BOB.did,
        frm=ALICE.did,
        sign_frm=ALICE.did,
        config=BOTH,
    )


def ended() -> Any:  # noqa: ANN401, either change
    prior = FromPrior(iss=ALICE.did)
    config = sync.DIDCommMessaging(ALICE.secrets, DOCUMENTS)
    goodbye = Message(type=HELLO, to=[BOB.did], from_prior=prior)
    return DOCUMENTS.unpack(BOB, config.pack(goodbye, to=BOB.did).deliveries[1].text).relationship_change


def tolerated() -> pydidcomm.Metadata:
    return sync.DIDCommMessaging().unpack(FAULTY, config=UnpackConfig(tolerate_form_faults=True)).metadata


@cache
def verkeys() -> tuple[str, str, str]:
    one, other, mediator = (sync_v1.create_verkey(BOB.secrets) for _ in range(3))
    return one, other, mediator


def v1_packed() -> V1Packed:
    one, other, _ = verkeys()
    ping = {"@type": "https://didcomm.org/trust_ping/1.0/ping", "@id": "one"}
    return sync_v1.pack(DOCUMENTS.of(BOB), ping, to=[one], frm=other)


def v1_message() -> V1Message:
    return sync_v1.unpack(DOCUMENTS.of(BOB), v1_packed().text)


def v1_forwarded() -> V1Forwarded:
    one, _, mediator = verkeys()
    wrapped = sync_v1.forward(DOCUMENTS.of(BOB), v1_packed().text, to=one, routing_keys=[mediator])
    return sync_v1.unpack_forward(DOCUMENTS.of(BOB), wrapped.text)


def signed_view() -> pydidcomm.SignedView:
    (layer, _) = inspect(sync.pack_signed(DOCUMENTS.of(ALICE), message(), ALICE.did)).layers
    assert isinstance(layer, pydidcomm.SignedView)
    return layer


def diagnosis() -> pydidcomm.Diagnosis:
    bob = sync.DIDCommMessaging(BOB.secrets, DOCUMENTS)
    return bob.diagnose(packed().text)


VALUES: dict[str, Any] = {
    "Attachment": message().attachments[0],
    "AttachmentSignature": AttachmentSignature(KEY, MEDIATOR.did, SignAlg.ED25519),
    "Check": Check(subject="unpack", name=BOB.did, passed=False, detail="no"),
    "DIDDocument": DIDDocument(BOB.document),
    "Delivery": packed().deliveries[0],
    "Diagnosis": diagnosis(),
    "EncryptedView": inspect(packed()).layers[0],
    "Envelope": packed().envelopes[0],
    "EnvelopeView": inspect(packed()),
    "Fault": inspect({"type": "hello"}).faults[0],
    "FormFault": tolerated().form_faults[0],
    "Forwarded": forwarded(),
    "FromPrior": FromPrior(iss=OLD.did, sub=ALICE.did, aud=[BOB.did], exp=3, nbf=1, iat=2, jti="id"),
    "Message": message(),
    "MessageWarning": MessageWarning("odd", WarningCode.TYPE, "type"),
    "Metadata": received().metadata,
    "NewKey": NewKey(PublicKey(BOB.signing.multikey), "handle", NewKey(PublicKey(BOB.key.multikey), None)),
    "Outcome": Outcome(packed()),
    "Outgoing": Outgoing(message=message(), to=BOB.did, frm=ALICE.did, sign_frm=ALICE.did),
    "PackEncryptedConfig": BOTH,
    "PackEncryptedParameters": PackEncryptedParameters(forward_schemes=["wss"], forward_headers={"x": [1]}),
    "Packed": packed(),
    "PackedForward": sync.wrap_in_forward(
        DOCUMENTS.of(ALICE), packed().deliveries[1].text, to=BOB.did, routing_keys=[MEDIATOR.did]
    ),
    "PackedPlaintext": sync.DIDCommMessaging().pack_plaintext(message()),
    "PackedSigned": sync.pack_signed(DOCUMENTS.of(ALICE), message(), ALICE.did),
    "PeerEnded": ended(),
    "PeerRotated": received().relationship_change,
    "PlaintextView": inspect(message().as_json()).layers[0],
    "PublicKey": PublicKey(BOB.key.multikey),
    "ReplayEntry": ReplayEntry.of(received(), at=7),
    "Resolved": Resolved(BOB.document, deactivated=True, version_id="3", updated=7),
    "ResolveOptions": ResolveOptions(fresh=True, version_time=7, unproved=True),
    "ResolversConfig": ResolversConfig(secrets_resolver=Store(), did_resolver=Store()),
    "SecretQuery": SecretQuery(BOB.key.kid, PublicKey(BOB.key.multikey)),
    "Service": DIDDocument(BOB.document).services[0],
    "ServiceEndpoint": DIDDocument(BOB.document).services[0].endpoints[0],
    "ServiceMetadata": packed().service_metadata,
    "SignatureView": signed_view().signatures[0],
    "SignedView": signed_view(),
    "UnpackConfig": UnpackConfig(own_dids=[BOB.did], allowed_senders=[ALICE.did]),
    "UnpackResult": received(),
    "V1Forwarded": v1_forwarded(),
    "V1Message": v1_message(),
    "V1Packed": v1_packed(),
}
"""Objects by the names of their classes."""

UNHASHABLE = {
    "Diagnosis": None,
    "EncryptedView": "parts",
    "EnvelopeView": "layers",
    "Outgoing": None,
    "PackEncryptedParameters": "forward_headers",
    "PlaintextView": "parts",
    "Resolved": "document",
    "SignedView": signed_view(),
}
"""Classes with a member that is not hashable."""

STATEFUL: dict[str, Any] = {
    "DIDCommMessaging": pydidcomm.DIDCommMessaging(),
    "InMemoryReplayWindow": pydidcomm.InMemoryReplayWindow(),
    "InMemorySecrets": BOB.secrets,
    "LocalResolver": pydidcomm.LocalResolver(),
    "PrefixResolver": pydidcomm.PrefixResolver({"did:": pydidcomm.LocalResolver()}),
    "Secret": Secret.generate("X25519"),
}
"""Objects that hold secrets, or change."""
