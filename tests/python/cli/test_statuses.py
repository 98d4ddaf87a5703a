"""Each kind of error has its exit status, and one line on stderr."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import InMemorySecrets, Secret, sync
from support.command_line import PASSPHRASE, SECONDS, stopped
from support.https_server import AUTHORITY, document, serving

if TYPE_CHECKING:
    from pathlib import Path

    from support.command_line import Terminal

pytestmark = pytest.mark.slow

UNKNOWN = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M"


def test_success_is_0_and_stderr_is_empty(alice: Terminal) -> None:
    ended = alice.run("did", "new")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("did:peer:2.Ez6LS")
    assert ended.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["pack", "--bogus"], "No such option"),
        (["unknown"], "No such command"),
        (["pack", "--from", "did:example:a", "--text", "Hi"], "add --to"),
        (["pack", "--to", "did:example:a", "--anonymous", "--hide-sender", "--text", "Hi"], "--anonymous"),
        (["send", "--text", "Hi"], "add --to, the recipient"),
        (["pack", "--to", "alice", "--text", "Hi"], "Invalid value for '--to': 'alice' is not a DID"),
        (["pack", "--to", "did:example:a", "--from", "", "--text", "Hi"], "Invalid value for '--from'"),
        (["pack", "--sign", "did:example", "--text", "Hi"], "Invalid value for '--sign'"),
        (["did", "resolve", "did::a"], "is not a DID"),
        (["did", "new", "--endpoint", "https://example.com/", "--routing-key", "a"], "'--routing-key'"),
        (["invite", "--from", "a", "--url", "https://example.com/"], "Invalid value for '--from'"),
        (["did", "new", "--routing-key", "did:example:a#1"], "--endpoint"),
        (["did", "new", "--method", "key", "--endpoint", "https://example.com/"], "peer:2"),
        (["invite", "--from", "did:example:a"], "--url"),
        (["inspect", "/no/such/file"], "No such file"),
        (["did", "new", "--endpoint", "example.com"], "must be a URI with a scheme"),
    ],
)
def test_a_wrong_call_is_2(alice: Terminal, arguments: list[str], reason: str) -> None:
    ended = alice.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert reason in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_without_the_extra_the_program_names_it_in_a_sentence_and_ends_with_2() -> None:
    program = "import sys; sys.modules['rich_click'] = None; import pydidcomm.cli as cli; cli.main()"
    ended = subprocess.run(  # noqa: S603, the interpreter that runs this
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "rich_click is not installed: pip install 'pydidcomm[cli]'\n"


@pytest.mark.parametrize("command", ["unpack", "inspect", "diagnose", "pack", "send"])
def test_a_malformed_message_is_3(alice: Terminal, command: str) -> None:
    ended = alice.run(command, given='{"ciphertext":')
    assert ended.returncode == 3
    assert "truncated" in ended.stderr + ended.stdout


@pytest.mark.parametrize("command", ["unpack", "inspect", "pack", "send"])
def test_a_message_of_more_than_64_mebibytes_is_named_as_such(alice: Terminal, command: str) -> None:
    long = alice.home / "long"
    long.write_text(
        json.dumps({"type": "https://example.org/a/1.0/b", "body": {"text": "x" * 67_108_865}}),
        encoding="utf-8",
    )
    ended = alice.run(command, str(long))
    assert ended.returncode == 3
    assert "longer than the maximum of 67108864 bytes" in ended.stderr


def test_what_is_not_supported_is_4(alice: Terminal) -> None:
    ended = alice.run("did", "new", "--curve", "P-521")
    assert ended.returncode == 4
    assert "P-521" in ended.stderr


def test_what_is_not_found_is_5(alice: Terminal, bob: Terminal) -> None:
    no_wallet = alice.run("did", "show")
    assert no_wallet.returncode == 5
    assert "`pydidcomm did new` creates it" in no_wallet.stderr
    alice.done("did", "new")
    assert alice.run("did", "resolve", "did:example:bob").returncode == 5
    assert alice.run("did", "resolve", UNKNOWN).returncode == 5
    assert alice.run("did", "show", "did:example:bob").returncode == 5
    no_endpoint = alice.run("send", "--to", alice.done("did", "new"), "--text", "Hi")
    assert no_endpoint.returncode == 5
    assert "no endpoint" in no_endpoint.stderr
    bob.done("did", "new")
    foreign = bob.run("unpack", given=alice.done("pack", "--to", alice.done("did", "new"), "--text", "Hi"))
    assert foreign.returncode == 5
    assert "no private key found" in foreign.stderr


def test_what_does_not_decrypt_is_6(alice: Terminal) -> None:
    packed = json.loads(alice.done("pack", "--to", alice.done("did", "new"), "--text", "Hi"))
    # the last letter has bits that must be zero: another first one is still base64url
    packed["tag"] = ("B" if packed["tag"][0] == "A" else "A") + packed["tag"][1:]
    forged = alice.run("unpack", given=json.dumps(packed))
    assert (forged.returncode, forged.stdout) == (6, "")
    assert forged.stderr == "error: the message cannot be decrypted [e.p.trust.crypto.decryption]\n"


def test_a_message_without_a_proved_sender_is_6_where_one_is_required(alice: Terminal) -> None:
    packed = alice.done("pack", "--to", alice.done("did", "new"), "--text", "Hi")
    assert alice.run("unpack", given=packed).returncode == 0
    assert alice.run("unpack", "--require-sender", given=packed).returncode == 6


def test_a_message_that_is_not_delivered_is_7(alice: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    to = alice.done("did", "new", "--endpoint", url)
    refused = alice.run("send", "--to", to, "--text", "Hi")
    assert refused.returncode == 7
    assert "--allow-private allows" in refused.stderr
    away = alice.run("send", "--to", to, "--text", "Hi", "--allow-private")
    assert away.returncode == 7
    assert "not connected" in away.stderr
    assert "--allow-private allows" not in away.stderr


def test_a_wallet_that_does_not_open_is_8(alice: Terminal) -> None:
    alice.done("did", "new")
    (alice.home / "other").write_text("another passphrase\n", encoding="utf-8")
    for file in ("other", "missing", "empty"):
        (alice.home / "empty").write_text("", encoding="utf-8")
        ended = alice.run("did", "show", PYDIDCOMM_PASSPHRASE_FILE=str(alice.home / file))
        assert (ended.returncode, ended.stdout) == (8, ""), file
        assert PASSPHRASE not in ended.stderr
        assert "another passphrase" not in ended.stderr


def test_without_a_terminal_the_passphrase_is_not_read_from_the_message(alice: Terminal) -> None:
    alice.done("did", "new")
    ended = alice.run("did", "show", given=PASSPHRASE + "\n", PYDIDCOMM_PASSPHRASE_FILE="")
    assert ended.returncode == 8
    assert "PYDIDCOMM_PASSPHRASE_FILE" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_ctrl_c_is_130_and_silent(alice: Terminal, processes: list[subprocess.Popen[str]]) -> None:
    alice.done("did", "new")
    process, _ = alice.listening("--port", "0")
    processes.append(process)
    status, out, errors = stopped(process, signal.SIGINT)
    assert (status, out) == (130, "")
    assert "Traceback" not in errors


def test_with_json_an_error_is_one_object_on_stderr(alice: Terminal) -> None:
    ended = alice.run("unpack", "--json", given="{")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert json.loads(ended.stderr) == {
        "error": "MalformedMessageError",
        "code": "e.p.msg.malformed",
        "message": "malformed message: ends at byte 1: truncated?",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["pack", "--json", "--bogus"],
        ["unknown", "--json"],
        ["--json", "pack"],
        ["did", "unknown", "--json"],
        ["did", "new", "--json", "--method", "other"],
        ["pack", "--json", "--from", "did:example:a", "--text", "Hi"],
        ["inspect", "--json", "/no/such/file"],
        ["listen", "--json", "--port", "99999"],
        ["invite", "--json"],
        ["secrets", "rotate", "--json", "did:example:a"],
        ["mediator", "status", "--json", "--config", "/no/such/file"],
    ],
)
def test_with_json_a_wrong_call_is_one_object_on_stderr(alice: Terminal, arguments: list[str]) -> None:
    ended = alice.run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert json.loads(ended.stderr).keys() == {"error", "code", "message"}


def test_with_json_each_line_on_stderr_is_an_object(
    alice: Terminal, processes: list[subprocess.Popen[str]]
) -> None:
    did = alice.done("did", "new", "--endpoint", "http://127.0.0.1:9/")
    warned = alice.run("pack", "--sign", did, "--text", "Hi", "--json")
    assert warned.returncode == 0
    assert json.loads(warned.stderr)["warning"] == "MissingToWarning"
    refused = alice.run("send", "--to", did, "--text", "Hi", "--json")
    assert [*map(len, map(json.loads, refused.stderr.splitlines()))] == [1, 3]
    process = alice.start("listen", "--port", "0", "--json")
    processes.append(process)
    assert process.stderr is not None
    assert json.loads(process.stderr.readline())["listening"].startswith("http://127.0.0.1:")
    stopped(process)


def test_a_warning_of_the_library_is_one_line_without_its_source(alice: Terminal) -> None:
    ended = alice.run("pack", "--sign", alice.done("did", "new"), "--text", "Hi")
    assert ended.stderr.startswith("warning: the signed message has no `to`")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"keys": 1}',
        '{"keys": [1]}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 10_000,
        '{"kty": "OKP"}',
    ],
)
def test_what_is_not_a_private_key_is_2_and_makes_no_wallet(alice: Terminal, text: str) -> None:
    ended = alice.run("secrets", "add", given=text)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert len(ended.stderr) < 300
    assert not alice.wallet.exists()


def test_a_did_on_this_machine_names_the_option_that_allows_it(alice: Terminal) -> None:
    ended = alice.run("did", "resolve", "did:web:localhost")
    assert ended.returncode == 5
    assert "--allow-private" in ended.stderr
    assert "allow=[" not in ended.stderr
    allowed = alice.run("did", "resolve", "did:web:localhost%3A9", "--allow-private")
    assert allowed.returncode == 5
    assert "--allow-private" not in allowed.stderr


def test_every_command_that_resolves_allows_a_did_on_this_machine(alice: Terminal, tmp_path: Path) -> None:
    with serving() as server:
        did = server.did("bob", "localhost")
        keys = [Secret.generate(curve, kid=f"{did}#{curve}") for curve in ("X25519", "Ed25519")]
        methods = [
            {
                "id": key.kid,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_multikey(),
            }
            for key in keys
        ]
        agreement, signing = methods
        whole = {"id": did, "keyAgreement": [agreement], "authentication": [signing]}
        server.ways["/bob/did.json"] = document(whole)
        bob = sync.DIDCommMessaging(InMemorySecrets(keys), _Known(whole))
        signed = bob.pack_signed(
            {"id": "1", "type": "https://example.org/a/1.0/b", "to": ["did:example:a"]}, sign_frm=did
        )
        AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority"))
        trusted = {"SSL_CERT_FILE": str(tmp_path / "authority")}
        own = alice.done("did", "new")
        before = server.connections
        for arguments, given in (
            (("pack", "--to", did, "--text", "Hi"), ""),
            (("secrets", "rotate", own, "--to", did), ""),
            (("unpack",), signed.text),
            (("diagnose",), signed.text),
        ):
            allowed = alice.run(*arguments, "--allow-private", given=given, **trusted)
            assert (allowed.returncode, server.connections) == (0, before + 1), allowed.stderr
            before += 1


class _Known:
    def __init__(self, found: dict[str, Any]) -> None:
        self._found = found

    def resolve(self, _did: str) -> dict[str, Any]:
        return self._found
