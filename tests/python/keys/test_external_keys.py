"""External keys: in another process, or behind any object with two methods."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    DecryptionError,
    DIDCommMessaging,
    FromPrior,
    KeyAgreementKey,
    PackEncryptedConfig,
    PublicKey,
    Secret,
    SignAlg,
    SigningKey,
    sync,
)
from support.external_keys import Keys, method
from support.parties import hello
from support.paths import SUPPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

ALICE, BOB = "did:example:alice", "did:example:bob"
AGREES, SIGNS = f"{ALICE}#agree", f"{ALICE}#sign"


class KeyProcess:
    """The other process and its recorded operations."""

    def __init__(self) -> None:
        program = [sys.executable, str(SUPPORT / "key_process.py")]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603, our own program
        points = json.loads(self._line())
        self.public = {name: PublicKey.from_octets("P-256", bytes.fromhex(points[name])) for name in points}
        self.operations: list[str] = []

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def ask(self, do: str, octets: bytes) -> bytes:
        assert self.process.stdin is not None
        self.operations.append(do)
        self.process.stdin.write(json.dumps({"do": do, "octets": octets.hex()}) + "\n")
        self.process.stdin.flush()
        return bytes.fromhex(self._line())


class AgreeingThere:
    """A key for messages, as an object with a plain method."""

    def __init__(self, process: KeyProcess) -> None:
        self.process = process

    def agree(self, public_key: PublicKey, /) -> bytes:
        assert public_key.curve == "P-256"
        return self.process.ask("agree", public_key.octets())


class SigningThere:
    """A key for signatures, as an object with a plain method."""

    def __init__(self, process: KeyProcess) -> None:
        self.process = process

    def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:
        assert algorithm is SignAlg.ES256
        return self.process.ask("sign", data)


class Awaited:
    """The same keys behind coroutine functions."""

    def __init__(self, process: KeyProcess) -> None:
        self.process = process

    async def agree(self, public_key: PublicKey, /) -> bytes:
        return self.process.ask("agree", public_key.octets())

    async def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:
        assert algorithm is SignAlg.ES256
        return self.process.ask("sign", data)


class World:
    """Alice, whose keys live in the other process, and Bob, who keeps his own."""

    def __init__(self, process: KeyProcess) -> None:
        self.bob_key = Secret.generate("P-256", kid=f"{BOB}#agree")
        public = process.public
        self.documents = {
            ALICE: {
                "id": ALICE,
                "keyAgreement": [method(AGREES, public["agree"])],
                "authentication": [method(SIGNS, public["sign"])],
            },
            BOB: {"id": BOB, "keyAgreement": [method(self.bob_key.kid, self.bob_key.public_key)]},
        }

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)


@pytest.fixture
def process() -> Iterator[KeyProcess]:
    there = KeyProcess()
    yield there
    assert there.process.stdin is not None
    assert there.process.stdout is not None
    there.process.stdin.close()
    there.process.wait()
    there.process.stdout.close()


def test_the_objects_satisfy_the_protocols(process: KeyProcess) -> None:
    assert isinstance(AgreeingThere(process), KeyAgreementKey)
    assert isinstance(SigningThere(process), SigningKey)
    assert isinstance(Awaited(process), KeyAgreementKey)
    assert isinstance(Awaited(process), SigningKey)
    assert not isinstance(Secret.generate("X25519", kid=AGREES), KeyAgreementKey)


async def test_a_key_in_another_process_sends_and_receives(process: KeyProcess) -> None:
    world, key = World(process), Awaited(process)
    alice = DIDCommMessaging(Keys({AGREES: key, SIGNS: key}), world)
    bob = DIDCommMessaging(Keys({world.bob_key.kid: world.bob_key}), world)
    packed = await alice.pack(hello(), to=BOB, frm=ALICE)
    received = await bob.unpack(packed.message)
    assert received.metadata.encrypted_from == AGREES
    assert process.operations == ["agree"]
    answer = await bob.pack(hello(), to=ALICE, frm=BOB)
    assert (await alice.unpack(answer.message)).metadata.recipient_kid == AGREES
    assert process.operations == ["agree"] * 3
    signed = await alice.pack_signed(hello(to=[BOB]), sign_frm=ALICE)
    assert (await bob.unpack(signed.packed_msg)).metadata.sign_from == SIGNS


def test_packing_without_an_event_loop_gives_the_same_result(process: KeyProcess) -> None:
    world = World(process)
    keys = {AGREES: AgreeingThere(process), SIGNS: SigningThere(process)}
    alice = sync.DIDCommMessaging(Keys(keys), world)
    bob = sync.DIDCommMessaging(Keys({world.bob_key.kid: world.bob_key}), world)
    config = PackEncryptedConfig(authcrypt_signed=True)
    packed = alice.pack(hello(to=[BOB]), to=BOB, frm=ALICE, sign_frm=ALICE, config=config)
    received = bob.unpack(packed.message)
    assert (received.metadata.encrypted_from, received.metadata.sign_from) == (AGREES, SIGNS)
    ending = alice.pack(hello(from_prior=FromPrior(iss=ALICE)), to=BOB, config=PackEncryptedConfig())
    assert bob.unpack(ending.message).metadata.from_prior_issuer_kid == SIGNS
    with pytest.raises(TypeError, match="coroutine"):
        sync.DIDCommMessaging(Keys({AGREES: Awaited(process)}), world).pack(hello(), to=BOB, frm=ALICE)


class Answering:
    """A key with a given answer or exception."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401, anything at all
        self.answer = answer

    def agree(self, _public_key: PublicKey, /) -> Any:  # noqa: ANN401
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def sign(self, _algorithm: SignAlg, _data: bytes, /) -> Any:  # noqa: ANN401
        return self.agree(PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"))


def packing(process: KeyProcess, answer: Any, *, sign: bool) -> None:  # noqa: ANN401
    key = Answering(answer)
    alice = sync.DIDCommMessaging(Keys({AGREES: key, SIGNS: key}), World(process))
    if sign:
        alice.pack_signed(hello(), sign_frm=ALICE)
    else:
        alice.pack(hello(), to=BOB, frm=ALICE)


@pytest.mark.parametrize("octets", [b"", bytes(31), bytes([1]) * 33, bytes([1]) * 65])
def test_an_answer_that_is_not_a_raw_shared_secret_is_refused(process: KeyProcess, octets: bytes) -> None:
    with pytest.raises(ValueError, match="raw shared secret"):
        packing(process, octets, sign=False)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "64 bytes, got 0 bytes"),
        (bytes([1]) * 64, "does not verify"),
        (b"\x30\x44" + bytes(68), "got a DER signature"),
    ],
)
def test_a_signature_that_does_not_verify_is_never_sent(
    process: KeyProcess, octets: bytes, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        packing(process, octets, sign=True)


@pytest.mark.parametrize("answer", [None, "text", 7, [1, 2]])
@pytest.mark.parametrize("sign", [True, False])
def test_an_answer_that_is_not_bytes_raises_type_error(
    process: KeyProcess, answer: object, *, sign: bool
) -> None:
    with pytest.raises(TypeError, match="bytes"):
        packing(process, answer, sign=sign)


def test_an_exception_of_the_key_is_raised_unchanged(process: KeyProcess) -> None:
    class PinRequiredError(Exception):
        pass

    error = PinRequiredError("insert the card")
    for sign in (True, False):
        with pytest.raises(PinRequiredError) as caught:
            packing(process, error, sign=sign)
        assert caught.value is error


def test_a_wrong_shared_secret_raises_decryption_error(process: KeyProcess) -> None:
    world = World(process)
    bob = sync.DIDCommMessaging(Keys({world.bob_key.kid: world.bob_key}), world)
    packed = bob.pack(hello(), to=ALICE, frm=BOB)
    alice = sync.DIDCommMessaging(Keys({AGREES: Answering(bytes([1]) * 32)}), world)
    with pytest.raises(DecryptionError):
        alice.unpack(packed.message)
