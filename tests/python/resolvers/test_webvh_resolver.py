"""did:webvh over TLS on loopback: logs that did-webvh writes here, and the public test suite if present."""

from __future__ import annotations

import importlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDDocument, Resolved
from pydidcomm.errors import ResolutionError, UnsupportedError
from pydidcomm.resolvers import ResolveOptions
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.webvh import WebvhResolver, did_webvh_url
from support.https_server import LOOPBACK, TRUSTED, Server, body, certificate, serving, silent, to_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

# did-webvh has no types
PROVISION: Any = importlib.import_module("did_webvh.provision")
ASKAR: Any = importlib.import_module("did_webvh.askar")

SUITE = os.environ.get("PYDIDCOMM_WEBVH_SUITE")
"""The folder of github.com/decentralized-identity/didwebvh-test-suite; `make webvh-suite` fetches it."""

ADDRESS = "127.86.72.1"
"""An address of loopback whose port 443 is free: the DIDs of the suite have no port."""

needs_suite = pytest.mark.skipif(SUITE is None, reason="the suite is not at hand: make webvh-suite")
VECTORS = Path(SUITE or "none") / "vectors"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def resolver(**options: Any) -> WebvhResolver:  # noqa: ANN401, those of the resolver
    defaults: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}
    return WebvhResolver(**defaults | options)


class Log:
    """A DID of a server, and the log that did-webvh writes about it."""

    def __init__(self, server: Server, **parameters: object) -> None:
        self.key = ASKAR.AskarSigningKey.generate("ed25519")
        identifier = f"{{SCID}}:alice.example%3A{server.port}:{id(self)}"
        genesis = PROVISION.genesis_document(f"did:webvh:{identifier}")
        first = PROVISION.provision_did(genesis, params={"updateKeys": [self.key.multikey], **parameters})
        self.states: list[Any] = [self.signed(first)]
        self.did: str = first.document_id
        self.server = server
        self.path = f"/{did_webvh_url(self.did).split('/', 3)[3]}"
        self.publish()

    def signed(self, state: Any) -> Any:  # noqa: ANN401, did-webvh's
        state.proofs.append(state.create_proof(self.key, timestamp=state.timestamp))
        return state

    def update(self, document: dict[str, Any] | None = None, **parameters: object) -> None:
        last = self.states[-1]
        changed = None if document is None else {**last.document, **document}
        self.states.append(self.signed(last.create_next(document=changed, params_update=parameters or None)))
        self.publish()

    def lines(self) -> list[str]:
        return [state.history_json() for state in self.states]

    def publish(self, lines: list[str] | None = None) -> None:
        text = "\n".join(lines or self.lines()) + "\n"
        self.server.ways[self.path] = body(text.encode(), content_type="text/jsonl")


async def failure(did: str, **options: Any) -> ResolutionError:  # noqa: ANN401
    async with resolver(**options) as webvh:
        with pytest.raises(ResolutionError) as raised:
            await webvh.resolve(did)
    assert raised.value.did == did
    return raised.value


async def test_the_document_is_that_of_the_last_entry(server: Server) -> None:
    log = Log(server)
    log.update({"alsoKnownAs": ["did:example:alice"]})
    async with resolver() as webvh:
        found = await webvh.resolve(log.did)
    assert found is not None
    assert isinstance(found.document, DIDDocument)
    assert found.document.as_dict()["alsoKnownAs"] == ["did:example:alice"]
    # a log without witnesses costs one request
    assert server.requests[log.path.replace("did.jsonl", "did-witness.json")] == 0


async def test_the_document_of_a_time_is_found(server: Server) -> None:
    log = Log(server)
    log.update()
    first, last = log.states
    async with resolver() as webvh:
        before = int(first.timestamp.timestamp())
        for options, state in ((ResolveOptions(version_time=before), first), (ResolveOptions(), last)):
            found = await webvh.resolve(log.did, options)
            assert found is not None
            assert (found.version_id, found.updated) == (state.version_id, state.timestamp)
        with pytest.raises(ResolutionError, match="not verified"):
            await webvh.resolve(log.did, ResolveOptions(version_time=before - 9))


async def test_a_deactivated_did_is_reported(server: Server) -> None:
    log = Log(server)
    log.update(deactivated=True)
    async with resolver() as webvh:
        found = await webvh.resolve(log.did)
    assert isinstance(found, Resolved)
    assert found.deactivated


async def test_the_log_states_its_cache_lifetime(server: Server) -> None:
    log = Log(server, ttl=60)
    async with resolver() as webvh:
        assert (await webvh.resolve_for(log.did))[1] == 60
        cached = CachingResolver(webvh)
        for _ in range(2):
            answer: Any = cached.resolve(log.did)
            assert await answer if hasattr(answer, "__await__") else answer
    assert server.requests[log.path] == 2


def changed(old: str, new: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [line.replace(old, new) for line in lines]


FAULTS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "another document": (changed('"state": {', '"state": {"x": 1, '), "not verified"),
    "no proof": (lambda lines: [re.sub(r', "proof": .*', "}", line) for line in lines], "not verified"),
    "another proof": (changed('"proofValue": "z', '"proofValue": "z2'), "not verified"),
    "first entry missing": (lambda lines: lines[1:], "not verified"),
    "an entry twice": (lambda lines: [*lines, lines[-1]], "not verified"),
    "order": (lambda lines: lines[::-1], "not verified"),
    "not JSON": (lambda lines: [*lines, "x"], "not JSON"),
    "a name twice": (changed('"versionId"', '"versionId": "1-x", "versionId"'), "not JSON"),
    "an empty line": (lambda lines: [lines[0], "", *lines[1:]], "not JSON"),
    "another scid": (changed("parameters", "Parameters"), "not verified"),
    "many entries": (lambda lines: lines * 300, "too large"),
    "large": (lambda lines: ["x" * 2_000_000, *lines], "too large"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_log_that_does_not_verify_is_a_failure(server: Server, name: str) -> None:
    log = Log(server)
    log.update({"alsoKnownAs": ["did:example:alice"]})
    change, cause = FAULTS[name]
    assert change(log.lines()) != log.lines()
    log.publish(change(log.lines()))
    error = await failure(log.did)
    assert (error.cause, error.url) == (cause, did_webvh_url(log.did))


async def test_a_log_of_another_did_is_refused(server: Server) -> None:
    alice, bob = Log(server), Log(server)
    alice.publish(bob.lines())
    assert (await failure(alice.did)).cause == "not verified"


async def test_witnesses_that_are_demanded_and_missing_are_a_failure(server: Server) -> None:
    witness = f"did:key:{ASKAR.AskarSigningKey.generate('ed25519').multikey}"
    log = Log(server, witness={"threshold": 1, "witnesses": [{"id": witness}]})
    assert (await failure(log.did)).cause == "not verified"
    path = log.path.replace("did.jsonl", "did-witness.json")
    for answer in (b"[]", b"{", b"\xff", b'[{"versionId":"1-x","proof":[]}]'):
        server.ways[path] = body(answer)
        assert (await failure(log.did)).cause in {"not verified", "not JSON"}
    server.ways[path] = body(b"", 500)
    assert (await failure(log.did)).cause == "status 500"


async def test_only_404_means_that_a_did_does_not_exist(server: Server) -> None:
    log = Log(server)
    for status, expected in ((404, None), (410, "status 410"), (500, "status 500")):
        server.ways[log.path] = body(b"", status)
        if expected is None:
            async with resolver() as webvh:
                assert await webvh.resolve(log.did) is None
        else:
            assert (await failure(log.did)).cause == expected
    server.ways[log.path] = silent
    assert (await failure(log.did, timeout=0.5)).cause == "timed out"
    assert (await failure(log.did, allow=[])).cause == "refused address"


async def test_a_long_log_leaves_the_event_loop_free(server: Server) -> None:
    log = Log(server)
    for _ in range(20):
        log.update({})
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            await anyio.lowlevel.checkpoint()
            turns += 1

    async with resolver() as webvh, anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        assert await webvh.resolve(log.did)
        tasks.cancel_scope.cancel()
    assert turns > 20


@pytest.mark.parametrize(
    "did", ["did:webvh:", "did:webvh:Qm", "did:webvh::example.com", "did:webvh:Q..m:example.com"]
)
async def test_a_did_without_scid_or_host_is_refused(did: str) -> None:
    assert (await failure(did)).cause == "invalid DID"


async def test_a_did_of_another_method_is_unsupported() -> None:
    async with resolver() as webvh:
        with pytest.raises(UnsupportedError):
            await webvh.resolve("did:web:example.com")


# the public test suite

LOGS = sorted(path.parent for path in VECTORS.glob("*/*/did.jsonl") if not path.match("negative-*/*/*"))
ATTACKS = sorted(path.parent for path in VECTORS.glob("negative-*/*/did.jsonl") if path.stat().st_size)
SCRIPTS = [path.read_text() for path in sorted(VECTORS.glob("negative-*/script.yaml"))]
REFUSED_DIDS = [did for script in SCRIPTS for did in re.findall(r'did: "([^"]*)"', script)]
STRICTER = {f"witness-{one}" for one in ("threshold/rust", "update/java", "update/rust", "update/ts")}
"""Logs whose witness proofs did-webvh does not take for sufficient."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def dids(folder: Path) -> list[str]:
    """The DIDs that the log is about, in order."""
    lines = [json.loads(line) for line in (folder / "did.jsonl").read_text().splitlines()]
    return list(dict.fromkeys(line["state"]["id"] for line in lines))


@pytest.fixture(scope="module")
def suite_server() -> Iterator[Server]:
    try:
        with serving(certificate("example.com", "example.org", "new.example.com"), (ADDRESS, 443)) as running:
            yield running
    except OSError as error:
        pytest.skip(f"port 443 of {ADDRESS}: {error}")


async def of_suite(server: Server, folder: Path, did: str) -> Any:  # noqa: ANN401, what a resolver answers
    async def lookup(_host: str, _port: int) -> list[str]:
        return [ADDRESS]

    path = f"/{did_webvh_url(did).split('/', 3)[3]}"
    server.ways[path] = body((folder / "did.jsonl").read_bytes())
    witnesses = folder / "did-witness.json"
    server.ways[path.replace("did.jsonl", "did-witness.json")] = (
        body(witnesses.read_bytes()) if witnesses.exists() else body(b"", 404)
    )
    async with resolver(lookup=lookup, allow=[ADDRESS]) as webvh:
        return await webvh.resolve(did)


@needs_suite
@pytest.mark.parametrize("folder", LOGS, ids=name)
def test_logs_of_the_suite_resolve_to_the_documents_it_names(suite_server: Server, folder: Path) -> None:
    expected = json.loads((folder / "resolutionResult.json").read_text())
    document = expected["didDocument"]
    if document is None or name(folder) in STRICTER:
        with pytest.raises(ResolutionError, match="not verified"):
            anyio.run(of_suite, suite_server, folder, dids(folder)[-1])
        return
    found = anyio.run(of_suite, suite_server, folder, document["id"])
    metadata = expected["didDocumentMetadata"]
    assert isinstance(found, Resolved)
    assert (found.deactivated, found.version_id) == (bool(metadata.get("deactivated")), metadata["versionId"])
    assert isinstance(found.document, DIDDocument)
    # the suite adds two services that every DID has
    assert {**found.document.as_dict(), "service": 0} == {**document, "service": 0}


@needs_suite
@pytest.mark.parametrize("folder", ATTACKS, ids=name)
def test_attacks_of_the_suite_are_refused(suite_server: Server, folder: Path) -> None:
    for did in dids(folder):
        with pytest.raises(ResolutionError, match="not verified"):
            anyio.run(of_suite, suite_server, folder, did)


@needs_suite
@pytest.mark.parametrize("did", REFUSED_DIDS)
def test_dids_that_the_suite_refuses_are_refused_before_any_request(did: str) -> None:
    with pytest.raises(ResolutionError, match="invalid DID"):
        did_webvh_url(did)
