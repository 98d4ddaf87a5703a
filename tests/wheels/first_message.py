"""Exchange a message with an installation that has no extra: a trial runs it with `python -W error`."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

import pydidcomm
import pydidcomm.sync


def main() -> None:
    """Make a DID, send a message to it, and print where this ran."""
    party = pydidcomm.sync.DIDCommMessaging()
    did = party.create_peer_did()
    message = pydidcomm.Message(type="https://example.org/note/1.0/note", body={"text": "hello"})
    received = party.unpack(party.pack(message, to=did, frm=did).text)
    assert received.sender == did
    assert received.message.body == {"text": "hello"}
    others = {str(one.name) for one in metadata.distributions()} - {"pydidcomm", "pip", "setuptools", "wheel"}
    assert not others, f"a bare install brings {others}"
    version = ".".join(map(str, sys.version_info[:3]))
    sys.stdout.write(f"CPython {version} on {platform.machine()}\n")


if __name__ == "__main__":
    main()
