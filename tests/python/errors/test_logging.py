"""Log lines of `logging.getLogger("pydidcomm")`: a step each at DEBUG, a refusal each at WARNING."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    DIDCommError,
    DIDCommMessaging,
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    Message,
    UnpackConfig,
    sync,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

HIDDEN = "a body that no log line repeats"


class Resolver:
    """Not a LocalResolver, so each DID is a question to Python."""

    def __init__(self) -> None:
        self.local = LocalResolver()

    async def resolve(self, did: str) -> Any:  # noqa: ANN401
        return self.local.resolve(did)


class Store(InMemorySecrets):
    """Not an InMemorySecrets, so each secret is a question to Python."""


def spoken(**headers: Any) -> Message:  # noqa: ANN401, headers
    return Message(type="https://example.org/chat/1.0/say", body={"text": HIDDEN}, **headers)


async def test_each_step_has_a_debug_line_with_ids_and_kids(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="pydidcomm")
    alice = DIDCommMessaging(secrets=Store(), resolver=Resolver())
    did = await alice.create_peer_did(method=0, auth_keys_count=0)
    packed = await alice.pack(spoken(id="one"), to=did, frm=did)
    await alice.unpack(packed.message)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}
    for step in ("resolving did:peer:0", "looking for the secrets of did:peer:0", "packed for did:peer:0"):
        assert step in text
    assert "unpacked message one, type https://example.org/chat/1.0/say, sender did:peer:0" in text
    assert HIDDEN not in text
    for secret in alice.secrets.kids():  # type: ignore[attr-defined]
        assert alice.secrets.get_key(secret).expose_jwk()["d"] not in text  # type: ignore[union-attr]


async def test_a_refusal_has_one_warning_with_its_code(caplog: pytest.LogCaptureFixture) -> None:
    bob = DIDCommMessaging(replay_window=InMemoryReplayWindow())
    did = await bob.create_peer_did()
    packed = (await bob.pack(spoken(), to=did, frm=did)).message
    await bob.unpack(packed)
    plain = (await bob.pack_plaintext(spoken())).packed_msg

    async def refusal(attempt: Awaitable[Any]) -> str:
        caplog.clear()
        with pytest.raises(DIDCommError) as caught:
            await attempt
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert caught.value.code in record.getMessage()
        assert HIDDEN not in record.getMessage()
        return record.getMessage()

    assert "ReplayedMessageError" in await refusal(bob.unpack(packed))
    assert "require_encrypted" in await refusal(
        bob.unpack(plain, config=UnpackConfig(require_encrypted=True))
    )
    refusing = UnpackConfig(allowed_senders=lambda _: False)
    packed = (await bob.pack(spoken(), to=did, frm=did)).message
    assert "allowed_senders" in await refusal(bob.unpack(packed, config=refusing))
    caplog.clear()
    assert isinstance((await bob.unpack_many([packed, "{}"]))[1].error, DIDCommError)
    (record,) = caplog.records
    assert "MalformedMessageError" in record.getMessage()


def test_a_log_line_is_one_line_whatever_a_peer_wrote(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="pydidcomm")
    message: dict[str, Any] = {"id": "1", "type": "https://example.org/\x1b[2J\u202e/1.0/y", "body": {}}
    sync.DIDCommMessaging().unpack(json.dumps(message))
    with pytest.raises(DIDCommError):
        sync.DIDCommMessaging().unpack({"id": "1", "type": "x", "from": "did:\n", "body": {}})
    assert caplog.records
    for record in caplog.records:
        assert record.getMessage().isprintable()


@pytest.mark.slow
def test_nothing_is_printed_without_a_handler() -> None:
    program = (
        "from pydidcomm import DIDCommError, sync\n"
        "try:\n    sync.DIDCommMessaging().unpack('{}')\n"
        "except DIDCommError:\n    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert (done.stdout, done.stderr) == ("", "")
