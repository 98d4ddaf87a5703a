"""The receiver: what it answers to each kind of request, on every event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    LocalResolver,
    Message,
    Packed,
    PrefixResolver,
    UnpackConfig,
    UnpackResult,
)
from pydidcomm.errors import ResolutionError
from pydidcomm.transports.receiver import Receiver, receiver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.slow

HELLO = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
ENCRYPTED = "application/didcomm-encrypted+json"
POSTED = [("content-type", ENCRYPTED)]
Answer = tuple[int, dict[str, str], bytes]


async def ignore(_received: UnpackResult) -> None:
    pass


async def request(  # noqa: PLR0913, the parts of a request
    app: Receiver,
    body: bytes | list[bytes] = b"",
    *,
    method: str = "POST",
    headers: list[tuple[str, str]] = POSTED,
    query: str = "",
    pause: Callable[[], Awaitable[None]] | None = None,
    sent: Callable[[], Awaitable[None]] | None = None,
) -> Answer:
    """One request as a server passes it on; the application has returned."""
    parts = body if isinstance(body, list) else [body]
    events = [
        {"type": "http.request", "body": part, "more_body": place + 1 < len(parts)}
        for place, part in enumerate(parts)
    ]
    answers: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401, an event of ASGI
        if not events:
            return {"type": "http.disconnect"}
        if pause is not None:
            await pause()
        return events.pop(0)

    async def send(event: Any) -> None:  # noqa: ANN401, an event of ASGI
        answers.append(event)
        if sent is not None and len(answers) == 2:
            await sent()

    fields = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": method, "headers": fields, "query_string": query.encode()}
    await app(scope, receive, send)
    start, end = answers
    return start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, end["body"]


async def parties() -> tuple[DIDCommMessaging, str, DIDCommMessaging, str]:
    alice, bob = DIDCommMessaging(), DIDCommMessaging(replay_window=InMemoryReplayWindow())
    return alice, await alice.create_peer_did(), bob, await bob.create_peer_did()


@pytest.mark.spec("TRP-02", "TRP-05", "TRP-06")
async def test_a_message_is_answered_with_202_and_no_body_and_handled() -> None:
    alice, alice_did, bob, bob_did = await parties()
    handled: list[UnpackResult] = []

    async def handler(received: UnpackResult) -> Packed:
        handled.append(received)
        return await bob.pack(HELLO, to=alice_did, frm=bob_did)

    packed = await alice.pack(HELLO, to=bob_did, frm=alice_did)
    assert await request(receiver(bob, handler), packed.text.encode()) == (202, {"content-length": "0"}, b"")
    assert [(one.sender, one.message.body) for one in handled] == [(alice_did, {"msg": "Hi"})]


@pytest.mark.parametrize(
    "media_type",
    [
        ENCRYPTED,
        "Application/DIDComm-Encrypted+JSON; charset=utf-8",
        "application/didcomm-signed+json",
        "application/didcomm-plain+json",
    ],
)
async def test_didcomm_media_types_are_accepted(media_type: str) -> None:
    alice, _, bob, bob_did = await parties()
    packed = await alice.pack(HELLO, to=bob_did)
    answer = await request(
        receiver(bob, ignore), packed.text.encode(), headers=[("content-type", media_type)]
    )
    assert answer[0] == 202


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "no media type": ({"headers": []}, 415),
    "two media types": ({"headers": POSTED * 2}, 415),
    "JSON": ({"headers": [("content-type", "application/json")]}, 415),
    "text": ({"headers": [("content-type", "text/plain")]}, 415),
    "v1": ({"headers": [("content-type", "application/ssi-agent-wire")]}, 415),
    "gzip": ({"headers": [*POSTED, ("content-encoding", "gzip")]}, 415),
    "announced length": ({"headers": [*POSTED, ("content-length", "1048577")]}, 413),
    "length that is not a number": ({"headers": [*POSTED, ("content-length", "x")]}, 413),
    "long body": ({"body": [bytes(600_000)] * 2, "headers": [*POSTED, ("content-length", "10")]}, 413),
    "endless chunks": ({"body": [bytes(65_536)] * 100}, 413),
    "GET": ({"method": "GET"}, 405),
    "PUT": ({"method": "PUT"}, 405),
    "empty": ({"body": b""}, 400),
    "not JSON": ({"body": b"hello"}, 400),
    "not UTF-8": ({"body": b"\xff"}, 400),
    "an object": ({"body": b"{}"}, 400),
}


@pytest.mark.spec("TRP-13", "TRP-03")
@pytest.mark.parametrize("name", REFUSED)
async def test_a_body_that_is_not_a_message_is_refused(name: str) -> None:
    _, _, bob, _ = await parties()
    options, status = REFUSED[name]
    answer = await request(receiver(bob, ignore), **options)
    assert answer[0] == status
    assert (answer[1].get("allow") == "POST") is (status == 405)


async def test_every_message_that_is_not_accepted_gets_the_same_answer() -> None:
    alice, alice_did, bob, bob_did = await parties()
    carol = await DIDCommMessaging().create_peer_did()
    packed = (await alice.pack(HELLO, to=bob_did, frm=alice_did)).text
    changed = packed[:-30] + ("A" if packed[-30] != "A" else "B") + packed[-29:]
    anonymous = (await alice.pack(HELLO, to=bob_did)).text
    app = receiver(bob, ignore, config=UnpackConfig(require_authenticated=True))
    texts = [changed, (await alice.pack(HELLO, to=carol)).text, anonymous, "{}"]
    answers = [await request(app, text.encode()) for text in texts]
    assert {answer[0] for answer in answers} == {400}
    assert len({answer[2] for answer in answers}) == 1
    assert (await request(app, packed.encode()))[0] == 202


async def test_a_message_that_comes_twice_is_accepted_and_handled_once() -> None:
    alice, alice_did, bob, bob_did = await parties()
    handled: list[UnpackResult] = []

    async def handler(received: UnpackResult) -> None:
        handled.append(received)

    packed = await alice.pack(HELLO, to=bob_did, frm=alice_did)
    app = receiver(bob, handler)
    assert [(await request(app, packed.text.encode()))[0] for _ in range(2)] == [202, 202]
    assert len(handled) == 1


@pytest.mark.parametrize(
    "error", [ResolutionError("did:web:x", None, "status 503"), OSError("database is away")]
)
async def test_a_temporary_resolver_failure_requests_a_retry(error: Exception) -> None:
    class Down:
        async def resolve(self, did: str, /) -> None:
            raise error

    alice, alice_did, _, _ = await parties()
    bob = DIDCommMessaging(resolver=PrefixResolver({"did:peer:2": Down(), "did:": LocalResolver()}))
    bob_did = await bob.create_peer_did(method=4)
    packed = await alice.pack(HELLO, to=bob_did, frm=alice_did)
    status, headers, _ = await request(receiver(bob, ignore), packed.text.encode())
    assert (status, headers["retry-after"]) == (503, "1")


@pytest.mark.spec("EXT-01", "EXT-03", "EXT-04")
@pytest.mark.parametrize("value", ["all", "thread", "none", "x", 1, None])
async def test_an_answer_is_returned_only_if_the_message_has_return_route(value: object) -> None:
    alice, alice_did, bob, bob_did = await parties()

    async def handler(_received: UnpackResult) -> Packed:
        return await bob.pack(HELLO, to=alice_did, frm=bob_did)

    headers = {} if value is None else {"return_route": value}
    returning = HELLO.replace(custom_headers=headers)
    packed = await alice.pack(returning, to=bob_did, frm=alice_did)
    status, fields, body = await request(receiver(bob, handler), packed.text.encode())
    if value in {"all", "thread"}:
        assert (status, fields["content-type"]) == (200, ENCRYPTED)
        assert (await alice.unpack(body)).sender == bob_did
    else:
        assert (status, body) == (202, b"")


@pytest.mark.spec("EXT-03")
async def test_only_a_message_for_the_proved_sender_is_returned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    alice, alice_did, bob, bob_did = await parties()
    carol_did = await DIDCommMessaging().create_peer_did()
    returning = HELLO.replace(custom_headers={"return_route": "all"})
    proved = await alice.pack(returning, to=bob_did, frm=alice_did)
    unproved = await alice.pack(returning, to=bob_did)

    async def to_carol(_received: UnpackResult) -> Packed:
        return await bob.pack(HELLO, to=carol_did)

    async def text(_received: UnpackResult) -> str:
        return "hello"

    async def failing(_received: UnpackResult) -> None:
        raise ZeroDivisionError

    async def to_alice(_received: UnpackResult) -> Packed:
        return await bob.pack(HELLO, to=alice_did)

    for handler, packed in ((to_carol, proved), (text, proved), (failing, proved), (to_alice, unproved)):
        party = DIDCommMessaging(bob.secrets, bob.resolver)
        assert (await request(receiver(party, handler), packed.text.encode()))[0] == 202
    assert "another DID" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.spec("RRT-13")
async def test_a_slow_handler_is_answered_for_and_runs_to_its_end() -> None:
    alice, alice_did, bob, bob_did = await parties()
    ended: list[bool] = []

    async def handler(_received: UnpackResult) -> Packed:
        await anyio.sleep(0.2)
        ended.append(True)
        return await bob.pack(HELLO, to=alice_did, frm=bob_did)

    returning = HELLO.replace(custom_headers={"return_route": "all"})
    packed = await alice.pack(returning, to=bob_did, frm=alice_did)
    answer = await request(receiver(bob, handler, answer_seconds=0.05), packed.text.encode())
    assert (answer[0], ended) == (202, [True])


async def test_requests_beyond_the_limit_are_refused_without_waiting() -> None:
    alice, alice_did, bob, bob_did = await parties()
    go = anyio.Event()
    statuses: list[int] = []
    entered = 0

    async def hanging(_received: UnpackResult) -> None:
        nonlocal entered
        entered += 1
        await go.wait()

    app = receiver(bob, hanging, max_concurrency=20)

    async def post() -> None:
        packed = await alice.pack(HELLO.replace(id=None), to=bob_did, frm=alice_did)
        statuses.append((await request(app, packed.text.encode()))[0])

    async with anyio.create_task_group() as tasks:
        for _ in range(200):
            tasks.start_soon(post)
        with anyio.fail_after(30):
            while len(statuses) < 180 or entered < 20:  # noqa: ASYNC110, two numbers of many tasks
                await anyio.sleep(0.01)
        assert statuses == [503] * 180
        go.set()
    assert sorted(statuses) == [202] * 20 + [503] * 180
    await post()
    assert statuses[-1] == 202


async def test_the_next_message_of_a_connection_has_the_place_of_the_one_that_was_answered() -> None:
    alice, alice_did, bob, bob_did = await parties()

    async def answering(received: UnpackResult) -> Packed:
        back = HELLO.replace(id=None, thid=received.message.id)
        return await bob.pack(back, to=received.sender or "", frm=bob_did)

    app = receiver(bob, answering, max_concurrency=1)
    returning = HELLO.replace(custom_headers={"return_route": "all"})
    texts = [
        (await alice.pack(returning.replace(id=None), to=bob_did, frm=alice_did)).text.encode()
        for _ in range(3)
    ]
    statuses: list[int] = []

    async def post(text: bytes) -> None:
        answer = await request(app, text, sent=next_one)
        statuses.append(answer[0])

    async def next_one() -> None:
        # a client that has its answer sends again at once
        if texts:
            await post(texts.pop())

    await post(texts.pop())
    assert statuses == [200, 200, 200]


async def test_a_slow_body_ends_with_408_and_a_disconnected_sender_is_not_an_error() -> None:
    _, _, bob, _ = await parties()

    async def slowly() -> None:
        await anyio.sleep(0.05)

    app = receiver(bob, ignore, body_seconds=0.3)
    assert (await request(app, [b" "] * 100, pause=slowly))[0] == 408
    events = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401, an event of ASGI
        return events.pop(0)

    async def send(event: Any) -> None:  # noqa: ANN401, an event of ASGI
        sent.append(event)

    fields = [(b"content-type", ENCRYPTED.encode())]
    await app({"type": "http", "method": "POST", "headers": fields}, receive, send)
    assert sent == []


async def test_a_body_in_parts_is_received_and_a_cancelled_one_leaves_its_place() -> None:
    alice, _, bob, bob_did = await parties()
    text = (await alice.pack(HELLO, to=bob_did)).text.encode()
    app = receiver(bob, ignore, max_concurrency=1)
    with anyio.CancelScope() as scope:

        async def cancelled() -> None:
            scope.cancel()
            for _ in range(100):
                await anyio.lowlevel.checkpoint()

        await request(app, text, pause=cancelled)
    assert scope.cancelled_caught

    async def failing() -> None:
        await anyio.lowlevel.checkpoint()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await request(app, text, pause=failing)
    parts = [text[:10], text[10:500], text[500:]]
    assert (await request(app, parts, pause=anyio.lowlevel.checkpoint))[0] == 202


async def test_a_body_that_is_there_needs_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    alice, _, bob, bob_did = await parties()
    text = (await alice.pack(HELLO, to=bob_did)).text.encode()
    with monkeypatch.context() as patched:
        patched.setattr("asyncio.timeout", None)
        assert (await request(receiver(bob, ignore), [text[:10], text[10:]]))[0] == 202


@pytest.mark.spec("OOB-17")
async def test_a_short_invitation_url_leads_to_the_long_one() -> None:
    _, _, bob, _ = await parties()
    long = "https://example.com/?_oob=e30"
    app = receiver(bob, ignore, invitations={"5f0e3ffb": long})
    assert (await request(app, method="GET", query="x=1&_oobid=5f0e3ffb"))[:2] == (
        302,
        {"content-length": "0", "location": long},
    )
    assert (await request(app, method="GET", query="_oobid=other"))[0] == 404
    assert (await request(app, method="GET", query="_oobid="))[0] == 404


async def test_start_and_end_of_a_server_are_acknowledged() -> None:
    _, _, bob, _ = await parties()
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401, an event of ASGI
        return events.pop(0)

    async def send(event: Any) -> None:  # noqa: ANN401, an event of ASGI
        sent.append(event["type"])

    await receiver(bob, ignore)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize(
    "options", [{"max_bytes": 0}, {"max_concurrency": 0}, {"answer_seconds": 0}, {"body_seconds": 0}]
)
def test_impossible_limits_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        receiver(DIDCommMessaging(), ignore, **options)
