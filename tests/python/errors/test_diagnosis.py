"""`diagnose`: which private keys are available, which DIDs resolve, and which check failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydidcomm import Diagnosis, DIDCommMessaging, InMemoryReplayWindow, LocalResolver, sync
from pydidcomm.errors import SecretNotFoundError
from support.parties import b64, hello


async def both(party: DIDCommMessaging, packed: Any, **options: Any) -> Diagnosis:  # noqa: ANN401
    """What both faces report, which is the same."""
    plain = sync.DIDCommMessaging(
        secrets=party.secrets,
        resolver=party.resolver,
        replay_window=party.resolvers_config.replay_window,
    )
    awaited = await party.diagnose(packed, **options)
    assert str(plain.diagnose(packed, **options)) == str(awaited)
    return awaited


async def test_diagnose_of_a_valid_message_has_no_failed_check_and_does_not_record_it() -> None:
    bob = DIDCommMessaging(replay_window=InMemoryReplayWindow())
    did = await bob.create_peer_did()
    packed = await bob.pack(hello(), to=did, frm=did)
    diagnosis = await both(bob, packed)
    assert diagnosis.failed == ()
    assert diagnosis.error is None
    subjects = [check.subject for check in diagnosis.checks]
    assert subjects == ["envelope", "recipient key", "sender key", "unpack"]
    assert "private key held" in str(diagnosis)
    assert f"sender {did[:20]}" in str(diagnosis)
    assert (await bob.unpack(packed.message)).metadata.authenticated


async def test_a_missing_private_key_is_named() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    packed = await alice.pack(hello(), to=await bob.create_peer_did())
    diagnosis = await both(alice, packed.message)
    key, outcome = diagnosis.failed
    assert (key.subject, key.name) == ("recipient key", packed.to_kids[0])
    assert key.detail == "resolves, listed under keyAgreement on X25519, private key not held"
    assert isinstance(diagnosis.error, SecretNotFoundError)
    assert SecretNotFoundError.code in outcome.detail


async def test_a_sender_that_does_not_resolve_is_named() -> None:
    class OnlyBob(LocalResolverOf):
        pass

    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
    packed = await alice.pack(hello(), to=bob_did, frm=alice_did)
    for other, said in (
        (None, "does not resolve: DidNotFoundError"),
        (ConnectionError("down"), "ConnectionError: down"),
    ):
        resolver = OnlyBob(bob_did, other)
        party = DIDCommMessaging(secrets=bob.secrets, resolver=resolver)
        sender, outcome = (await both(party, packed.message)).failed
        assert sender.subject == "sender key"
        assert said in sender.detail
        assert outcome.subject == "unpack"


class LocalResolverOf:
    """Resolves one DID; answers the other ones with None or an exception."""

    def __init__(self, did: str, other: Exception | None) -> None:
        self.did, self.other = did, other

    def resolve(self, did: str) -> Any:  # noqa: ANN401
        if did == self.did:
            return LocalResolver().resolve(did)
        if self.other is not None:
            raise self.other
        return None


async def test_a_key_that_the_document_does_not_list_is_named() -> None:
    bob = DIDCommMessaging()
    did = await bob.create_peer_did()
    envelope = json.loads((await bob.pack(hello(), to=did)).message)
    envelope["recipients"][0]["header"]["kid"] = f"{did}#other"
    diagnosis = await both(bob, envelope)
    key = next(check for check in diagnosis.failed if check.subject == "recipient key")
    assert key.detail == "resolves, not listed under keyAgreement, private key not held"


@pytest.mark.parametrize("packed", ["", "{", b"\xff", "[]", "{}"])
async def test_a_text_that_is_not_an_envelope_has_failed_checks(packed: str | bytes) -> None:
    diagnosis = await both(DIDCommMessaging(), packed)
    assert diagnosis.failed
    assert diagnosis.failed[0].subject == "envelope"
    assert diagnosis.error is not None


async def test_a_diagnosis_shows_no_body_and_no_markup_of_a_peer() -> None:
    bob = DIDCommMessaging()
    hostile = "<script>x</script>\x1b[2J\u202e\n"
    jws = {
        "payload": b64(json.dumps({"body": {"pin": "4711"}})),
        "signatures": [
            {
                "protected": b64(json.dumps({"alg": hostile, "kid": f"did:example:a#{hostile}"})),
                "signature": "",
            }
        ],
    }
    diagnosis = await both(bob, jws)
    notebook: Any = diagnosis
    html = notebook._repr_html_()
    assert "<script>" not in html
    for shown in (html, *str(diagnosis).splitlines()):
        assert shown.isprintable()
        assert "4711" not in shown
