"""The notebooks run from the first cell to the last, and show what they promise."""

from __future__ import annotations

import asyncio
import runpy
from typing import TYPE_CHECKING, Any

import httpx
import nbformat
import pytest
import qrcode  # type: ignore[import-untyped]
from qrcode.constants import ERROR_CORRECT_L  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from support.paths import NOTEBOOKS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

# nbformat and qrcode come without types
FORMAT: Any = nbformat
QR: Any = qrcode

RUN = runpy.run_path(str(NOTEBOOKS / "run.py"))
LETTERBOX = runpy.run_path(str(NOTEBOOKS / "letterbox.py"))
CONVERSATION = [
    "Alice -> everybody: Let us talk",
    "Bob -> Alice: Hi Alice (HTTP 202)",
    "Alice -> Bob: Hi Bob, let us talk here, where it is quiet (HTTP 202)",
    "Bob -> Alice: Nice and quiet indeed (HTTP 202)",
    "Mallory -> Bob: I am leaving, forget me (HTTP 202; Bob refuses: the signature is not valid)",
    "Alice -> Bob: It was nice to meet you. Goodbye! (HTTP 202)",
]


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial as `make tutorial` leaves it."""
    into = tmp_path_factory.mktemp("build")
    assert RUN["main"]([str(NOTEBOOKS / "tutorial.ipynb"), "--into", str(into)]) == 0
    return into / "tutorial.ipynb"


@pytest.fixture(scope="module")
def outputs(tutorial: Path) -> list[Any]:
    notebook = FORMAT.read(tutorial, as_version=4)
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.fixture(scope="module")
def printed(outputs: list[Any]) -> str:
    assert not [output for output in outputs if output.get("name") == "stderr"]
    return "".join(output.get("text", "") for output in outputs)


def pictures(outputs: list[Any]) -> list[str]:
    shown = [output["data"] for output in outputs if "data" in output]
    return [data["image/svg+xml"] for data in shown if "image/svg+xml" in data]


def test_every_cell_of_the_tutorial_ran_in_order(tutorial: Path) -> None:
    notebook = FORMAT.read(tutorial, as_version=4)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.spec("TRP-03", "TRP-04", "TRP-05", "TRP-06")
def test_the_conversation_goes_over_http_and_every_message_is_taken(tutorial: Path) -> None:
    notebook = FORMAT.read(tutorial, as_version=4)
    assert RUN["conversation"](notebook) == CONVERSATION


@pytest.mark.spec("OOB-03")
def test_alice_reads_an_authenticated_answer_to_her_invitation(printed: str) -> None:
    assert "Alice reads: Hi Alice\n" in printed
    assert "in answer to her invitation: True\nencrypted: True\nproved sender: did:peer:2" in printed


@pytest.mark.spec("OOB-16")
def test_bob_accepts_the_rotation_and_the_ending(printed: str) -> None:
    assert "known as Alice: True\nAlice is now did:peer:2.E" in printed
    assert "proved by did:peer:2.E" in printed
    assert "Bob's contacts: {}\n" in printed


@pytest.mark.spec("OOB-14")
def test_the_qr_picture_shows_the_url(printed: str, outputs: list[Any]) -> None:
    url = next(line for line in printed.splitlines() if line.startswith("https://alice.example/?_oob="))
    expected = (
        QR.make(url, image_factory=SvgPathFillImage, error_correction=ERROR_CORRECT_L).to_string().decode()
    )
    drawn = expected[expected.index(' d="') : expected.index(' id="')]
    assert drawn in pictures(outputs)[0]


def test_the_pictures_show_the_layers_of_both_kinds_of_envelope(outputs: list[Any]) -> None:
    _, hello, goodbye = pictures(outputs)
    for shown in ("ECDH-1PU+A256KW", "A256CBC-HS512", ">skid<", ">pthid<", ">from<", ">to<", "Hi Alice"):
        assert shown in hello
    assert "ECDH-ES+A256KW" in goodbye
    assert ">from_prior iss<" in goodbye
    assert ">skid<" not in goodbye
    assert ">from<" not in goodbye


def test_external_keys_prove_senders_and_signers_from_three_places(tmp_path: Path) -> None:
    assert RUN["main"]([str(NOTEBOOKS / "external_keys.ipynb"), "--into", str(tmp_path)]) == 0
    notebook = FORMAT.read(tmp_path / "external_keys.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    shown = "".join(output.get("text", "") for output in outputs)
    without_token = "SoftHSM 2 is not installed here" in shown
    assert shown.count("proved sender: True - proved signer: True") == (2 if without_token else 3)
    assert "still there? - 4 keys" in shown


def test_custom_resolvers_fetch_each_document_once(tmp_path: Path) -> None:
    assert RUN["main"]([str(NOTEBOOKS / "custom_resolvers.ipynb"), "--into", str(tmp_path)]) == 0
    notebook = FORMAT.read(tmp_path / "custom_resolvers.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    shown = "".join(output.get("text", "") for output in outputs)
    assert shown.splitlines() == [
        "refused: refused address",
        "requests: 0",
        "requests for 1000 callers: 1",
        "received by example - Hi",
        "received by web - Hi",
        "forgotten: True",
        "requests: 2",
    ]
    assert len(pictures(outputs)) == 1


def test_through_a_mediator_shows_each_hop_and_what_is_proved_there(tmp_path: Path) -> None:
    assert RUN["main"]([str(NOTEBOOKS / "through_a_mediator.ipynb"), "--into", str(tmp_path)]) == 0
    notebook = FORMAT.read(tmp_path / "through_a_mediator.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "".join(output.get("text", "") for output in outputs).splitlines() == [
        "post to: https://cloud.example/didcomm",
        "wrapped for: Cloud, Home",
        "Cloud hands on to Home - proved sender: None",
        "Home hands on to Bob - proved sender: None",
        "Hi Bob - proved sender: Alice",
    ]
    sealed, hops, opened = pictures(outputs)
    assert "anoncrypt: without a sender" in sealed
    assert [hops.count(f">for {name}: ") for name in ("Cloud", "Home", "Bob")] == [1, 2, 3]
    assert [hops.count(f">{hop}<") for hop in ("Alice → Cloud", "Cloud → Home", "Home → Bob")] == [1, 1, 1]
    assert "decrypted: proves the sender" in opened


def test_two_agents_talk_as_in_the_tutorial_though_both_are_switched_off_between(tmp_path: Path) -> None:
    assert RUN["main"]([str(NOTEBOOKS / "agents.ipynb"), "--into", str(tmp_path)]) == 0
    notebook = FORMAT.read(tmp_path / "agents.ipynb", as_version=4)
    # the lines of the tutorial without the status, and without the forger
    assert RUN["conversation"](notebook) == [
        line.partition(" (")[0] for line in CONVERSATION if "Mallory" not in line
    ]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = "".join(output.get("text", "") for output in outputs).splitlines()
    assert [line for line in printed if " -> " not in line] == [
        "Alice is where the poster said: False",
        "each knows the other by a private DID: True",
        "Alice reads: Hi Alice",
        "Bob reads: Hi Bob, let us talk here, where it is quiet",
        "readable in the file: False",
        "Alice reads: Nice and quiet indeed",
        "Bob knows her as Alice",
        "Bob reads: It was nice to meet you. Goodbye!",
        "ended",
        "for Bob the relationship is ended",
    ]
    _, story = pictures(outputs)
    assert "Nice and quiet indeed" in story


def test_migrating_does_the_same_before_and_after_for_each_predecessor(tmp_path: Path) -> None:
    assert RUN["main"]([str(NOTEBOOKS / "migrating.ipynb"), "--into", str(tmp_path)]) == 0
    notebook = FORMAT.read(tmp_path / "migrating.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = [output["text"] for output in outputs if "text" in output]
    assert printed[::2] == printed[1::2]
    assert len(printed) == 6
    changes = [output["data"]["text/html"] for output in outputs if "data" in output]
    for change, left, new in zip(
        changes,
        ("create_peer_did_numalgo_2(", "from didcomm.unpack import unpack", "PackagingService(),"),
        ("alice.create_peer_did(", "InMemorySecrets([secret])", "party.create_peer_did("),
        strict=True,
    ):
        lines = change.split("<div")
        assert any(left in line and ">- " in line for line in lines)
        assert any(new in line and ">+ " in line for line in lines)


def test_the_rendered_page_and_the_conversation_are_shown(
    tutorial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # rendering again what has run is quick: a notebook without code
    notebook = FORMAT.read(tutorial, as_version=4)
    assert "Alice meets Bob" in tutorial.with_suffix(".html").read_text(encoding="utf-8")
    notebook.cells = [FORMAT.v4.new_code_cell("print('Carol -> Dave: hello')\nprint('an aside')")]
    FORMAT.write(notebook, tmp_path / "small.ipynb")
    assert RUN["main"]([str(tmp_path / "small.ipynb"), "--into", str(tmp_path / "build")]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == "Carol -> Dave: hello"
    assert str(tmp_path / "build" / "small.html") in shown
    assert "aside" not in shown


def test_a_failing_cell_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = FORMAT.v4.new_notebook(cells=[FORMAT.v4.new_code_cell("1 / 0")])
    FORMAT.write(notebook, tmp_path / "broken.ipynb")
    assert RUN["main"]([str(tmp_path / "broken.ipynb"), "--into", str(tmp_path / "build")]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert not (tmp_path / "build").exists()


def test_the_committed_notebooks_carry_no_outputs_and_no_machine() -> None:
    for path in NOTEBOOKS.glob("*.ipynb"):
        notebook = FORMAT.read(path, as_version=4)
        assert notebook.metadata.kernelspec.name == "python3"
        for cell in notebook.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


@pytest.mark.spec("TRP-02", "TRP-03", "TRP-04", "TRP-05", "TRP-06")
def test_the_letterbox_accepts_only_encrypted_messages_by_post() -> None:
    async def deliveries() -> None:
        box = await LETTERBOX["Letterbox"].open()
        async with httpx.AsyncClient(trust_env=False) as http:
            for media_type in (
                "application/didcomm-encrypted+json",
                "Application/DIDComm-Encrypted+JSON; q=1",
            ):
                taken = await http.post(box.url, content='{"a":1}', headers={"content-type": media_type})
                assert (taken.status_code, taken.content) == (202, b"")
                assert await box.receive() == b'{"a":1}'
            for media_type in ("application/json", "application/didcomm-plain+json"):
                refused = await http.post(box.url, content="{}", headers={"content-type": media_type})
                assert refused.status_code == 415
            assert (await http.post(box.url, content="{}")).status_code == 415
            assert (await http.get(box.url)).status_code == 405
        await box.close()

    asyncio.run(deliveries())
