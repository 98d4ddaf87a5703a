"""Messages that other implementations packed are read, and what each layer proves is reported."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    Attachment,
    DIDCommMessaging,
    UnpackConfig,
    UnpackResult,
    sync,
)
from pydidcomm.errors import MalformedMessageError
from support import forge
from support.parties import hello
from support.peer_vectors import FOLDER, readers

if TYPE_CHECKING:
    from support.parties import Documents, Party

PEERS = ("didcomm-jvm", "identus-sdk", "veramo", "aries-framework-go")
COUNTS = {"didcomm-jvm": 50, "identus-sdk": 2, "veramo": 7, "aries-framework-go": 3}
ALGORITHMS = {"ed25519": "EdDSA", "es256": "ES256", "es256k": "ES256K"}


@dataclass(frozen=True)
class Packed:
    """A message as the peer packed it; its name says what is particular about it."""

    peer: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.peer}: {self.name}"


def messages(peer: str) -> list[Packed]:
    read = json.loads((FOLDER / f"{peer}.json").read_text(encoding="utf-8"))
    return [Packed(peer, message["name"], message["packed"]) for message in read]


ALL = [message for peer in PEERS for message in messages(peer)]


def opened(message: Packed) -> UnpackResult:
    return sync.unpack(readers(), message.text)


def test_the_vectors_are_complete() -> None:
    assert {peer: len(messages(peer)) for peer in PEERS} == COUNTS


@pytest.mark.spec("ENV-07", "ENV-11", "SIG-08", "SIG-15", "JWE-08")
@pytest.mark.parametrize("message", [one for one in ALL if "forward" not in one.name], ids=str)
def test_a_message_of_a_peer_is_read(message: Packed) -> None:
    result = opened(message)
    metadata, parts = result.metadata, message.name.split("/")
    assert result.message.type
    assert metadata.encrypted == ("auth" in message.name or "anoncrypt" in message.name)
    signed = "signed" in parts or "+sign" in message.name
    assert metadata.non_repudiation == signed
    assert metadata.authenticated == (signed or "auth" in message.name)
    assert result.sender == (result.message.frm if metadata.authenticated else None)
    assert metadata.anonymous_sender == ("anoncrypt" in message.name or "protect" in message.name)
    if signed:
        assert metadata.sign_alg is not None
        named = [ALGORITHMS[name] for name in ALGORITHMS if f"+{name}/" in message.name]
        assert not named or metadata.sign_alg.value == named[0]
    for encryption in ("XC20P", "A256GCM", "A256CBC-HS512"):
        if parts[-1] == encryption:
            assert metadata.enc_alg_anon is not None
            assert metadata.enc_alg_anon.value.startswith(encryption)


@pytest.mark.spec("RTE-11", "RTE-12")
@pytest.mark.parametrize("message", [one for one in ALL if "forward" in one.name], ids=str)
def test_a_forward_of_a_peer_is_opened_and_so_is_what_it_carries(message: Packed) -> None:
    forwarded = sync.unpack_forward(readers(), message.text)
    (inner,) = forwarded.messages
    result = sync.unpack(readers(), inner)
    assert result.metadata.encrypted
    assert forwarded.next.split("#")[0] in {kid.split("#")[0] for kid in result.metadata.encrypted_to or ()}


@pytest.mark.spec("ROT-04")
def test_a_rotation_of_a_peer_is_proved() -> None:
    (message,) = [one for one in ALL if one.name.endswith("from_prior")]
    assert opened(message).relationship_change is not None


@pytest.mark.spec("ATT-01")
def test_the_attachments_of_a_peer_are_read() -> None:
    (message,) = [one for one in ALL if one.name.endswith("/attachments")]
    attachments = opened(message).message.attachments
    assert attachments
    for attachment in attachments:
        assert attachment.links or attachment.content()


# forms that peers write, which break the specification


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"created_time": "2026-11-28T20:54:11.000Z"}, "created_time"),
    ({"please_ack": True}, "please_ack"),
    ({"pthid": "did:peer:2.Vz6Mk"}, "pthid"),
    ({"thid": "urn:uuid:7b0d7bd2-7a8f-4a4c-9a3e-000000000001"}, "thid"),
    (
        {"attachments": [{"id": "a", "data": {"links": ["https://a.example"]}}]},
        "attachments[0].data.hash",
    ),
    ({"attachments": [{"id": "#offer 1", "data": {"json": {}}}]}, "attachments[0].id"),
]


@pytest.mark.spec("AGT-21")
@pytest.mark.parametrize(("headers", "part"), FAULTS)
def test_forms_of_peers_are_read_where_form_faults_are_tolerated(
    documents: Documents, alice: Party, bob: Party, headers: dict[str, Any], part: str
) -> None:
    plain = forge.plaintext(from_=alice.did, to=[bob.did], **headers)
    packed = forge.encrypt(plain, [bob.key], sender=alice.key)
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, packed)
    result = documents.unpack(bob, packed, UnpackConfig(tolerate_form_faults=True))
    assert result.sender == alice.did
    assert [fault.part for fault in result.metadata.form_faults] == [part]


# what Nimbus, and with it didcomm-jvm, demands of a JWS of ours


def disjoint(signature: dict[str, Any]) -> bool:
    """Whether the two headers of a signature have no name in common (RFC 7515 7.2.1)."""
    protected = signature["protected"]
    named = set(json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4))))
    return not named & set(signature.get("header", {}))


async def test_the_headers_of_a_signature_of_ours_have_no_name_in_common() -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    packed = await party.pack_signed(hello(frm=did, to=[did]), sign_frm=did)
    signatures = json.loads(packed.packed_msg)["signatures"]
    assert signatures
    assert all(map(disjoint, signatures))
    attachment = await party.sign_attachment(Attachment.from_bytes(b"content"), sign_frm=did)
    assert disjoint(attachment.data["jws"])
