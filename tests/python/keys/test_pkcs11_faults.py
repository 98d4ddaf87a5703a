"""What a token of PKCS#11 answers when it is locked, full or failing, and what the program is shown of it.

SoftHSM 2 fills up for real. It neither counts wrong PINs nor locks, so that a double stands in for a token
which does: a module whose login or session raises the exception of python-pkcs11.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import sync
from pydidcomm.secrets import SecretsLockedError, SecretsUnavailableError
from pydidcomm.secrets.pkcs11 import Pkcs11Secrets
from support import softhsm
from support.parties import hello
from support.small_disk import small_disk
from support.softhsm import LABEL, PIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydidcomm.errors import DIDCommError

import pkcs11
from pkcs11 import exceptions as faults

pytestmark = pytest.mark.slow

MOST_DIDS = 200


class Double:
    """A module with one token, whose login or session fails."""

    def __init__(self, login: Exception | None = None, work: Exception | None = None) -> None:
        self.login = login
        self.work = work
        self.logins = 0

    def lib(self, path: str) -> Double:
        return self

    def get_token(self, *, token_label: str) -> Double:
        return self

    def open(self, **options: Any) -> Double:  # noqa: ANN401
        self.logins += 1
        if self.login is not None:
            raise self.login
        return self

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(*_: object, **__: object) -> Any:  # noqa: ANN401
            assert self.work is not None
            raise self.work

        return fail


LOGINS: dict[type[Exception], tuple[type[DIDCommError], str]] = {
    faults.PinIncorrect: (SecretsLockedError, "not the PIN of the token"),
    faults.PinInvalid: (SecretsLockedError, "not the PIN of the token"),
    faults.PinLenRange: (SecretsLockedError, "not the PIN of the token"),
    faults.PinLocked: (SecretsLockedError, r"PinLocked\): the security officer"),
    faults.PinExpired: (SecretsLockedError, r"PinExpired\): the security officer"),
    faults.UserPinNotInitialized: (SecretsLockedError, r"UserPinNotInitialized\): the security officer"),
    faults.TokenNotPresent: (SecretsUnavailableError, "no token with the label"),
    faults.TokenNotRecognised: (SecretsUnavailableError, "TokenNotRecognised"),
    faults.SessionCount: (SecretsUnavailableError, "SessionCount"),
    faults.TokenWriteProtected: (SecretsUnavailableError, "TokenWriteProtected"),
}


@pytest.mark.parametrize("fault", LOGINS, ids=lambda fault: fault.__name__)
def test_a_login_that_the_token_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    double = Double(login=fault())
    monkeypatch.setattr(pkcs11, "lib", double.lib)
    kind, text = LOGINS[fault]
    with pytest.raises(kind, match=text) as caught, Pkcs11Secrets.open("double", token=LABEL, pin="4711"):
        pass
    assert "4711" not in str(caught.value)
    assert isinstance(caught.value.__cause__, fault)


@pytest.mark.parametrize("fault", [faults.PinIncorrect, faults.PinLocked], ids=lambda fault: fault.__name__)
def test_a_wrong_pin_is_tried_once_for_a_token_may_lock(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    double = Double(login=fault())
    monkeypatch.setattr(pkcs11, "lib", double.lib)
    with pytest.raises(SecretsLockedError), Pkcs11Secrets.open("double", token=LABEL, pin="4711"):
        pass
    assert double.logins == 1


WORK: dict[type[Exception], str] = {
    faults.DeviceMemory: "the token is full",
    faults.FunctionFailed: "it may be full",
    faults.HostMemory: "HostMemory",
    faults.MechanismInvalid: "MechanismInvalid",
}


@pytest.mark.parametrize("fault", WORK, ids=lambda fault: fault.__name__)
def test_a_key_that_the_token_does_not_make_is_named(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    double = Double(work=fault())
    monkeypatch.setattr(pkcs11, "lib", double.lib)
    with Pkcs11Secrets.open("double", token=LABEL, pin=PIN) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        with pytest.raises(SecretsUnavailableError, match=WORK[fault]):
            party.create_peer_did(agreement_curves=["P-256"])
    assert double.logins == 1


def test_a_session_that_is_lost_again_and_again_is_opened_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    double = Double(work=faults.SessionHandleInvalid())
    monkeypatch.setattr(pkcs11, "lib", double.lib)
    with Pkcs11Secrets.open("double", token=LABEL, pin=PIN) as secrets:
        with pytest.raises(SecretsUnavailableError, match="SessionHandleInvalid"):
            secrets.kids()
        assert double.logins == 2


@pytest.mark.skipif(softhsm.module() is None, reason="SoftHSM 2 is not installed (make system)")
def test_a_full_token_is_named_and_loses_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    folder = tmp_path / "tokens"
    folder.mkdir()
    with small_disk(folder, "256k"):
        module = softhsm.initialize(folder)
        try:
            dids = filled(module, folder)
            with Pkcs11Secrets.open(module, token=LABEL, pin=PIN) as secrets:
                party = sync.DIDCommMessaging(secrets=secrets)
                assert set(secrets.kids()) >= {f"{did}#key-{number}" for did in dids for number in (1, 2)}
                for did in dids:
                    packed = party.pack(hello(to=[did]), to=did, frm=did, sign_frm=did)
                    assert party.unpack(packed.message).sender == did
        finally:
            pkcs11.unload(module)


def filled(module: str, folder: Path) -> list[str]:
    """The DIDs of a token that was filled, and then had room again."""
    with Pkcs11Secrets.open(module, token=LABEL, pin=PIN) as secrets:
        party = sync.DIDCommMessaging(secrets=secrets)
        dids = [party.create_peer_did(agreement_curves=["P-256"]) for _ in range(2)]
        (folder / "ballast").write_bytes(bytes(shutil.disk_usage(folder).free // 2))
        with pytest.raises(SecretsUnavailableError, match="full"):
            dids.extend(party.create_peer_did(agreement_curves=["P-256"]) for _ in range(MOST_DIDS))
        (folder / "ballast").unlink()
        return [*dids, party.create_peer_did(agreement_curves=["P-256"])]
