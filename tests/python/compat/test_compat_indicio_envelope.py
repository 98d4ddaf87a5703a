"""Indicio's JWE parts, multiformats and secrets managers, and what importing costs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Secret
from pydidcomm.compat.didcomm_messaging.crypto import SecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend import FileBasedSecretsManager, InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.jwe import (
    JweBuilder,
    JweEnvelope,
    JweRecipient,
    b64url,
    from_b64url,
)
from pydidcomm.compat.didcomm_messaging.multiformats import multibase, multicodec
from support.indicio import BOB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CURVES = {"ed25519-pub": "Ed25519", "x25519-pub": "X25519", "secp256k1-pub": "secp256k1", "p256-pub": "P-256"}


def parts(**changes: Any) -> dict[str, Any]:  # noqa: ANN401, members of an envelope
    """An envelope; None takes a member away."""
    envelope = {
        "protected": b64url('{"alg":"a","apu":"YQ","apv":"dg"}'),
        "unprotected": {"u": 1},
        "recipients": [{"encrypted_key": "a2V5", "header": {"kid": "1"}}, {"encrypted_key": "eA"}],
        "iv": "aXY",
        "ciphertext": "Yw",
        "tag": "dA",
        "aad": "YWFk",
        **changes,
    }
    return {name: member for name, member in envelope.items() if member is not None}


def test_an_envelope_is_read_and_written_as_it_was() -> None:
    envelope = JweEnvelope.from_json(json.dumps(parts()))
    assert envelope.serialize() == parts()
    assert json.loads(envelope.to_json()) == parts()
    assert (envelope.ciphertext, envelope.iv, envelope.tag, envelope.aad) == (b"c", b"iv", b"t", b"aad")
    assert [*envelope.recipient_key_ids] == ["1"]
    assert envelope.combined_aad == f"{parts()['protected']}.YWFk".encode()
    assert (envelope.apu_bytes, envelope.apv_bytes) == (b"a", b"v")
    first, second = envelope.get_recipients()
    assert first.header == {"alg": "a", "apu": "YQ", "apv": "dg", "u": 1, "kid": "1"}
    assert (first.encrypted_key, second.header["u"]) == (b"key", 1)
    assert envelope.get_recipient("1").header == first.header


NO_ENVELOPE: list[tuple[dict[str, Any], str]] = [
    ({"protected": None}, "missing protected header"),
    ({"protected": 7}, "invalid protected header"),
    ({"protected": "e30x"}, "invalid JSON for protected headers"),
    ({"protected": b64url("[]")}, "invalid protected header"),
    ({"protected": "é"}, "Error decoding base64 value"),
    ({"ciphertext": None}, "missing ciphertext"),
    ({"iv": None}, "missing iv"),
    ({"tag": 7}, "invalid tag"),
    ({"aad": []}, "invalid aad"),
    ({"unprotected": []}, "invalid unprotected header"),
    ({"header": []}, "invalid header"),
    ({"recipients": {"a": 1}}, "invalid recipients"),
    ({"recipients": ["a"]}, "invalid recipient"),
    ({"recipients": [{}]}, "missing encrypted_key"),
    ({"recipients": [{"encrypted_key": 7}]}, "Error decoding base64 value"),
    ({"recipients": [{"encrypted_key": "YQ", "header": 7}]}, "invalid header"),
    ({"recipients": []}, "no recipients"),
    ({"encrypted_key": "YQ"}, "flattened form with 'recipients'"),
    ({"unprotected": {"alg": "b"}}, "duplicate header"),
    ({"recipients": [{"encrypted_key": "YQ", "header": {"alg": "b"}}]}, "duplicate header"),
    ({"protected": b64url('{"recipients":[{"encrypted_key":"YQ"}]}')}, "duplicate recipients block"),
]


@pytest.mark.parametrize(("changes", "error"), NO_ENVELOPE)
def test_text_that_is_not_an_envelope_raises_value_error(changes: dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        JweEnvelope.deserialize(parts(**changes))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"7", b"[]", b"[" * 100_000])
def test_json_that_is_not_an_object_raises_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match="Invalid JWE"):
        JweEnvelope.from_json(text)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("count", [1, 2])
def test_a_built_envelope_reads_back(*, inside: bool, flat: bool, count: int) -> None:
    builder = JweBuilder(with_protected_recipients=inside, with_flatten_recipients=flat)
    for number in range(count):
        builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": str(number)}))
    builder.set_protected({"alg": "a"})
    builder.set_unprotected({"u": 1})
    builder.set_payload(b"c", b"iv", b"t", b"aad")
    built = builder.build()
    again = JweEnvelope.from_json(built.to_json())
    assert again.serialize() == built.serialize()
    assert again.protected == {"alg": "a"}
    assert [*again.recipient_key_ids] == [str(number) for number in range(count)]
    assert [recipient.encrypted_key for recipient in again.recipients] == [b"key"] * count
    assert (again.with_protected_recipients, again.with_flatten_recipients) == (inside, flat and count == 1)
    written = json.loads(built.to_json())
    where = json.loads(from_b64url(written["protected"])) if inside else written
    assert ("encrypted_key" in where, "recipients" in where) == (flat and count == 1, not flat or count == 2)
    assert builder.protected_bytes == written["protected"].encode()


def test_an_incomplete_envelope_is_not_built() -> None:
    builder = JweBuilder(with_protected_recipients=True)
    with pytest.raises(ValueError, match="Missing message recipients"):
        builder.set_protected({"alg": "a"})
    with pytest.raises(AssertionError):
        _ = builder.protected_bytes
    steps: list[tuple[str, Callable[[], None]]] = [
        ("payload", lambda: builder.set_payload(b"c", b"", b"")),
        ("iv", lambda: builder.set_payload(b"c", b"i", b"")),
        ("tag", lambda: builder.set_payload(b"c", b"i", b"t")),
        ("recipients", lambda: builder.add_recipient(JweRecipient(encrypted_key=b"key"))),
        ("protected headers", lambda: builder.set_protected({"alg": "a"})),
    ]
    for missing, step in steps:
        with pytest.raises(ValueError, match=f"Missing {missing}"):
            builder.build()
        step()
    assert builder.build().recipients_json == [{"encrypted_key": "a2V5"}]
    envelope = builder.build()
    with pytest.raises(ValueError, match="Unknown recipient: a str of 1 characters"):
        envelope.get_recipient("7")
    for name in ("apu", "apv"):
        with pytest.raises(ValueError, match=f"Missing {name}"):
            getattr(envelope, f"{name}_bytes")


@pytest.mark.parametrize(("codec", "curve"), CURVES.items())
def test_multiformats_write_keys_as_pydidcomm_does(codec: str, curve: str) -> None:
    key = Secret.generate(curve, kid=f"{BOB}#1").public_key
    wrapped = multicodec.wrap(multicodec.multicodec(codec), key.octets(compressed=True))
    multikey = multibase.encode(wrapped, "base58btc")
    assert multikey == multibase.encode(wrapped, multibase.Encoding.base58btc) == key.multikey()
    found, octets = multicodec.unwrap(multibase.decode(multikey))
    assert (found.name, octets) == (codec, key.octets(compressed=True))
    assert multicodec.unwrap(wrapped, found) == (found, octets)


def test_unknown_multiformats_are_refused() -> None:
    for text in ("", "fAA", "é"):
        with pytest.raises(ValueError, match="Unsupported encoding"):
            multibase.decode(text)
    with pytest.raises(ValueError, match=r"."):
        multibase.decode("z0")
    odd: Any = "base32"
    with pytest.raises(ValueError, match="Unsupported encoding: base32"):
        multibase.encode(b"", odd)
    with pytest.raises(ValueError, match="Unsupported multicodec: a str of 3 characters"):
        multicodec.multicodec("odd")
    with pytest.raises(ValueError, match="Unsupported multicodec"):
        multicodec.unwrap(b"\x00\x00")
    number: Any = 7
    with pytest.raises(TypeError, match="encoding must be"):
        multibase.encode(b"", number)
    with pytest.raises(TypeError, match="multicodec must be"):
        multicodec.wrap(number, b"")


def run(program: str) -> str:
    """What a program prints in a Python of its own."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603, our own


class Named(SecretKey):
    """A secret that is only a name."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    @property
    def kid(self) -> str:
        return self._kid


async def test_secrets_are_stored_in_memory() -> None:
    secret, secrets = Named(f"{BOB}#1"), {f"{BOB}#2": Named(f"{BOB}#2")}
    manager = InMemorySecretsManager(secrets)
    await manager.add_secret(secret)
    assert await manager.get_secret_by_kid(secret.kid) is secret
    assert await manager.get_secret_by_kid(f"{BOB}#2") is secrets[f"{BOB}#2"]
    assert await manager.get_secret_by_kid(f"{BOB}#3") is None


async def test_secrets_in_a_file_are_read_by_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "secrets.jsonl"

    def manager() -> FileBasedSecretsManager[CoreSecretKey]:
        return FileBasedSecretsManager(str(path), written, lambda kid, data: CoreSecretKey(Secret(data), kid))

    def written(secret: CoreSecretKey) -> dict[str, Any]:
        assert isinstance(secret.key, Secret)
        return secret.key.expose_jwk()

    first = manager()
    secret = CoreSecretKey(Secret.generate("X25519", kid=f"{BOB}#1"))
    await first.add_secret(secret)
    await first.flush()
    left_over = path.with_suffix(".tmp")
    left_over.write_text("of a process that died")
    await first.flush()
    assert first.path == str(path)
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secrets.jsonl"]
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["kid"] == f"{BOB}#1"
    path.write_text(f"\n{line}\n{{}}\n")
    again = await manager().get_secret_by_kid(f"{BOB}#1")
    assert again is not None
    assert written(again) == written(secret)
    assert await manager().get_secret_by_kid(f"{BOB}#2") is None


@pytest.mark.slow
def test_secrets_in_a_file_are_written_when_python_ends(tmp_path: Path) -> None:
    program = (
        "import asyncio\n"
        "from pydidcomm import Secret\n"
        "from pydidcomm.compat.didcomm_messaging.crypto.backend import FileBasedSecretsManager\n"
        "from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreSecretKey\n"
        f"manager = FileBasedSecretsManager({str(tmp_path / 'file')!r}, lambda _: {{}}, None)\n"
        f"secret = CoreSecretKey(Secret.generate('X25519', kid='{BOB}#1'))\n"
        "asyncio.run(manager.add_secret(secret))\n"
    )
    run(program)
    assert json.loads((tmp_path / "file").read_text()) == {"kid": f"{BOB}#1"}


@pytest.mark.slow
def test_importing_pydidcomm_does_not_import_the_stand_ins() -> None:
    program = (
        "import sys, pydidcomm, pydidcomm.sync\n"
        "names = {'pydid', 'pydantic', 'aries_askar', 'authlib', 'base58', 'httpx', 'nacl', 'asyncio'}\n"
        "print([name for name in sys.modules if name in names or name.startswith('pydidcomm.compat')])\n"
    )
    done = run(program)
    assert done == "[]\n"


@pytest.mark.slow
def test_the_services_need_no_backend_of_the_original() -> None:
    absent = (
        "('aries_askar', 'authlib', 'nacl', 'msgpack', 'httpx', 'websockets', 'did_peer_2', 'did_peer_4')"
    )
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({absent}))\n"
        "base = 'pydidcomm.compat.didcomm_messaging'\n"
        "for name in ('', '.crypto.backend.core', '.crypto.backend.authlib', '.v1.crypto.nacl',\n"
        "             '.v1.messaging', '.legacy.crypto', '.resolver.peer', '.resolver.jwk'):\n"
        "    importlib.import_module(base + name)\n"
        "for name in ('.crypto.backend.askar', '.v1.crypto.askar', '.resolver.web', '.quickstart'):\n"
        "    try:\n"
        "        importlib.import_module(base + name)\n"
        "    except ImportError as error:\n"
        "        print(error)\n"
        "legacy = importlib.import_module(base + '.legacy.crypto')\n"
        "try:\n"
        "    legacy.sign_message(b'', b'')\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = run(program)
    lines = done.splitlines()
    assert "the Askar backend needs the package aries-askar: pip install aries-askar" in lines
    assert "did:web needs the package httpx: pip install httpx" in lines
    assert "this function of the legacy module needs the package PyNaCl: pip install PyNaCl" in lines
    assert len(lines) == 5
