"""Programs written for SICPA's didcomm send through mediators on the core."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pydidcomm.compat.didcomm import (
    AnonCryptAlg,
    DIDCommService,
    DIDDoc,
    ForwardMessage,
    PackEncryptedConfig,
    UnpackConfig,
    is_forward,
    pack_encrypted,
    unpack,
    unpack_forward,
    wrap_in_forward,
)
from pydidcomm.compat.didcomm.errors import (
    MalformedMessageError,
)
from pydidcomm.compat.didcomm.protocols.routing.forward import find_did_service, resolve_did_services_chain
from support.sicpa import World, proposal

if TYPE_CHECKING:
    from support.parties import Party

# the types in these tests are no Message Type URIs where the tutorial's are none
pytestmark = pytest.mark.filterwarnings("ignore::pydidcomm.MessageTypeWarning")


async def test_a_message_goes_over_the_mediators_of_its_recipient(
    world: World, alice: Party, bob: Party, mediator: Party
) -> None:
    """The type of the service and whether it has recipient keys make no difference, as in the original."""
    world.serve(mediator, DIDCommService("#m", "https://mediator.example", [], ["didcomm/v2"]))
    service = DIDCommService(
        id=f"{bob.did}#s",
        service_endpoint=mediator.did,
        recipient_keys=[],
        routing_keys=[],
        accept=["didcomm/aip1", "didcomm/v2"],
    )
    world.serve(bob, service)
    assert service.type == "did-communication"
    sent = proposal(frm=alice.did, to=[bob.did])
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did)
    assert packed.service_metadata is not None
    assert packed.service_metadata.id == f"{bob.did}#s"
    assert packed.service_metadata.service_endpoint == "https://mediator.example"
    forwarded = await unpack_forward(world.of(mediator), packed.packed_msg, decrypt_by_all_keys=True)
    assert forwarded.forward_msg.body.next == bob.did
    assert forwarded.forwarded_msg_encrypted_to == mediator.kids
    assert (await unpack(world.of(bob), forwarded.forwarded_msg)).message == sent
    bare = PackEncryptedConfig(forward=False)
    goes_to = packed.service_metadata
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did, pack_config=bare)
    assert packed.service_metadata == goes_to
    assert (await unpack(world.of(bob), packed.packed_msg)).message == sent


async def test_a_message_is_wrapped_by_hand_and_unwrapped(
    world: World, alice: Party, bob: Party, carol: Party, mediator: Party
) -> None:
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    ids = iter(["inner", "outer"])
    wrapped = await wrap_in_forward(
        world.of(alice),
        json.loads(packed.packed_msg),
        bob.did,
        [mediator.did, carol.kids[0]],
        AnonCryptAlg.A256GCM_ECDH_ES_A256KW,
        {"expires_time": 9_999_999_999},
        didcomm_id_generator=lambda: next(ids),
    )
    assert wrapped is not None
    assert wrapped.msg_encrypted.to_kids == mediator.kids
    assert (wrapped.msg.id, wrapped.msg.body.next) == ("outer", carol.kids[0])
    outer = await unpack_forward(world.of(mediator), wrapped.msg_encrypted.msg, decrypt_by_all_keys=False)
    assert outer.forward_msg == wrapped.msg
    assert outer.forward_msg.expires_time == 9_999_999_999
    inner = await unpack_forward(world.of(carol), outer.forwarded_msg, decrypt_by_all_keys=False)
    assert inner.forward_msg.id == "inner"
    assert is_forward(inner.forward_msg.as_dict())
    assert not is_forward(inner.forwarded_msg)
    assert await wrap_in_forward(world.of(alice), {}, bob.did, []) is None
    with pytest.raises(MalformedMessageError):
        await unpack_forward(world.of(bob), packed.packed_msg, decrypt_by_all_keys=False)


async def test_a_further_forward_of_the_mediator_is_reported(world: World, alice: Party, bob: Party) -> None:
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    wrapped = await wrap_in_forward(world.of(alice), json.loads(packed.packed_msg), bob.did, [bob.did])
    assert wrapped is not None
    received = await unpack(world.of(bob), wrapped.msg_encrypted.msg)
    assert received.metadata.re_wrapped_in_forward
    still_wrapped = UnpackConfig(unwrap_re_wrapping_forward=False)
    forward = await unpack(world.of(bob), wrapped.msg_encrypted.msg, still_wrapped, ForwardMessage.from_dict)
    assert forward.message == wrapped.msg


async def test_unsupported_services_are_skipped_where_the_original_fails(
    world: World, alice: Party, bob: Party
) -> None:
    document = world.documents[bob.did].serialize()
    document["service"] = [
        {"id": "#l", "type": "LinkedDomains", "serviceEndpoint": "https://bob.example"},
        {
            "id": "#d",
            "type": "DIDCommMessaging",
            "serviceEndpoint": [{"uri": "https://a", "accept": ["didcomm/v2"]}],
        },
    ]
    world.documents[bob.did] = DIDDoc.deserialize(document)
    assert await find_did_service(world.of(alice), bob.did) is None
    assert await resolve_did_services_chain(world.of(alice), bob.did) == []
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    assert packed.service_metadata is not None
    assert packed.service_metadata.service_endpoint == "https://a"
