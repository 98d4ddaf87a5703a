"""Messages packed, unpacked, inspected and diagnosed by commands, in text and in JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Secret, short_form, sync

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow

GREETING = {"type": "https://example.org/greeting/1.0/hello", "body": {"msg": "Grüße"}}
ESCAPE = "\x1b[2J\u202eevil\x9b"


def received(text: str) -> dict[str, Any]:
    """The one JSON object that a command printed."""
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_an_encrypted_message_proves_its_sender(alice: Terminal, bob: Terminal) -> None:
    alice_did, bob_did = alice.done("did", "new"), bob.done("did", "new")
    packed = bob.done("pack", "--to", alice_did, "--from", bob_did, given=json.dumps(GREETING))
    ended = alice.run("unpack", given=packed)
    assert ended.stderr == f"sender {bob_did} (proved; encrypted)\n"
    assert json.loads(ended.stdout)["body"] == {"msg": "Grüße"}
    assert "Grüße" in ended.stdout
    facts = received(alice.done("unpack", "--json", given=packed))
    assert (facts["sender"], facts["encrypted"], facts["signed"]) == (bob_did, True, False)
    assert facts["message"]["from"] == bob_did


def test_a_message_that_names_a_sender_without_proof_says_so(alice: Terminal) -> None:
    alice_did = alice.done("did", "new")
    claimed = json.dumps({**GREETING, "from": "did:example:bob"})
    # the text of the message is no proof, and no wallet of bob is needed
    packed = alice.done("pack", "--to", alice_did, "--anonymous", given=claimed)
    ended = alice.run("unpack", given=packed)
    assert ended.stderr.startswith("sender not proved (the message names did:example:bob)\n")
    assert received(alice.done("unpack", "--json", given=packed))["sender"] is None


def test_a_signed_message_is_unpacked_without_a_wallet(alice: Terminal, bob: Terminal) -> None:
    did = alice.done("did", "new")
    message = json.dumps({**GREETING, "from": did, "to": ["did:example:carol"]})
    packed = alice.done("pack", "--sign", did, given=message)
    ended = bob.run("unpack", given=packed, PYDIDCOMM_PASSPHRASE_FILE="")
    assert (ended.returncode, ended.stderr) == (0, f"sender {did} (proved; signed)\n")
    assert not bob.wallet.exists()


def test_a_plaintext_message_gets_an_id_and_is_read_without_a_wallet(alice: Terminal) -> None:
    packed = alice.done("pack", given=json.dumps(GREETING))
    assert json.loads(packed)["id"]
    ended = alice.run("unpack", given=packed)
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (0, "sender not proved")
    assert not alice.wallet.exists()


def test_pack_in_json_has_the_text_and_where_it_goes(alice: Terminal) -> None:
    did = alice.done("did", "new", "--endpoint", "https://example.com/alice")
    packed = received(alice.done("pack", "--to", did, "--text", "Hi", "--json"))
    assert packed["endpoints"] == ["https://example.com/alice"]
    assert packed["media_type"] == "application/didcomm-encrypted+json"
    assert received(alice.done("unpack", "--json", given=packed["text"]))["message"]["body"] == {
        "content": "Hi"
    }


def test_a_message_for_a_mediator_hides_its_sender(alice: Terminal) -> None:
    did = alice.done("did", "new")
    packed = alice.done("pack", "--to", did, "--from", did, "--hide-sender", "--text", "Hi")
    assert received(alice.done("inspect", "--json", given=packed))["layers"][0]["mode"] == "anoncrypt"
    assert received(alice.done("unpack", "--json", given=packed))["sender"] == did


def test_what_a_peer_wrote_cannot_act_on_the_terminal(alice: Terminal) -> None:
    message = json.dumps({"type": "https://example.org/a/1.0/b", "body": {"msg": ESCAPE}})
    packed = alice.done("pack", given=message)
    for arguments in (("unpack",), ("unpack", "--json"), ("inspect",), ("inspect", "--json")):
        shown = alice.done(*arguments, given=packed)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown), arguments
    assert received(alice.done("unpack", "--json", given=packed))["message"]["body"]["msg"] == ESCAPE


def test_inspect_shows_claims_and_a_page_that_loads_nothing(alice: Terminal) -> None:
    did = alice.done("did", "new")
    packed = alice.done("pack", "--to", did, "--from", did, "--text", "Hi")
    page = alice.home / "page.html"
    shown = alice.done("inspect", "--html", str(page), given=packed)
    assert "nothing of it is proved" in shown
    assert "authcrypt (ECDH-1PU+A256KW A256CBC-HS512)" in shown
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "<svg" in text
    assert "default-src 'none'" in text
    assert not re.search(r"<link|<img|src=|href=|@import|url\((?!#)", text)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == text.count("<script") == 1
    assert f"script-src 'sha256-{digest}'" in text
    assert did in text


def test_the_page_escapes_what_the_envelope_says(alice: Terminal) -> None:
    page = alice.home / "page.html"
    evil: dict[str, Any] = {"id": "1", "type": "<script>alert(1)</script>", "body": {}, "from": "</pre><b>"}
    alice.done("inspect", "--html", str(page), given=json.dumps(evil))
    text = page.read_text(encoding="utf-8")
    assert text.count("<script") == 1
    assert "<b>" not in text
    assert "&lt;script&gt;" in text


def test_diagnose_has_a_check_a_line_and_the_status_of_unpack(alice: Terminal, bob: Terminal) -> None:
    packed = alice.done("pack", "--to", alice.done("did", "new"), "--text", "Hi")
    good = alice.run("diagnose", given=packed)
    assert good.returncode == 0
    assert all(line.startswith("ok ") for line in good.stdout.splitlines())
    # a wallet is not needed to see that its key is not there
    bad = bob.run("diagnose", "--json", given=packed)
    assert bad.returncode == bob.run("unpack", given=packed).returncode == 5
    failed = [check for check in map(json.loads, bad.stdout.splitlines()) if not check["passed"]]
    assert [check["subject"] for check in failed] == ["recipient key", "unpack"]
    assert "private key not held" in failed[0]["detail"]


def test_a_rotated_did_is_announced_and_keeps_its_endpoint(alice: Terminal, bob: Terminal) -> None:
    old = alice.done("did", "new", "--endpoint", "https://example.com/alice")
    bob_did = bob.done("did", "new")
    rotated = received(alice.done("secrets", "rotate", old, "--to", bob_did, "--json"))
    facts = received(bob.done("unpack", "--json", given=rotated["text"]))
    assert facts["sender"] == rotated["did"] != old
    assert facts["relationship_change"] == {"rotated": {"old": old, "new": rotated["did"]}}
    document = received(alice.done("did", "resolve", rotated["did"], "--json"))
    assert document["service"][0]["serviceEndpoint"]["uri"] == "https://example.com/alice"


def test_a_rotated_did_has_keys_on_the_curves_of_the_old_one(alice: Terminal) -> None:
    old = alice.done("did", "new", "--curve", "P-256")
    bob = sync.DIDCommMessaging()
    bob_did, x25519 = (
        bob.create_peer_did(method=4, agreement_curves=[curve]) for curve in ("P-256", "X25519")
    )
    rotated = received(alice.done("secrets", "rotate", old, "--to", bob_did, "--json"))
    assert bob.unpack(rotated["text"]).sender == rotated["did"]
    keys = alice.done("secrets", "list")
    assert keys.count(" P-256") == 2
    # what cannot be announced is not kept
    assert alice.run("secrets", "rotate", old, "--to", x25519).returncode == 4
    assert alice.done("secrets", "list") == keys
    # the peer was written to, and may answer with its short form
    assert alice.done("did", "resolve", str(short_form(bob_did)))


@pytest.mark.parametrize("method", ["peer:0", "peer:2", "peer:4", "key", "jwk"])
def test_every_kind_of_did_is_made_listed_resolved_and_written_to(alice: Terminal, method: str) -> None:
    did = alice.done("did", "new", "--method", method)
    assert did.startswith(f"did:{method}")
    listed = alice.done("did", "show")
    assert did.startswith(listed)
    document = json.loads(alice.done("did", "resolve", listed))
    assert document["keyAgreement"]
    packed = alice.done("pack", "--to", did, "--text", "Hi")
    assert "Hi" in alice.done("unpack", given=packed)


def test_keys_of_another_program_are_added_and_listed(alice: Terminal) -> None:
    keys = [Secret.generate(curve, kid=f"did:example:a#{curve}") for curve in ("X25519", "Ed25519")]
    lines = "\n".join(json.dumps({**key.expose_jwk(), "kid": key.kid}) for key in keys)
    assert alice.done("secrets", "add", given=lines).splitlines() == [key.kid for key in keys]
    whole = json.dumps({"keys": [{**keys[0].expose_jwk(), "kid": keys[0].kid}]})
    assert alice.done("secrets", "add", given=whole) == keys[0].kid
    assert sorted(alice.done("secrets", "list").splitlines()) == [
        "did:example:a#Ed25519 Ed25519",
        "did:example:a#X25519 X25519",
    ]
    revealed = [json.loads(line) for line in alice.done("secrets", "list", "--reveal").splitlines()]
    assert {key["d"] for key in revealed} == {key.expose_jwk()["d"] for key in keys}
    other = json.dumps({**Secret.generate("X25519").expose_jwk(), "kid": keys[0].kid})
    refused = alice.run("secrets", "add", given=other)
    assert refused.returncode == 2
    assert "another key is stored" in refused.stderr
    p384 = Secret.generate("P-384", kid="did:example:a#P-384")
    refused = alice.run("secrets", "add", given=json.dumps({**p384.expose_jwk(), "kid": p384.kid}))
    assert (refused.returncode, "use X25519, P-256 or secp256k1 [e.p." in refused.stderr) == (4, True)


def test_an_invitation_is_made_and_read(alice: Terminal, bob: Terminal) -> None:
    did = alice.done("did", "new", "--endpoint", "https://example.com/alice")
    png = alice.home / "code.png"
    url = alice.done(
        "invite", "--from", did, "--url", "https://example.com/", "--goal", "Talk", "--png", str(png)
    )
    assert url.startswith("https://example.com/?_oob=")
    assert png.read_bytes()[1:4] == b"PNG"
    read = bob.run("invite", "--read", url)
    assert (read.returncode, read.stdout) == (0, f"{did}\n")
    assert "Talk" in read.stderr
    assert received(bob.done("invite", "--read", url, "--json"))["from"] == did


def test_bench_measures_each_curve_and_mode(alice: Terminal) -> None:
    lines = [json.loads(line) for line in alice.done("bench", "--seconds", "0.01", "--json").splitlines()]
    assert {(line["curve"], line["mode"]) for line in lines} == {
        (curve, mode)
        for curve in ("X25519", "P-256", "P-384", "P-521")
        for mode in ("authcrypt", "anoncrypt")
    }
    assert all(line["microseconds"]["pack"] > 0 for line in lines)
