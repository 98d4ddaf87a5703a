"""Check an installation with all extras: import each part, exchange a message, and print what was installed.

`python tests/installed.py`, with the interpreter of the installation, in a folder without the sources.
"""

from __future__ import annotations

import importlib
import sys
import sysconfig
from importlib import metadata

PARTS = (
    "pydidcomm.agent",
    "pydidcomm.cli",
    "pydidcomm.invitations",
    "pydidcomm.mediator",
    "pydidcomm.mediator.metrics",
    "pydidcomm.mediator.postgres",
    "pydidcomm.qr",
    "pydidcomm.resolvers.caching",
    "pydidcomm.resolvers.universal",
    "pydidcomm.resolvers.web",
    "pydidcomm.resolvers.webvh",
    "pydidcomm.secrets.askar",
    "pydidcomm.secrets.keyring",
    "pydidcomm.secrets.pkcs11",
    "pydidcomm.stores.askar",
    "pydidcomm.sync.agent",
    "pydidcomm.sync.network",
    "pydidcomm.transports.http",
    "pydidcomm.transports.receiver",
    "pydidcomm.transports.websocket",
    "pydidcomm.transports.wsgi",
    # the server of the extra `server`
    "uvicorn",
)


def main() -> None:
    """Imports, exchanges, prints."""
    for name in PARTS:
        importlib.import_module(name)
    sync = importlib.import_module("pydidcomm.sync")
    core = importlib.import_module("pydidcomm._core")
    assert str(core.__file__).startswith(sysconfig.get_path("platlib"))
    message = importlib.import_module("pydidcomm").Message(type="https://example.org/note/1.0/note")
    party = sync.DIDCommMessaging()
    did = party.create_peer_did()
    assert party.unpack(party.pack(message, to=did, frm=did).text).sender == did
    packages = sorted({str(one.name) for one in metadata.distributions()} - {"pip", "setuptools", "wheel"})
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"CPython {version}: {len(PARTS)} parts, {len(packages)} packages: {', '.join(packages)}")


if __name__ == "__main__":
    main()
