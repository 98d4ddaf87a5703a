"""Receivers refuse a party or a handler whose results they could not use."""

from typing import Any

import pytest

from pydidcomm import DIDCommMessaging, UnpackResult, sync
from pydidcomm.transports.receiver import receiver
from pydidcomm.transports.wsgi import wsgi_receiver


async def awaited(_received: UnpackResult) -> None:
    """A handler of an event loop."""


def plain(_received: UnpackResult) -> None:
    """A handler of a thread."""


def test_asgi_receiver_refuses_a_party_with_plain_functions() -> None:
    party: Any = sync.DIDCommMessaging()
    with pytest.raises(
        TypeError, match=r"`party` must be a `pydidcomm\.DIDCommMessaging`.*sync\.DIDComm.*wsgi_receiver"
    ):
        receiver(party, awaited)


def test_wsgi_receiver_refuses_a_party_with_coroutine_functions() -> None:
    party: Any = DIDCommMessaging()
    with pytest.raises(
        TypeError, match=r"`party` must be a `pydidcomm\.sync\.DIDCommMessaging`.*receiver\.receiver"
    ):
        wsgi_receiver(party, plain)


def test_wsgi_receiver_refuses_a_coroutine_function_as_handler() -> None:
    with pytest.raises(TypeError, match="`handler` must be a plain function, got a coroutine function"):
        wsgi_receiver(sync.DIDCommMessaging(), awaited)
