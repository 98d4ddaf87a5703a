"""A did:peer:4 in its long and its short form, in commands that are processes of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow


def test_a_peer_that_was_written_to_may_answer_with_its_short_form(alice: Terminal, bob: Terminal) -> None:
    alice_long = alice.done("did", "new", "--method", "peer:4")
    alice_short = alice.done("did", "show")
    assert alice_long.startswith(f"{alice_short}:")
    bob_did = bob.done("did", "new")
    asked = bob.done("pack", "--to", alice_long, "--from", bob_did, "--text", "Hi")
    assert json.loads(alice.done("unpack", "--json", given=asked))["sender"] == bob_did
    answer = alice.done("pack", "--to", bob_did, "--from", alice_short, "--text", "Hello")
    received = json.loads(bob.done("unpack", "--json", given=answer))
    assert (received["sender"], received["message"]["from"]) == (alice_short, alice_short)
    assert json.loads(bob.done("did", "resolve", alice_short))["id"] == alice_short
    # both forms of one's own DID are one
    assert alice.done("did", "show", alice_long) == alice.done("did", "show", alice_short)


def test_a_short_form_that_was_never_seen_names_the_next_step(alice: Terminal, bob: Terminal) -> None:
    alice.done("did", "new", "--method", "peer:4")
    bob.done("did", "new")
    ended = bob.run("pack", "--to", alice.done("did", "show"), "--text", "Hi")
    assert ended.returncode == 5
    assert "resolver.remember" not in ended.stderr
    assert "use the long form once" in ended.stderr


def test_a_long_form_that_is_not_that_of_its_hash_is_not_stored(alice: Terminal, bob: Terminal) -> None:
    long_form = alice.done("did", "new", "--method", "peer:4")
    short = alice.done("did", "show")
    bob_did = bob.done("did", "new")
    forged = long_form[:-1] + ("2" if long_form[-1] != "2" else "3")
    refused = bob.run("pack", "--to", forged, "--from", bob_did, "--text", "Hi")
    assert refused.returncode == 3
    assert bob.run("did", "resolve", short).returncode == 5
