"""Spans of a mediator: what is recorded, what is not, and that nothing needs OpenTelemetry."""

import importlib
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pydidcomm.mediator import MediatorServer
from support.mediation import M3, P3, Wallet, mediating

SPANS = InMemorySpanExporter()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    # a process has one provider, which is set once
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(SPANS))
        trace.set_tracer_provider(provider)
    SPANS.clear()
    yield SPANS
    SPANS.clear()


async def post(server: MediatorServer, body: bytes) -> int:
    """The status of a POST to the application, without a socket."""
    sent: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("status", 0))

    headers = [(b"content-type", b"application/didcomm-encrypted+json"), (b"traceparent", b"00-" + b"1" * 32)]
    await server({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send)
    return sent[0]


def facts(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


@pytest.mark.anyio
async def test_a_forward_and_a_request_are_spans_without_dids_and_texts(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        server = MediatorServer(mediator)
        spans.clear()
        assert await post(server, await alice.forwarded(bob.did, {"n": 1})) == 202
        assert await post(server, (await bob.pack(f"{P3}/status-request")).encode()) == 200
        assert await post(server, b"garbage") == 400
    finished = SPANS.get_finished_spans()
    found = {(each.name, facts(each).get("http.response.status_code")): each for each in finished}
    store, execute = found["didcomm.mediator.store", None], found["didcomm.mediator.execute", None]
    assert facts(store)["didcomm.outcome"] == "stored"
    assert facts(execute)["didcomm.command"] == "ReportStatus"
    for child, status in ((store, 202), (execute, 200)):
        parent = found["didcomm.mediator.receive", status]
        context = parent.get_span_context()
        assert child.parent is not None
        assert context is not None
        assert child.parent.span_id == context.span_id
        # a sender does not choose what is recorded
        assert parent.parent is None
        assert facts(parent)["didcomm.transport"] == "http"
    assert ("didcomm.mediator.receive", 400) in found
    for each in finished:
        assert "did:" not in each.to_json()


@pytest.mark.anyio
async def test_a_problem_of_a_request_is_recorded_by_its_class_alone(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.ask(f"{M3}/recipient-update", {"updates": []})
    (one,) = spans.get_finished_spans()
    assert facts(one) == {"didcomm.command": "Change", "error.type": "Problem"}
    assert (one.events, one.status.description) == ((), None)


def test_without_the_extra_a_span_takes_facts_and_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "pydidcomm.mediator.tracing", raising=False)
    tracing = importlib.import_module("pydidcomm.mediator.tracing")
    with tracing.span("receive") as current, tracing.span("store"):
        assert current.set_attribute("didcomm.size", 1) is None
