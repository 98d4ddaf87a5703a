"""Secret keys in the keyring of the desktop: `KeyringSecrets` over a real Secret Service."""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import keyring.backend
import pytest
from keyring.backends import SecretService, chainer, fail, null

from pydidcomm import DIDCommMessaging, KeyMaker, PeerMethod, Secret, short_form
from pydidcomm.secrets import KeyExistsError, SecretsLockedError, SecretsUnavailableError
from pydidcomm.secrets.keyring import KeyringSecrets, SyncKeyringSecrets
from support import secret_service
from support.parties import hello
from support.paths import PACKAGE
from support.processes import ended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

METHODS: list[PeerMethod] = [0, 2, 4]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    if secret_service.absent():
        pytest.skip(f"KeyringSecrets: {' and '.join(secret_service.absent())} not installed (make system)")
    with secret_service.running(tmp_path_factory.mktemp("keyring")) as found:
        yield found


@pytest.fixture
def backend(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> keyring.backend.KeyringBackend:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", environment["DBUS_SESSION_BUS_ADDRESS"])
    return SecretService.Keyring()  # type: ignore[no-untyped-call]


@pytest.fixture
def service(request: pytest.FixtureRequest) -> str:
    """A name for each test, since the keyring is one for all."""
    return f"test {request.node.name}"


async def test_a_did_is_usable_after_a_restart(backend: keyring.backend.KeyringBackend, service: str) -> None:
    peer = DIDCommMessaging()
    their = await peer.create_peer_did(method=4)
    async with KeyringSecrets(service, backend=backend) as secrets:
        assert isinstance(secrets, KeyMaker)
        party = DIDCommMessaging(secrets=secrets)
        dids = [await party.create_peer_did(method=method) for method in METHODS]
        dids.append(await party.create_key_did())
        first = await peer.pack(hello(to=[dids[0]], frm=their), to=dids[0], frm=their)
        await party.unpack(first.message)
        kids = await secrets.kids()
        assert len(kids) == 8
    short = short_form(their)
    async with KeyringSecrets(service, backend=backend) as secrets:
        party = DIDCommMessaging(secrets=secrets)
        assert await secrets.kids() == kids
        for did in dids:
            packed = await party.pack(hello(to=[did]), to=short_form(did), frm=did)
            assert (await party.unpack(packed.message)).metadata.authenticated
        later = await peer.pack(hello(to=[dids[0]], frm=short), to=dids[0], frm=short)
        assert (await party.unpack(later.message)).sender == short


def test_keys_are_added_found_and_removed(backend: keyring.backend.KeyringBackend, service: str) -> None:
    curves = ("X25519", "P-256", "P-384", "P-521", "Ed25519", "secp256k1")
    keys = [Secret.generate(curve, kid=f"did:example:a#{curve}") for curve in curves]
    kids = [key.kid for key in keys]
    with KeyringSecrets(service, backend=backend) as secrets:
        assert isinstance(secrets, SyncKeyringSecrets)
        secrets.add_keys(keys)
        secrets.add_keys(keys)
        with pytest.raises(KeyExistsError):
            secrets.add_key(Secret.generate("X25519", kid=kids[0]))
    with KeyringSecrets(service, backend=backend) as secrets:
        assert secrets.kids() == sorted(kids)
        assert [secrets.get_key(key.kid).public_key for key in keys] == [key.public_key for key in keys]
        assert secrets.remove_key(kids[0])
        assert not secrets.remove_key(kids[0])
        assert secrets.get_keys(kids) == kids[1:]
        assert secrets.kids() == sorted(kids[1:])
    with pytest.raises(SecretsUnavailableError, match="closed"):
        secrets.get_key(kids[1])


class Dying(keyring.backend.KeyringBackend):
    """The keyring of a process that is killed before one of its writes: a real keyring up to there."""

    def __init__(self, real: keyring.backend.KeyringBackend, writes: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.real: Any = real
        self.writes = writes

    def _count(self) -> None:
        if self.writes == 0:
            raise KeyboardInterrupt
        self.writes -= 1

    def get_password(self, service: str, username: str) -> str | None:
        found: str | None = self.real.get_password(service, username)
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        self._count()
        self.real.set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._count()
        self.real.delete_password(service, username)


@pytest.mark.parametrize("writes", range(4))
def test_the_index_is_consistent_after_a_crash(
    backend: keyring.backend.KeyringBackend, service: str, writes: int
) -> None:
    keys = [Secret.generate("X25519", kid=f"did:example:a#{number}") for number in range(2)]
    with KeyringSecrets(service, backend=backend) as secrets:
        secrets.add_key(keys[0])
    dying = KeyringSecrets(service, backend=Dying(backend, writes)).sync
    try:
        dying.add_key(keys[1])
        dying.remove_key(keys[0].kid)
    except KeyboardInterrupt:
        pass
    with KeyringSecrets(service, backend=backend) as secrets:
        listed = secrets.kids()
        assert listed == [key.kid for key in keys if secrets.get_key(key.kid) is not None]
        assert (keys[1].kid in listed) is (writes >= 2)
        assert (keys[0].kid in listed) is (writes < 3)


KILLED = """
import os, sys
from pydidcomm import sync
from pydidcomm.secrets.keyring import KeyringSecrets
party = sync.DIDCommMessaging(secrets=KeyringSecrets(sys.argv[1]).sync)
while True:
    did = party.create_peer_did()
    os.write(1, f"{did}\\n".encode())
"""


def test_a_killed_process_loses_no_key(
    environment: dict[str, str], backend: keyring.backend.KeyringBackend, service: str
) -> None:
    process = subprocess.Popen(  # noqa: S603, our own program
        [sys.executable, "-c", KILLED, service],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONPATH": str(PACKAGE)},
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(3)]
    process.kill()
    acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    with KeyringSecrets(service, backend=backend) as secrets:
        kids = set(secrets.kids())
    assert kids >= {f"{did}#key-{number}" for did in acknowledged for number in (1, 2)}


def test_a_service_that_goes_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if secret_service.absent():
        pytest.skip(f"KeyringSecrets: {' and '.join(secret_service.absent())} not installed (make system)")
    with secret_service.running(tmp_path) as found:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", found["DBUS_SESSION_BUS_ADDRESS"])
        secrets = KeyringSecrets(backend=SecretService.Keyring()).sync  # type: ignore[no-untyped-call]
        secrets.add_key(Secret.generate("X25519", kid="did:example:a#1"))
    # what was used lately is at hand
    assert secrets.get_keys(["did:example:a#1"])
    with pytest.raises(SecretsUnavailableError, match="keyring failed"):
        secrets.get_key("did:example:a#2")


# keyring leaves its connection to the garbage collector when the keyring stays locked
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
def test_a_locked_keyring_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if secret_service.absent():
        pytest.skip(f"KeyringSecrets: {' and '.join(secret_service.absent())} not installed (make system)")
    import secretstorage  # noqa: PLC0415, on Linux alone

    with secret_service.running(tmp_path) as found:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", found["DBUS_SESSION_BUS_ADDRESS"])
        key = Secret.generate("X25519", kid="did:example:a#1")
        KeyringSecrets(backend=SecretService.Keyring()).sync.add_key(key)  # type: ignore[no-untyped-call]
        with contextlib.closing(secretstorage.dbus_init()) as connection:
            secretstorage.get_default_collection(connection).lock()
        secrets = KeyringSecrets(backend=SecretService.Keyring()).sync  # type: ignore[no-untyped-call]
        with pytest.raises(SecretsLockedError, match="locked"):
            secrets.get_key(key.kid)
    gc.collect()


class PlainText(null.Keyring):
    """A stand-in for the backend of keyrings.alt that writes a file in the open, which is not installed."""


PlainText.__module__ = "keyrings.alt.file"


@pytest.mark.parametrize("kind", [fail.Keyring, null.Keyring, PlainText])
def test_a_keyring_without_storage_is_refused_immediately(kind: Any) -> None:  # noqa: ANN401
    reason = "no keyring is available" if kind is fail.Keyring else "does not store secrets safely"
    with pytest.raises(SecretsUnavailableError, match=reason):
        KeyringSecrets(backend=kind())


def test_a_chain_with_a_keyring_without_storage_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = chainer.ChainerBackend()  # type: ignore[no-untyped-call]
    plain: Any = PlainText
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain()])
    with pytest.raises(SecretsUnavailableError, match=r"keyrings\.alt\.file"):
        KeyringSecrets(backend=found)


FOUND = "import sys; from pydidcomm.secrets.keyring import KeyringSecrets as K; print(K.open('agent'))"


def test_the_keyring_of_the_desktop_is_found_and_shown(environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603, our own program
        [sys.executable, "-c", FOUND],
        env={**environment, "PYTHONPATH": str(PACKAGE)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "service='agent', backend=keyring.backends.SecretService.Keyring" in done.stdout


def test_construction_without_a_desktop_names_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    end = ended(["-c", FOUND])
    assert end.status == 1
    assert "Secret Service or KWallet on Linux" in end.stderr.splitlines()[-1]


def test_without_the_extra_the_import_names_it() -> None:
    end = ended(["-c", "import sys; sys.modules['keyring'] = None; import pydidcomm.secrets.keyring"])
    assert end.status == 1
    assert "pip install 'pydidcomm[keyring]'" in end.stderr.splitlines()[-1]
