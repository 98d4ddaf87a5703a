"""A handler that fails is seen by its program, whether or not the program has configured logging."""

from __future__ import annotations

import pytest

from support.processes import ended

PROGRAM = """
import asyncio, io, logging, sys
from pydidcomm import DIDCommMessaging, Message, sync
from pydidcomm.transports.receiver import receiver
from pydidcomm.transports.wsgi import wsgi_receiver

kind, is_configured = sys.argv[1], sys.argv[2] == "configured"
if is_configured:
    logging.basicConfig()
holder = sync.DIDCommMessaging()
did = holder.create_peer_did()
packed = holder.pack(Message(type="https://example.org/greeting/1.0/hello"), to=did)

def fail(received):
    raise ZeroDivisionError("of the handler")

async def fail_awaited(received):
    fail(received)

if kind == "wsgi":
    environ = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": packed.media_type,
        "CONTENT_LENGTH": str(len(packed.text)), "wsgi.input": io.BytesIO(packed.text.encode()),
    }
    wsgi_receiver(holder, fail)(environ, lambda status, headers: print(status))
else:
    party = DIDCommMessaging(holder.secrets, holder.resolver)
    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"",
        "headers": [(b"content-type", packed.media_type.encode())],
    }
    async def receive():
        return {"type": "http.request", "body": packed.text.encode(), "more_body": False}
    async def send(event):
        if event["type"] == "http.response.start":
            print(event["status"])
    asyncio.run(receiver(party, fail_awaited)(scope, receive, send))
"""


@pytest.mark.slow
@pytest.mark.parametrize("configuration", ["configured", "bare"])
@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_the_failure_of_a_handler_is_shown_once(kind: str, configuration: str) -> None:
    run = ended(["-c", PROGRAM, kind, configuration])
    assert (run.status, run.stdout[:3]) == (0, "202")
    assert run.stderr.count("the handler of a received message failed") == 1
    assert run.stderr.count("ZeroDivisionError: of the handler") == 1
