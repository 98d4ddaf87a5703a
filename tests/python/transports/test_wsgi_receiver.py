"""The WSGI receiver answers as the ASGI receiver does."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pydidcomm import InMemoryReplayWindow, Message, sync
from pydidcomm.transports.wsgi import wsgi_receiver

if TYPE_CHECKING:
    from pydidcomm import Packed, UnpackResult

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
ENCRYPTED = "application/didcomm-encrypted+json"


def wsgi_request(app: Any, body: bytes = b"", **environ: Any) -> tuple[str, dict[str, str], bytes]:  # noqa: ANN401
    answer: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": ENCRYPTED,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    } | environ

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        answer.extend((status, dict(headers)))

    parts = app(environ, start_response)
    return answer[0][:3], answer[1], b"".join(parts)


def test_wsgi_answers_as_asgi_does() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging(replay_window=InMemoryReplayWindow())
    alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
    handled: list[object] = []

    def handler(received: UnpackResult) -> Packed:
        handled.append(received.message.body)
        return bob.pack(HELLO, to=alice_did, frm=bob_did)

    app = wsgi_receiver(bob, handler, invitations={"1": "https://example.com/?_oob=e30"}, max_bytes=10_000)
    packed = alice.pack(HELLO, to=bob_did, frm=alice_did).text.encode()
    assert wsgi_request(app, packed) == ("202", {"content-length": "0"}, b"")
    assert wsgi_request(app, packed)[0] == "202"
    assert handled == [{"msg": "Hi"}]
    returning = HELLO.replace(id="2", custom_headers={"return_route": "all"})
    status, headers, body = wsgi_request(app, alice.pack(returning, to=bob_did, frm=alice_did).text.encode())
    assert (status, headers["content-type"]) == ("200", ENCRYPTED)
    assert alice.unpack(body).sender == bob_did
    long = io.BytesIO(bytes(10_001))
    for environ, expected in (
        ({"CONTENT_TYPE": "text/plain"}, "415"),
        ({"CONTENT_LENGTH": "10001"}, "413"),
        ({"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": long}, "413"),
        ({"CONTENT_LENGTH": ""}, "400"),
        ({"CONTENT_LENGTH": "5000"}, "400"),
        ({"REQUEST_METHOD": "GET"}, "405"),
        ({"REQUEST_METHOD": "GET", "QUERY_STRING": "_oobid=1"}, "302"),
        ({"HTTP_CONTENT_ENCODING": "gzip"}, "415"),
    ):
        assert wsgi_request(app, b"{}", **environ)[0] == expected
