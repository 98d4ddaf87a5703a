"""The page of `pydidcomm inspect --html` in Chromium: it shows layers of pasted text without a request."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Attachment, InMemorySecrets, LocalResolver, Message, PackEncryptedConfig, inspect, sync
from pydidcomm import ResolversConfig as Resolvers
from pydidcomm.cli.inspect import inspect as command
from pydidcomm.sync import v1
from support.devtools import Page, browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

TYPE = "https://example.org/greeting/1.0/hello"
LAYERS = """[...document.querySelectorAll(".layer")].map(layer => ({
    title: layer.querySelector("h2").innerText,
    rows: [...layer.querySelectorAll("dt")].map(
        label => [label.innerText, label.nextElementSibling.innerText]),
    faults: [...layer.querySelectorAll(".fault")].map(fault => fault.innerText),
}))"""
HOSTILE = '<img src=x onerror="document.title=1">\u202e</textarea><script>document.title=1</script>'


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("inspector")
    (folder / "packed.json").write_text(json.dumps({"id": "1", "type": TYPE}), encoding="utf-8")
    with browser(folder) as page:
        page.look(width=1000)
        page.open(written(folder, "packed.json"))
        page.requested.clear()
        yield page


def written(folder: Path, name: str) -> str:
    """The address of the page that the command writes."""
    target = folder / "page.html"
    command(["--html", str(target), "--json", str(folder / name)], standalone_mode=False)
    return target.as_uri()


def pasted(tab: Page, text: str) -> list[dict[str, Any]]:
    """The layers that the page shows, once it has read the text."""
    wait = "new Promise(done => new MutationObserver(done).observe(output, {childList: true}))"
    setting = f"input.value = {json.dumps(text)}; input.dispatchEvent(new Event('input'))"
    tab.evaluate(f"(async () => {{ const shown = {wait}; {setting}; await shown; }})()")
    layers: list[dict[str, Any]] = tab.evaluate(LAYERS)
    return layers


def row(layer: dict[str, Any], label: str) -> list[str]:
    return [value for name, value in layer["rows"] if name == label]


def envelopes() -> dict[str, str]:
    alice = sync.DIDCommMessaging()
    did = alice.create_peer_did(agreement_curves=["X25519", "X25519"])
    message = Message(type=TYPE, body={"secret": "of the message"}, frm=did, to=[did])
    hidden = PackEncryptedConfig(protect_sender_id=True)
    return {
        "authcrypt": alice.pack(message, to=did, frm=did).text,
        "anoncrypt": alice.pack(message, to=did).text,
        "hidden sender": alice.pack(message, to=did, frm=did, config=hidden).text,
        "signed": alice.pack_signed(message, sign_frm=did).text,
        "plaintext": alice.pack_plaintext(message).text,
    }


def test_the_page_claims_what_inspect_claims(tab: Page) -> None:
    titles = {
        "encrypted": "Encrypted envelope",
        "signed": "Signed envelope",
        "plaintext": "Plaintext message",
    }
    for name, text in envelopes().items():
        view = inspect(text)
        layers = pasted(tab, text)
        assert len(layers) == len(view.layers), name
        for layer, expected in zip(layers, view.layers, strict=True):
            assert layer["title"].startswith(titles[expected.layer])
            assert layer["faults"] == []
            if expected.layer == "encrypted":
                assert (expected.mode or "") in layer["title"]
                assert row(layer, "claimed recipient key") == [*expected.claimed_recipient_kids]
                assert row(layer, "claimed sender key") == (
                    [expected.claimed_skid] if expected.claimed_skid else []
                )
                assert row(layer, "apv") == ["binds the list of recipients"]
                assert row(layer, "content") == [f"{expected.content_octets:,} bytes"]
            elif expected.layer == "signed":
                assert row(layer, "claimed signer key") == [*expected.claimed_signer_kids]
            else:
                assert row(layer, "claimed from") == [expected.claimed_from]
                assert row(layer, "type") == [TYPE]
        assert "of the message" not in json.dumps(layers)


def test_the_page_shows_the_hops_of_a_forward_and_an_envelope_of_version_1(tab: Page) -> None:
    inner = json.loads(envelopes()["authcrypt"])
    forward = Message(
        type="https://didcomm.org/routing/2.0/forward",
        body={"next": "did:example:bob"},
        attachments=[Attachment.from_json_value(inner)],
    )
    outer, encrypted = pasted(tab, forward.as_json())
    assert row(outer, "next hop") == ["did:example:bob"]
    assert encrypted["title"].startswith("Encrypted envelope (JWE) authcrypt")
    secrets = InMemorySecrets()
    resolvers = Resolvers(secrets_resolver=secrets, did_resolver=LocalResolver())
    verkey = v1.create_verkey(secrets)
    (old,) = pasted(tab, v1.pack(resolvers, b"hi", to=[verkey], frm=verkey).message)
    assert "DIDComm v1 authcrypt" in old["title"]
    assert row(old, "claimed recipient key") == [verkey]


def test_a_changed_list_of_recipients_is_seen(tab: Page) -> None:
    packed = json.loads(envelopes()["anoncrypt"])
    packed["recipients"].pop()
    (layer,) = pasted(tab, json.dumps(packed))
    assert row(layer, "apv") == ["does not bind the list of recipients"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ('{"ciphertext": 1}', "protected: not base64url of a JSON object"),
        ('{"payload": "!"}', "payload: not base64url of a text"),
        ('{"id": "1"}', "type: missing"),
    ],
)
def test_a_malformed_envelope_has_its_fault(tab: Page, text: str, fault: str) -> None:
    assert any(fault in one for one in pasted(tab, text)[-1]["faults"])


def test_layers_are_bounded(tab: Page) -> None:
    text = json.dumps({"id": "1", "type": TYPE})
    for _ in range(18):
        payload = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        text = json.dumps({"payload": payload, "signatures": []})
    layers = pasted(tab, text)
    assert [layer["title"].strip() for layer in layers[16:]] == ["More layers"]


def test_what_is_pasted_is_text_and_never_markup(tab: Page) -> None:
    title = tab.evaluate("document.title")
    layers = pasted(tab, json.dumps({"id": HOSTILE, "type": HOSTILE, "from": HOSTILE, "body": {}}))
    assert row(layers[0], "id") == [HOSTILE.replace("\u202e", "\\u{202e}")]
    assert tab.evaluate("document.images.length") == 0
    assert tab.evaluate("document.title") == title


def test_the_page_requests_nothing_and_says_nothing(tab: Page) -> None:
    pasted(tab, envelopes()["authcrypt"])
    assert tab.requested == []
    assert tab.said == []
    # the policy stops a script that is not that of the page, and every request
    tab.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'evil = 1'}))"
    )
    assert tab.evaluate("typeof evil") == "undefined"
    assert tab.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
    assert tab.requested == []
    tab.said.clear()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1000, 380])
def test_the_page_of_a_file_fits_its_window(tab: Page, tmp_path: Path, width: int, *, dark: bool) -> None:
    (tmp_path / "packed.json").write_text(envelopes()["authcrypt"], encoding="utf-8")
    tab.look(width=width, dark=dark)
    tab.open(written(tmp_path, "packed.json"))
    assert tab.until(LAYERS)[0]["title"].startswith("Encrypted envelope")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("document.querySelectorAll('#given svg').length") == 1
    assert tab.evaluate("document.getElementById('given').hidden") is False
    pasted(tab, "{}")
    assert tab.evaluate("document.getElementById('given').hidden") is True
