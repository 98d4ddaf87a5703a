"""How clients of DIDComm v1 begin: invitation, DID exchange, ping, discovery."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from pydidcomm import Attachment, DIDCommMessaging, InvalidSignatureError
from pydidcomm.invitations import Invitation
from pydidcomm.mediator import AllowList
from support.mediation import URL, mediating
from support.mediator_process import command, running
from support.server_process import free_port
from support.v1_wallet import M1, V1Wallet, did_key

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm.mediator import Mediator

pytestmark = pytest.mark.anyio
EXCHANGE = "https://didcomm.org/didexchange/1.1"
INVITED = "b3a1c0de"


def read_invitation(url: str) -> dict[str, Any]:
    (text,) = parse_qs(urlsplit(url).query)["oob"]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=="))
    return found


async def connect(wallet: V1Wallet, oobid: str, piuri: str = EXCHANGE) -> dict[str, Any]:
    return await wallet.ask(
        f"{piuri}/request",
        label="bob",
        did="did:peer:1zQmUnknown",
        **{"~thread": {"thid": "ask", "pthid": oobid}},
    )


async def signed_did(answer: dict[str, Any], mediator: Mediator) -> str:
    """The DID that the key of the invitation signed."""
    attached = answer["did_rotate~attach"]
    jws = attached["data"]["jws"]
    signer = did_key(mediator.verkey or "")
    assert jws["header"] == {"kid": signer}
    kid = f"{signer}#{signer.removeprefix('did:key:')}"
    data = {**attached["data"], "jws": {**jws, "header": {"kid": kid}}}
    attachment = Attachment(data=data)
    assert (await DIDCommMessaging().verify_attachment(attachment, signer=signer)).did == signer
    return attachment.content().decode()


async def test_a_client_connects_with_the_invitation_and_gets_mediation(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        invitation = read_invitation(mediator.v1_invitation_url or "")
        assert invitation["@type"] == "https://didcomm.org/out-of-band/1.1/invitation"
        assert EXCHANGE in invitation["handshake_protocols"]
        (service,) = invitation["services"]
        assert (service["recipientKeys"], service["serviceEndpoint"]) == (
            [did_key(mediator.verkey or "")],
            URL,
        )

        bob = await V1Wallet.new(mediator)
        answer = await connect(bob, invitation["@id"])
        assert answer["@type"] == f"{EXCHANGE}/response"
        assert answer["~thread"] == {"thid": "ask", "pthid": invitation["@id"]}
        assert await signed_did(answer, mediator) == answer["did"]

        document = await DIDCommMessaging().resolve(answer["did"])
        services = document.as_dict()["service"]
        assert [each["serviceEndpoint"] for each in services] == [URL, URL.replace("http", "ws")]
        assert {each["type"] for each in services} == {"did-communication"}
        (method,) = document.as_dict()["verificationMethod"]
        for each in services:
            assert each["recipientKeys"] == [method["id"]] or each["recipientKeys"] == ["#key-1"]
        assert method["publicKeyMultibase"] in did_key(mediator.verkey or "")

        thread: dict[str, Any] = {"~thread": {"thid": "ask", "pthid": invitation["@id"]}}
        assert (await bob.send(f"{EXCHANGE}/complete", **thread)).status == 202
        await bob.enroll(bob.verkey)


async def test_another_did_than_the_signed_one_is_noticed(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        answer = await connect(await V1Wallet.new(mediator), "any")
        attached = answer["did_rotate~attach"]
        attached["data"]["base64"] = base64.urlsafe_b64encode(b"did:peer:2.other").decode()
        with pytest.raises(InvalidSignatureError):
            await signed_did(answer, mediator)


@pytest.mark.parametrize("piuri", [EXCHANGE, "https://didcomm.org/didexchange/1.0"])
async def test_the_response_has_the_version_of_the_request(tmp_path: Path, piuri: str) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        answer = await connect(await V1Wallet.new(mediator), "any", piuri)
        assert answer["@type"] == f"{piuri}/response"


async def test_an_invitation_that_admits_is_named_in_the_exchange_alone(tmp_path: Path) -> None:
    admission = AllowList(invitations={INVITED})
    async with mediating(tmp_path, v1_too=True, admission=admission) as mediator:
        bob, eve, other = [await V1Wallet.new(mediator) for _ in range(3)]
        await connect(bob, INVITED)
        await connect(eve, "another")
        assert (await bob.ask(f"{M1}/mediate-request"))["@type"] == f"{M1}/mediate-grant"
        for without in (eve, other):
            assert (await without.ask(f"{M1}/mediate-request"))["@type"] == f"{M1}/mediate-deny"


async def test_an_open_mediator_keeps_nothing_of_an_exchange(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        bob = await V1Wallet.new(mediator)
        await connect(bob, "any")
        answer = await bob.ask(f"{M1}/keylist-query")
        assert answer["description"]["code"] == "e.p.req.not-enrolled"


@pytest.mark.parametrize(
    "kind",
    [
        f"{EXCHANGE}/complete",
        f"{EXCHANGE}/problem_report",
        "https://didcomm.org/notification/1.0/ack",
        "https://didcomm.org/notification/1.0/problem-report",
    ],
)
async def test_what_ends_something_is_not_answered(tmp_path: Path, kind: str) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        reply = await (await V1Wallet.new(mediator)).send(kind)
        assert (reply.status, reply.body) == (202, b"")


async def test_a_ping_is_answered_where_it_asks_for_a_response(tmp_path: Path) -> None:
    ping = "https://didcomm.org/trust_ping/1.0/ping"
    async with mediating(tmp_path, v1_too=True) as mediator:
        bob = await V1Wallet.new(mediator)
        answer = await bob.ask(ping)
        assert (answer["@type"], answer["~thread"]) == (f"{ping}_response", {"thid": "ask"})
        assert (await bob.send(ping, response_requested=False)).body == b""


async def test_features_are_disclosed_in_both_versions(tmp_path: Path) -> None:
    pickup = "https://didcomm.org/messagepickup/2.0"
    async with mediating(tmp_path, v1_too=True) as mediator:
        bob = await V1Wallet.new(mediator)
        one = "https://didcomm.org/discover-features/1.0"
        answer = await bob.ask(f"{one}/query", query="https://didcomm.org/messagepickup/*")
        assert answer["@type"] == f"{one}/disclose"
        assert answer["protocols"] == [{"pid": pickup, "roles": ["mediator"]}]
        assert (await bob.ask(f"{one}/query", query=pickup))["protocols"] == answer["protocols"]
        assert len((await bob.ask(f"{one}/query", query="*"))["protocols"]) == 5
        for nothing in ("https://didcomm.org/messagepickup/1.0", "", None, 7):
            assert (await bob.ask(f"{one}/query", query=nothing))["protocols"] == []

        two = "https://didcomm.org/discover-features/2.0"
        queries: list[Any] = [
            {"feature-type": "protocol", "match": pickup},
            {"feature-type": "protocol", "match": "https://didcomm.org/message*"},
            {"feature-type": "goal-code", "match": "*"},
            {"feature-type": "protocol"},
            "not an object",
        ]
        answer = await bob.ask(f"{two}/queries", queries=queries)
        assert answer["@type"] == f"{two}/disclosures"
        assert answer["disclosures"] == [{"feature-type": "protocol", "id": pickup, "roles": ["mediator"]}]
        assert (await bob.ask(f"{two}/queries", queries="none"))["disclosures"] == []


@pytest.mark.slow
def test_commands_and_the_running_mediator_show_the_invitation(tmp_path: Path) -> None:
    def called(*words: str) -> str:
        done = command(tmp_path, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    called("init", "--url", url)
    assert "url_v1" not in json.loads(called("invite", "--json"))
    shown = json.loads(called("v1", "--json"))
    assert called("v1").splitlines()[:2] == [shown["verkey"], shown["did_key"]]
    token: dict[str, Any] = json.loads(called("invite", "--uses", "2", "--json"))
    found = [read_invitation(each) for each in (shown["invitation"], token["url_v1"])]
    assert called("invite").splitlines()[1].startswith(f"{url}?oob=")
    assert [each["services"][0]["recipientKeys"] for each in found] == [[shown["did_key"]]] * 2
    assert found[1]["@id"] == Invitation.from_url(token["url"]).message.id
    with running(tmp_path, port):
        served = read_invitation(httpx2.get(f"{url}invitation-v1").text)
        assert served["services"] == found[0]["services"]
