"""The addresses that network resolvers and transports connect to, through the public API."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm.errors import ResolutionError
from pydidcomm.resolvers.web import WebResolver

REFUSED = [
    "0.0.0.0",  # noqa: S104, refused
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "4000::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%1",
    "2606:4700::1111%1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "::ffff:8.8.8.8",
]


async def cause(address: str, **options: Any) -> str:  # noqa: ANN401, those of the resolver
    async def lookup(_host: str, _port: int) -> list[str]:
        return [address]

    async with WebResolver(lookup=lookup, timeout=0.05, **options) as web:
        with pytest.raises(ResolutionError) as raised:
            await web.resolve("did:web:alice.example%3A9")
    return raised.value.cause


@pytest.mark.parametrize("address", REFUSED)
async def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert await cause(address) == "refused address"


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_address_is_tried(address: str) -> None:
    # where there is a network, something may answer
    assert await cause(address) != "refused address"


@pytest.mark.parametrize(
    ("address", "allow", "tried"),
    [
        ("10.1.2.3", ["10.0.0.0/8"], True),
        ("10.1.2.3", ["10.1.2.3"], True),
        ("::ffff:10.1.2.3", ["10.0.0.0/8"], True),
        ("fd12:3456::1", ["fd12:3456::/32"], True),
        ("11.1.2.3", ["10.0.0.0/8"], True),
        ("192.168.0.1", ["10.0.0.0/8"], False),
        ("fd12:3456::1", ["10.0.0.0/8"], False),
        ("127.0.0.1", ["10.0.0.0/8", "192.168.0.0/16"], False),
    ],
)
async def test_the_program_allows_networks(address: str, allow: list[str], tried: bool) -> None:  # noqa: FBT001
    assert (await cause(address, allow=allow) != "refused address") is tried
