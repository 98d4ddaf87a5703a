"""The options as fields of settings that pydantic validates."""

from __future__ import annotations

import weakref

from pydantic import TypeAdapter

from pydidcomm import DIDDocument, InMemorySecrets, Message, PackEncryptedConfig, UnpackConfig, sync


def test_the_options_have_a_schema() -> None:
    given = {"own_dids": ["did:example:bob"], "require_encrypted": True}
    config = TypeAdapter(UnpackConfig).validate_python(given)
    assert config == UnpackConfig(own_dids=["did:example:bob"], require_encrypted=True)
    assert TypeAdapter(PackEncryptedConfig).validate_python({"max_keys": 3}).max_keys == 3


def test_messages_documents_and_stores_have_weak_references() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did()
    packed = party.pack(Message(type="https://example.org/x/1.0/y"), to=did)
    result = party.unpack(packed.text)
    for one in (result, result.message, packed, DIDDocument({"id": "did:example:bob"}), InMemorySecrets()):
        assert weakref.ref(one)() is one
