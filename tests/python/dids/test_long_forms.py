"""The short form of a contact resolves as long as the contact lasts, whatever others send."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest

from pydidcomm import (
    DecryptionError,
    DIDCommMessaging,
    DIDDocument,
    DidNotFoundError,
    LocalResolver,
    PolicyError,
    PrefixResolver,
    UnpackConfig,
    encode_did_document,
    sync,
    unpack_many,
)
from support.counting_table import CountingTable
from support.parties import hello, results
from support.short_forms import forged_by, short_of

MORE_THAN_THE_CACHE = 4_200
"""Documents that a resolver remembers are fewer."""


def routed(table: CountingTable) -> PrefixResolver:
    return PrefixResolver({"did:peer:": LocalResolver(long_forms=table)})


def flood(resolver: LocalResolver) -> None:
    """Has the resolver see more strange DIDs than there is room for, each of them often."""
    for number in range(MORE_THAN_THE_CACHE):
        strange = encode_did_document({"keyAgreement": [], "n": number})
        for form in (strange, short_of(strange), short_of(strange)):
            resolver.resolve(form)


@pytest.mark.slow
async def test_messages_without_proof_do_not_evict_a_contact() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    long, bob_did = await alice.create_peer_did(method=4), await bob.create_peer_did()
    first = (await alice.pack(hello(), to=bob_did, frm=long)).text
    await bob.unpack(first)
    document = await bob.resolve(bob_did)
    key = document.as_dict()["verificationMethod"][0]["publicKeyMultibase"]
    for number in range(20):
        for forged in forged_by(first, key, number):
            with pytest.raises(DecryptionError):
                await bob.unpack(forged)
    assert isinstance(bob.resolver, LocalResolver)
    assert dict(bob.resolver.long_forms) == {short_of(long): long}
    flood(bob.resolver)
    received = await bob.unpack((await alice.pack(hello(), to=bob_did, frm=short_of(long))).text)
    assert received.sender == short_of(long)


def test_a_refused_sender_is_not_stored() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    long, bob_did = alice.create_peer_did(method=4), bob.create_peer_did()
    packed = alice.pack(hello(), to=bob_did, frm=long).text

    def refuse(_did: str) -> bool:
        return False

    with pytest.raises(PolicyError):
        bob.unpack(packed, config=UnpackConfig(allowed_senders=refuse))
    assert isinstance(bob.resolver, LocalResolver)
    assert dict(bob.resolver.long_forms) == {}
    results(sync.unpack_many(bob.resolvers_config, [packed]))
    assert dict(bob.resolver.long_forms) == {short_of(long): long}


async def test_a_store_preserves_contacts_and_own_dids_across_processes() -> None:
    table, secrets = CountingTable(), sync.DIDCommMessaging().secrets
    alice = sync.DIDCommMessaging()
    long = alice.create_peer_did(method=4)
    before = DIDCommMessaging(secrets, LocalResolver(long_forms=table))
    own = await before.create_peer_did(method=4)
    results(await unpack_many(before.resolvers_config, [alice.pack(hello(), to=own, frm=long).text]))
    assert table.rows == {short_of(long): long, short_of(own): own}
    alice.resolver.resolve(own)
    # the next process has nothing but the store and the secrets
    later = alice.pack(hello(), to=short_of(own), frm=short_of(long)).text
    for resolver in (LocalResolver(long_forms=table), routed(table)):
        received = await DIDCommMessaging(secrets, resolver).unpack(later)
        assert (received.sender, received.metadata.recipient) == (short_of(long), short_of(own))
        again = sync.DIDCommMessaging(secrets, resolver)
        table.reads = 0
        assert again.unpack(later).sender == short_of(long)
        # what was read from the store once is known
        assert table.reads == 0


@pytest.mark.slow
def test_contacts_that_are_not_cached_are_read_from_the_store() -> None:
    table = CountingTable()
    contacts = [
        encode_did_document({"keyAgreement": [], "contact": number}) for number in range(MORE_THAN_THE_CACHE)
    ]
    table.rows = {short_of(long): long for long in contacts}
    resolver = LocalResolver(long_forms=table)
    for _ in range(2):
        for long in contacts:
            assert resolver.resolve(short_of(long)) is not None
    assert resolver.known(short_of(contacts[0])) == contacts[0]


def test_a_wrong_long_form_from_the_store_is_refused() -> None:
    one, other = (encode_did_document({"keyAgreement": [], "n": number}) for number in range(2))
    resolver = LocalResolver(long_forms={short_of(one): other})
    with pytest.raises(Exception, match=r"hash|long form"):
        resolver.resolve(short_of(one))
    odd: Any = {short_of(one): 7}
    with pytest.raises(TypeError, match="`long_forms` must contain str"):
        LocalResolver(long_forms=odd).resolve(short_of(one))


def test_a_forgotten_contact_does_not_resolve_in_any_form() -> None:
    for resolver in (LocalResolver(), LocalResolver(long_forms=CountingTable())):
        long = encode_did_document({"keyAgreement": []})
        for form in (long, short_of(long)):
            resolver.remember(long)
            assert resolver.resolve(short_of(long)) is not None
            assert resolver.forget(form)
            assert resolver.resolve(short_of(long)) is None
            assert short_of(long) not in resolver.long_forms
        assert not resolver.forget(long)
        did = resolver.remember_genesis('{"keyAgreement":[]}')
        assert resolver.forget(did)
        assert resolver.resolve(did) is None


def test_own_dids_that_carry_their_document_do_not_accumulate() -> None:
    party = sync.DIDCommMessaging()
    for _ in range(3):
        party.create_peer_did()
    assert isinstance(party.resolver, LocalResolver)
    assert dict(party.resolver.long_forms) == {}


def test_long_forms_are_saved_and_restored() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    long, bob_did = alice.create_peer_did(method=4), bob.create_peer_did()
    bob.unpack(alice.pack(hello(), to=bob_did, frm=long).text)
    assert isinstance(bob.resolver, LocalResolver)
    saved = json.dumps(dict(bob.resolver.long_forms))
    restored = sync.DIDCommMessaging(bob.secrets, LocalResolver(long_forms=json.loads(saved)))
    short = alice.pack(hello(), to=bob_did, frm=short_of(long)).text
    assert restored.unpack(short).sender == short_of(long)
    with pytest.raises(DidNotFoundError):
        sync.DIDCommMessaging(bob.secrets, LocalResolver()).unpack(short)


def test_a_subclass_resolves_every_did_and_stores_contacts() -> None:
    requests: list[str] = []

    class Watched(LocalResolver):
        """Records the requested DIDs."""

        def resolve(self, did: str) -> DIDDocument | None:
            requests.append(did)
            return super().resolve(did)

    alice = sync.DIDCommMessaging()
    bob = sync.DIDCommMessaging(resolver=Watched())
    long, bob_did = alice.create_peer_did(method=4), bob.create_peer_did()
    bob.unpack(alice.pack(hello(), to=bob_did, frm=long).text)
    assert long in requests
    assert bob.unpack(alice.pack(hello(), to=bob_did, frm=short_of(long)).text).sender == short_of(long)
    assert short_of(long) in requests


def test_a_resolver_and_its_store_are_freed_without_references() -> None:
    store: Any = {}
    resolver = LocalResolver(long_forms=store)
    store["cycle"] = resolver
    gone = weakref.ref(resolver)
    del resolver, store
    gc.collect()
    assert gone() is None
