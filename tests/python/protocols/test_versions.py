"""Protocol identifiers: their parts, and the version that two parties speak."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols import MessageType, agree, message_type

PING = "https://didcomm.org/trust-ping/2.1"


@pytest.mark.spec("PRO-01", "PRO-03", "PRO-10")
@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        (f"{PING}/ping", MessageType(PING, "trust-ping", 2, 1, "ping")),
        ("https://a.org/x?p=lunch/1/ask", MessageType("https://a.org/x?p=lunch/1", "lunch", 1, 0, "ask")),
        (
            "did:example:1;spec/lunch/1.0/ask",
            MessageType("did:example:1;spec/lunch/1.0", "lunch", 1, 0, "ask"),
        ),
        (
            "https://didcomm.org/trust-ping/2.0.1/ping",
            MessageType("https://didcomm.org/trust-ping/2.0.1", "trust-ping", 2, 0, "ping"),
        ),
    ],
)
def test_a_message_type_has_its_parts(uri: str, parts: MessageType) -> None:
    assert message_type(uri) == parts


LONG = """
from pydidcomm.protocols import agree, message_type
for long in ("x" * 1_000_000, "/1.1" * 250_000, "?x" * 500_000):
    assert message_type(f"{long}/lunch/1.0/ask").protocol == "lunch"
    assert agree("https://didcomm.org/lunch/1.0", f"{long}/x") is None
"""


def test_a_message_type_as_long_as_a_message_is_read_in_one_pass() -> None:
    # quadratic work would take hours, in which its process does nothing else
    subprocess.run([sys.executable, "-c", LONG], timeout=30, check=True)  # noqa: S603, our own words


@pytest.mark.parametrize(
    "uri", ["", "ping", "https://didcomm.org/trust-ping/2.0", "a/x.0/b", "a/1.0/", "a/1.0/b c"]
)
def test_what_is_not_a_message_type_is_malformed(uri: str) -> None:
    with pytest.raises(MalformedMessageError, match=r"message\.type"):
        message_type(uri)


@pytest.mark.spec("PRO-05", "PRO-06", "AGT-01", "AGT-02")
@pytest.mark.parametrize(
    ("theirs", "spoken"),
    [
        (PING, PING),
        ("https://didcomm.org/trust-ping/2.7", PING),
        ("https://didcomm.org/trust-ping/2.0", "https://didcomm.org/trust-ping/2.0"),
        ("https://didcomm.org/Trust_Ping/2.1", PING),
        ("did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/trust_ping/2.1", PING),
        ("https://didcomm.org/trust-ping/1.1", None),
        ("https://didcomm.org/trust-ping/3.0", None),
        ("https://didcomm.org/trust-pings/2.1", None),
        ("https://example.org/trust-ping/2.1", None),
        ("no uri", None),
    ],
)
def test_the_lower_minor_version_of_one_major_is_spoken(theirs: str, spoken: str | None) -> None:
    assert agree(PING, theirs) == spoken


def test_agreeing_names_the_argument_that_is_not_an_identifier() -> None:
    with pytest.raises(ValueError, match="`ours` must be a protocol identifier URI"):
        agree("trust-ping", PING)
