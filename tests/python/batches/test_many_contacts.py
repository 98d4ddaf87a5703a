"""A server with 100,000 contacts by did:peer:4, and with floods of forged messages."""

from __future__ import annotations

import pytest

from pydidcomm import DecryptionError, DidNotFoundError, LocalResolver, encode_did_document, sync
from support.counting_table import CountingTable
from support.parties import hello
from support.short_forms import forged_by, short_of

CONTACTS = 100_000
READ = 5_000
"""More than a resolver remembers; the others are the same."""


def contact(number: int) -> str:
    return encode_did_document({"keyAgreement": [], "contact": number})


@pytest.mark.slow
def test_each_of_100_000_contacts_in_a_store_is_found_by_one_read() -> None:
    some = [contact(number) for number in range(READ)]
    rows = {f"did:peer:4{number}": "" for number in range(CONTACTS - READ)}
    table = CountingTable(rows | {short_of(long): long for long in some})
    assert len(table) == CONTACTS
    resolver = LocalResolver(long_forms=table)
    for long in some:
        document = resolver.resolve(short_of(long))
        assert document is not None
        assert document.id == short_of(long)
    assert (table.reads, table.writes) == (READ, 0)
    # after a restart there is the store alone
    again = LocalResolver(long_forms=table)
    assert all(again.resolve(short_of(long)) is not None for long in some[:10])
    assert table.reads == READ + 10


@pytest.mark.slow
def test_a_flood_of_20_000_strange_dids_and_forged_messages_evicts_no_contact() -> None:
    table = CountingTable({})
    resolver = LocalResolver(long_forms=table)
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging(resolver=resolver)
    long, bob_did = alice.create_peer_did(method=4), bob.create_peer_did()
    first = alice.pack(hello(), to=bob_did, frm=long).text
    bob.unpack(first)
    key = bob.resolve(bob_did).as_dict()["verificationMethod"][0]["publicKeyMultibase"]
    written = table.writes
    forged = [text for number in range(100) for text in forged_by(first, key, number)]
    entries = bob.unpack_many(forged)
    # the document of a forged `skid` is cached for a while: until then its short form resolves
    assert {type(entry.error) for entry in entries} <= {DecryptionError, DidNotFoundError}
    for number in range(20_000):
        resolver.resolve(contact(number))
    # what proves nothing leaves nothing, and the contact is known without a question to the store
    assert table.writes == written
    reads = table.reads
    received = bob.unpack(alice.pack(hello(), to=bob_did, frm=short_of(long)).text)
    assert received.sender == short_of(long)
    assert table.reads == reads
