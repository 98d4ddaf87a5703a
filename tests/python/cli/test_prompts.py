"""Prompts on a terminal: the passphrase, Ctrl-C, Ctrl-D, and a message that is typed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are of POSIX", allow_module_level=True)

from support.command_line import PASSPHRASE
from support.pseudo_terminal import on_screen

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow


def test_a_new_wallet_asks_twice_and_shows_nothing_of_the_passphrase(alice: Terminal) -> None:
    with on_screen(alice, "did", "new", PYDIDCOMM_PASSPHRASE_FILE="") as screen:
        screen.wait_for("New passphrase of ")
        screen.wait_for("wallet.db: ")
        screen.type(f"{PASSPHRASE}\n")
        screen.wait_for("Again: ")
        screen.type(f"{PASSPHRASE}\n")
        assert screen.end() == 0
        assert PASSPHRASE not in screen.shown
    assert alice.done("did", "show") in screen.shown


def test_passphrases_that_differ_make_no_wallet(alice: Terminal) -> None:
    with on_screen(alice, "did", "new", PYDIDCOMM_PASSPHRASE_FILE="") as screen:
        screen.wait_for("wallet.db: ")
        screen.type("one\n")
        screen.wait_for("Again: ")
        screen.type("other\n")
        assert screen.end() == 8
        assert "the two passphrases differ" in screen.shown
    assert not alice.wallet.exists()


def test_ctrl_c_at_the_prompt_is_130_at_once(alice: Terminal) -> None:
    alice.done("did", "new")
    for arguments in (["did", "show"], ["listen", "--port", "0"], ["did", "new", "--wallet", "other.db"]):
        with on_screen(alice, *arguments, PYDIDCOMM_PASSPHRASE_FILE="") as screen:
            screen.wait_for(".db: ")
            screen.type("\x03")
            assert screen.end() == 130, arguments
            assert "Traceback" not in screen.shown
            assert "Error" not in screen.shown


def test_ctrl_d_at_the_prompt_says_that_nothing_was_entered(alice: Terminal) -> None:
    alice.done("did", "new")
    with on_screen(alice, "did", "show", PYDIDCOMM_PASSPHRASE_FILE="", NO_COLOR="1") as screen:
        screen.wait_for("wallet.db: ")
        screen.type("\x04")
        assert screen.end() == 8
        assert screen.shown.splitlines()[-1].startswith("error: no passphrase was entered")


@pytest.mark.parametrize("command", ["pack", "unpack", "inspect", "diagnose", "send"])
def test_ctrl_c_ends_the_reading_of_a_message(alice: Terminal, command: str) -> None:
    with on_screen(alice, command) as screen:
        screen.type("x\n")
        screen.wait_for("x")
        screen.wait_until_read()
        screen.type("\x03")
        assert screen.end() == 130
        assert "Traceback" not in screen.shown


def test_ctrl_c_ends_a_computation(alice: Terminal) -> None:
    with on_screen(alice, "bench", "--seconds", "0.5") as screen:
        # the first result: what waits for nothing does not see that it is cancelled
        screen.wait_for("authcrypt")
        screen.type("\x03")
        assert screen.end() == 130
        assert screen.shown.count("crypt") == 1


def test_a_typed_message_ends_with_one_ctrl_d(alice: Terminal) -> None:
    with on_screen(alice, "pack") as screen:
        screen.type('{"type": "https://example.org/a/1.0/b", "body": {}}\n')
        screen.wait_for("{}}")
        screen.type("\x04")
        assert screen.end() == 0
        assert "didcomm-plain+json" in screen.shown
