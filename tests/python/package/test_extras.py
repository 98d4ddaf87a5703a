"""Each part says which extra it needs, and the parts that need none load without any."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PARTS = {
    "pydidcomm.resolvers.web": ("httpx2", "http"),
    "pydidcomm.resolvers.universal": ("httpcore2", "http"),
    "pydidcomm.resolvers.webvh": ("did_webvh", "webvh"),
    "pydidcomm.transports.http": ("httpx2", "http"),
    "pydidcomm.transports.websocket": ("wsproto", "http"),
    "pydidcomm.sync.network": ("anyio", "http"),
    "pydidcomm.agent": ("anyio", "agent"),
    "pydidcomm.sync.agent": ("anyio", "agent"),
    "pydidcomm.mediator": ("anyio", "mediator"),
    "pydidcomm.stores.askar": ("aries_askar", "askar"),
    "pydidcomm.secrets.askar": ("aries_askar", "askar"),
    "pydidcomm.secrets.pkcs11": ("pkcs11", "hsm"),
    "pydidcomm.secrets.keyring": ("keyring", "keyring"),
    "pydidcomm.compat.didcomm": ("pydid", "compat"),
    "pydidcomm.compat.didcomm_messaging": ("pydid", "compat"),
    "pydidcomm.compat.peerdid": ("base58", "compat"),
    "pydidcomm.qr": ("segno", "qr"),
}
BARE = [
    "pydidcomm.invitations",
    "pydidcomm.protocols",
    "pydidcomm.resolvers.caching",
    "pydidcomm.resolvers.fallback",
    "pydidcomm.transports.receiver",
    "pydidcomm.transports.wsgi",
]


def imported(part: str, *missing: str) -> str:
    """What a fresh interpreter prints that imports the part, without some packages."""
    program = f"""
import sys
for name in {missing!r}:
    sys.modules[name] = None
try:
    import {part}
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    return run.stdout.strip()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_its_extra_says_which_one_it_needs(part: str) -> None:
    package, extra = PARTS[part]
    text = imported(part, package)
    assert package in text
    assert text.endswith(f"pip install 'pydidcomm[{extra}]'")


@pytest.mark.parametrize("part", BARE)
def test_a_part_that_needs_no_extra_loads_without_any(part: str) -> None:
    assert imported(part, "anyio", "did_webvh", "httpcore2", "httpx2", "segno", "trio", "wsproto") == ""
