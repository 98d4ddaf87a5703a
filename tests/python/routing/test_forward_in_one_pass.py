"""A mediator unpacks each message once, and what is packed has one name for its text."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    MalformedMessageError,
    MediaType,
    ReplayedMessageError,
    ResolversConfig,
    UnpackConfig,
    sync,
)
from pydidcomm.sync import v1
from support.parties import hello


async def test_a_forward_is_in_the_result_of_the_one_unpack() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    mediator = DIDCommMessaging(replay_window=InMemoryReplayWindow())
    mediator_did = await mediator.create_peer_did(service_endpoint="https://mediator.example")
    bob_did = await bob.create_peer_did(service_endpoint=mediator_did)
    packed = await alice.pack(hello(), to=bob_did)
    received = await mediator.unpack(packed.text)
    forward = received.forward
    assert forward is not None
    assert forward.next == bob_did
    assert (forward.metadata.recipient, forward.message.id) == (mediator_did, received.message.id)
    (payload,) = forward.messages
    inner = await bob.unpack(payload)
    assert inner.forward is None
    with pytest.raises(ReplayedMessageError):
        await mediator.unpack_forward(packed.text)


def test_a_forward_without_next_is_malformed() -> None:
    party = sync.DIDCommMessaging()
    odd = hello(type="https://didcomm.org/routing/2.0/forward", body={})
    unopened = UnpackConfig(unwrap_re_wrapping_forward=False)
    with pytest.raises(MalformedMessageError, match="next"):
        party.unpack(party.pack_plaintext(odd).text, config=unopened).forward  # noqa: B018, it is computed


def test_every_packed_object_has_its_text_and_its_media_type() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did(service_endpoint="https://example.com/inbox")
    encrypted = party.pack(hello(frm=None), to=did)
    resolvers = ResolversConfig(secrets_resolver=party.secrets, did_resolver=LocalResolver())
    verkey = v1.create_verkey(InMemorySecrets())
    every: list[tuple[Any, str]] = [
        (encrypted, MediaType.ENCRYPTED),
        (encrypted.envelopes[0], "application/didcomm-encrypted+json"),
        (encrypted.delivery("https"), MediaType.ENCRYPTED),
        (party.pack_signed(hello(frm=None, to=[did]), sign_frm=did), MediaType.SIGNED),
        (party.pack_plaintext(hello()), MediaType.PLAINTEXT),
        (party.wrap_in_forward(encrypted.text, to=did, routing_keys=[did]), MediaType.ENCRYPTED),
        (v1.pack(resolvers, b"hello", [verkey]), "application/didcomm-envelope-enc"),
    ]
    for packed, media_type in every:
        assert packed.media_type == media_type
        assert packed.text == str(packed)
        assert packed.text.startswith("{")
        assert getattr(packed, "packed_msg", packed.text) == packed.text
    assert f"{MediaType.ENCRYPTED}" == str(MediaType.ENCRYPTED) == encrypted.media_type
