"""The cache of static-static secrets changes the duration of an operation and nothing else."""

from __future__ import annotations

import pytest

from pydidcomm import DIDCommMessaging, Message, PackEncryptedConfig, pack_encrypted
from pydidcomm.sync import DIDCommMessaging as SyncMessaging

TYPE = "https://example.org/greeting/1.0/hello"


@pytest.mark.spec("ALG-01")
@pytest.mark.parametrize("curve", ["X25519", "P-256", "P-384", "P-521"])
@pytest.mark.parametrize(("alice_remembers", "bob_remembers"), [(True, False), (False, True), (True, True)])
async def test_messages_are_read_with_and_without_the_cache(
    curve: str, *, alice_remembers: bool, bob_remembers: bool
) -> None:
    alice = DIDCommMessaging(remember_peers=alice_remembers)
    bob = DIDCommMessaging(remember_peers=bob_remembers)
    dids = [await party.create_peer_did(agreement_curves=(curve,)) for party in (alice, bob)]
    config = PackEncryptedConfig(curves=(curve,))
    for number in range(3):
        for sender, recipient, (frm, to) in ((alice, bob, dids), (bob, alice, dids[::-1])):
            message = Message(type=TYPE, body={"number": number})
            packed = await pack_encrypted(sender.resolvers_config, message, to, frm, config=config)
            received = await recipient.unpack(packed.packed_msg)
            assert received.message.body == {"number": number}
            assert received.metadata.authenticated


def test_the_synchronous_package_has_the_option() -> None:
    alice, bob = SyncMessaging(remember_peers=False), SyncMessaging()
    assert not alice.resolvers_config.remember_peers
    assert bob.resolvers_config.remember_peers
    alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
    for _ in range(2):
        packed = alice.pack(Message(type=TYPE), to=bob_did, frm=alice_did)
        assert bob.unpack(packed.message).metadata.authenticated
