"""A package that is imported twice in one process: the core raises and returns the second classes."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import importlib, sys, warnings
from unittest import mock

def use():
    import pydidcomm
    from pydidcomm.sync import DIDCommMessaging
    party = DIDCommMessaging()
    did = party.create_peer_did()
    packed = party.pack(pydidcomm.Message(type="https://example.org/x/1.0/y", frm=did), to=did, frm=did)
    metadata = party.unpack(packed.text).metadata
    assert isinstance(metadata.enc_alg_auth, pydidcomm.AuthCryptAlg), metadata.enc_alg_auth
    plain = party.pack_plaintext(pydidcomm.Message(type="https://example.org/x/1.0/y", frm=did))
    (warning,) = party.unpack(plain.text).metadata.warnings
    assert isinstance(warning, pydidcomm.MessageWarning), type(warning)
    try:
        party.unpack("junk")
    except pydidcomm.MalformedMessageError:
        pass
    try:
        pydidcomm.Message(type=1)
    except TypeError as error:
        assert str(error).startswith("`type`"), error
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        pydidcomm.Message(type="odd")
    assert issubclass(shown[0].category, pydidcomm.errors.MessageTypeWarning), shown
    return pydidcomm

with mock.patch.dict(sys.modules):
    first = use()
second = use()
assert first is not second
print("done")
"""


def test_the_core_raises_and_returns_the_classes_of_the_second_import() -> None:
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("done\n", "", 0)
