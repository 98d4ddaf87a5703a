"""Cases of multibase and multicodec."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN202

from didcomm_messaging.multiformats import multibase, multicodec

from inputs.cases import case


@case("multibase")
async def _():
    octets = b"\x00\x01hello"
    encoders = [multibase.Base58BtcEncoder(), multibase.Base64UrlEncoder(), multibase.Base64Encoder()]
    return [
        multibase.encode(octets, "base58btc"),
        multibase.encode(octets, multibase.Encoding.base58btc),
        multibase.decode(multibase.encode(octets, "base58btc")),
        [
            [each.name, each.character, each.encode(octets), each.decode(each.encode(octets))]
            for each in encoders
        ],
    ]


@case("multibase: another base")
async def _():
    return multibase.decode("fAA")


@case("multibase: a base of another name")
async def _():
    return multibase.encode(b"", "base32")


@case("multibase: a base that is no name")
async def _():
    return multibase.encode(b"", 7)


@case("multicodec")
async def _():
    names = [codec.value.name for codec in multicodec.SupportedCodecs]
    wrapped = [multicodec.wrap(name, b"key") for name in names if name != "p256-pub"]
    return [
        names,
        wrapped,
        [multicodec.unwrap(each)[0].name for each in wrapped],
        multicodec.multicodec("x25519-pub"),
    ]


@case("multicodec: P-256")
async def _():
    return multicodec.wrap("p256-pub", b"")


@case("multicodec: an unknown code")
async def _():
    return multicodec.unwrap(b"\x00\x00")


@case("multicodec: an unknown name")
async def _():
    return multicodec.multicodec("p384-pub")


@case("multicodec: a codec that is none")
async def _():
    return multicodec.wrap(7, b"")
