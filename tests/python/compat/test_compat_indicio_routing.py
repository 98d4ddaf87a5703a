"""Indicio's routing over the core: mediators, endpoints in every form, and services that take the message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import InMemorySecrets, sync
from pydidcomm.compat.didcomm_messaging import RoutingService
from pydidcomm.compat.didcomm_messaging.routing import RoutingServiceError
from support.indicio import ALICE, BACKENDS, BOB, CORE, Backend, World, plaintext

if TYPE_CHECKING:
    from pydid.service import DIDCommV2Service

    from pydidcomm.compat.didcomm_messaging.messaging import PackResult

pytestmark = pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated:DeprecationWarning")

NEAR, FAR = "did:example:near", "did:example:far"


async def served(service: object, backend: Backend = CORE) -> World:
    """Bob takes messages at this `serviceEndpoint`."""
    made = World(backend)
    await made.party(ALICE, "X25519")
    await made.party(BOB, "X25519", service=service)
    await made.party(NEAR, "X25519", service={"uri": "https://near.example", "accept": ["didcomm/v2"]})
    far: list[dict[str, Any]] = [{"uri": "wss://far.example", "accept": []}, {"uri": "https://far.example"}]
    await made.party(FAR, "X25519", service=far)
    return made


async def packed(made: World) -> PackResult:
    return await made.messaging().pack(plaintext(frm=ALICE, to=[BOB]), BOB, ALICE)


async def opened(made: World, message: bytes) -> dict[str, Any]:
    unpacked = await made.messaging().unpack(message)
    return {**unpacked.message, "opened by": unpacked.recipient_kid}


def uris(result: PackResult) -> list[str]:
    return [endpoint_of(service).uri for service in result.target_services]


def endpoint_of(service: DIDCommV2Service) -> Any:  # noqa: ANN401, one endpoint, as the services here have
    return service.service_endpoint


def attached(forward: dict[str, Any]) -> bytes:
    (attachment,) = forward["attachments"]
    assert attachment["media_type"] == "application/didcomm-encrypted+json"
    return json.dumps(attachment["data"]["json"]).encode()


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)
@pytest.mark.spec("RTE-05")
async def test_each_mediator_gets_its_layer(backend: Backend) -> None:
    made = await served({"uri": NEAR, "routingKeys": [f"{FAR}#1"]}, backend)
    result = await packed(made)
    outer = await opened(made, result.message)
    assert outer["type"] == "https://didcomm.org/routing/2.0/forward"
    assert outer["typ"] == "application/didcomm-plain+json"
    assert (outer["opened by"], outer["to"]) == (f"{NEAR}#1", [NEAR])
    assert outer["body"] == {"next": f"{FAR}#1"}
    inner = await opened(made, attached(outer))
    assert (inner["opened by"], inner["to"], inner["body"]) == (f"{FAR}#1", [FAR], {"next": BOB})
    assert (await opened(made, attached(inner)))["body"] == {"msg": "Hi"}
    assert result.get_endpoint("https") == "https://near.example"
    assert result.get_service("https").id == f"{NEAR}#service"


async def test_a_mediator_on_pydidcomm_reads_the_forward() -> None:
    made = await served({"uri": NEAR})
    secrets = InMemorySecrets([made.secrets.secrets[f"{NEAR}#1"].key])

    class Documents:
        def resolve(self, did: str, /) -> dict[str, Any] | None:
            return made.resolver.documents.get(did)

    forwarded = sync.DIDCommMessaging(secrets, Documents()).unpack_forward((await packed(made)).message)
    assert forwarded.next == BOB
    (message,) = forwarded.messages
    assert (await made.messaging().unpack(message.encode())).authenticated


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://bob.example",
        {"uri": "https://bob.example"},
        {"uri": "https://bob.example", "accept": ["didcomm/aip2", "didcomm/v2"]},
        [{"uri": "https://bob.example"}],
        [{"uri": "https://old.example", "accept": ["didcomm/aip1"]}, {"uri": "https://bob.example"}],
    ],
    ids=["text", "no accept", "accept", "list", "one of a list"],
)
async def test_an_endpoint_may_have_every_form(endpoint: object) -> None:
    made = await served(endpoint)
    result = await packed(made)
    assert (await opened(made, result.message))["opened by"] == f"{BOB}#1"
    assert uris(result) == ["https://bob.example"]
    assert result.get_endpoint("http") == "https://bob.example"
    assert result.filter_services_by_protocol("ws") == []
    with pytest.raises(IndexError):
        result.get_endpoint("ws")


async def test_only_transports_of_the_route_are_reported() -> None:
    made = await served([{"uri": FAR}, {"uri": "https://bob.example"}])
    made.resolver.documents[FAR]["service"][0]["serviceEndpoint"][0]["accept"] = ["didcomm/v2"]
    result = await packed(made)
    assert uris(result) == ["wss://far.example", "https://far.example"]
    assert result.get_endpoint("ws") == "wss://far.example"
    assert (await opened(made, result.message))["opened by"] == f"{FAR}#1"


async def test_routing_keys_of_the_recipient_are_wrapped_for() -> None:
    made = await served({"uri": "https://bob.example", "routingKeys": [f"{NEAR}#1"]})
    result = await packed(made)
    outer = await opened(made, result.message)
    assert (outer["opened by"], outer["body"]) == (f"{NEAR}#1", {"next": BOB})
    service = result.get_service("https")
    assert (service.id, endpoint_of(service).routing_keys) == (f"{BOB}#service", [f"{NEAR}#1"])


async def test_a_key_is_a_recipient_too() -> None:
    made = await served({"uri": NEAR})
    result = await made.messaging().pack(plaintext(), f"{BOB}#1")
    assert (await opened(made, result.message))["body"] == {"next": f"{BOB}#1"}


@pytest.mark.parametrize("endpoint", [None, [], {"uri": "https://b.example", "accept": ["didcomm/aip1"]}])
async def test_a_recipient_without_a_usable_service_has_no_route(endpoint: object) -> None:
    made = await served(endpoint)
    with pytest.raises(RoutingServiceError, match="did:example:bob lists no endpoint for this message"):
        await packed(made)


async def test_a_mediator_that_does_not_resolve_is_passed_over() -> None:
    made = await served([{"uri": "did:example:unknown"}, {"uri": "https://bob.example"}])
    assert (await packed(made)).get_endpoint("") == "https://bob.example"
    made = await served([{"uri": "did:example:unknown"}])
    with pytest.raises(RoutingServiceError, match="DID not found: did:example:unknown"):
        await packed(made)


async def test_mediators_that_send_to_one_another_are_refused() -> None:
    made = await served({"uri": NEAR})
    made.resolver.documents[NEAR]["service"][0]["serviceEndpoint"] = {"uri": BOB}
    with pytest.raises(RoutingServiceError, match="its route returns"):
        await packed(made)


async def test_a_service_is_forwardable_where_its_endpoint_resolves() -> None:
    made = await served({"uri": "https://bob.example"})
    routing = RoutingService()
    (service,) = (await packed(made)).target_services
    assert not await routing.is_forwardable_service(made.resolver, service)
    assert made.messaging().dmp.service_to_target(service) == "https://bob.example"
    endpoint_of(service).uri = NEAR
    assert await routing.is_forwardable_service(made.resolver, service)
    service.service_endpoint = [endpoint_of(service)]
    assert await routing.is_forwardable_service(made.resolver, service)
    assert made.messaging().dmp.service_to_target(service) == NEAR
