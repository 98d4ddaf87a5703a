"""The scenarios that are run: every envelope, curve and algorithm, kind of DID and kind of content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import contents
from exchange import Mode
from parties import (
    EXAMPLE,
    EXAMPLE_2018,
    JWK,
    KEY,
    PEER,
    PEER4,
    PEER4_SHORT,
    PEERDID,
    PEERDID_RAW,
    SERVED,
    Keys,
)
from peers import IDENTUS, SICPA, VERAMOS
from rows import Column, Table
from scenario import (
    ALGORITHMS,
    ANONCRYPT,
    ANONCRYPT_SIGNED,
    ANONCRYPTS,
    AUTHCRYPT,
    AUTHCRYPT_SIGNED,
    MODES,
    OURS_TO_PEER,
    PEER_TO_OURS,
    PROTECTED,
    PROTECTED_XC20P,
    SIGNED,
    Scenario,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parties import Json
    from peer_process import Peer

ENDING = Scenario("ending a relationship", EXAMPLE, ANONCRYPT, ending=True)
THREE = Keys(("X25519",) * 3)

# over every kind of DID that all peers take, every envelope
ENVELOPES = tuple(
    Scenario(f"{kind.name}: {mode.name}", kind, mode)
    for kind in (EXAMPLE, EXAMPLE_2018, KEY, PEER, PEER4, PEER4_SHORT)
    for mode in MODES
)
ONE_KEY = Keys(("P-256",), "P-256")
OF_JWK = (
    *(Scenario(f"{JWK.name}: {mode.name}", JWK, mode, recipient=ONE_KEY, sender=ONE_KEY) for mode in MODES),
    *(
        Scenario(f"{JWK.name} on {curve}: {mode.name}", JWK, mode, recipient=keys, sender=keys)
        for curve, keys in ((curve, Keys((curve,))) for curve in ("X25519", "P-384", "P-521"))
        for mode in (AUTHCRYPT, ANONCRYPT, ANONCRYPTS[2])
    ),
)
ROTATIONS = (
    *(
        Scenario(f"{kind.name}: rotation", kind, AUTHCRYPT, rotation=True)
        for kind in (EXAMPLE, EXAMPLE_2018, KEY, PEER, PEER4, PEER4_SHORT)
    ),
    Scenario(f"{JWK.name}: rotation", JWK, AUTHCRYPT, recipient=ONE_KEY, sender=ONE_KEY, rotation=True),
    Scenario("rotation, sender protected", EXAMPLE, PROTECTED, rotation=True),
    Scenario("rotation, authcrypt(sign)", EXAMPLE, AUTHCRYPT_SIGNED, rotation=True),
    ENDING,
)
SEVERAL_KEYS = (
    Scenario("three recipient keys, one held: authcrypt", EXAMPLE, AUTHCRYPT, recipient=THREE, held=1),
    Scenario("three recipient keys, one held: anoncrypt", EXAMPLE, ANONCRYPT, recipient=THREE, held=2),
    Scenario("three recipient keys, all open: authcrypt", EXAMPLE, AUTHCRYPT, recipient=THREE, all_keys=True),
    Scenario("three recipient keys, all open: protected", EXAMPLE, PROTECTED, recipient=THREE, all_keys=True),
)
CONTENTS = (
    Scenario("attachments: json, base64, links", EXAMPLE, AUTHCRYPT, contents.ATTACHMENTS),
    Scenario("attachments, signed", EXAMPLE, SIGNED, contents.ATTACHMENTS),
    Scenario("attachment with a hash beside base64", EXAMPLE, AUTHCRYPT, contents.HASHED),
    Scenario("attachment with a detached JWS", EXAMPLE, AUTHCRYPT, contents.SIGNED),
    Scenario("attachment with a detached JWS as text", EXAMPLE, AUTHCRYPT, contents.SIGNED_AS_TEXT),
    Scenario("all headers, custom headers", EXAMPLE, AUTHCRYPT, contents.HEADERS),
    *(
        Scenario(f"{name}, {mode.name}", EXAMPLE, mode, headers)
        for name, headers in (
            ("any text in the body", contents.TEXT),
            ("numbers that a double holds", contents.DOUBLES),
            ("integers of 64 bits", contents.LARGE),
            ("integers beyond 64 bits", contents.HUGE),
        )
        for mode in (AUTHCRYPT, AUTHCRYPT_SIGNED)
    ),
    Scenario("empty body", EXAMPLE, AUTHCRYPT, {"body": {}}),
)
SERVICES = (
    Scenario("did:peer:2 with a service: authcrypt", SERVED, AUTHCRYPT),
    Scenario("did:peer:2 with a service: signed", SERVED, SIGNED),
)
# What Authlib writes is not always of the curve's size, and its ES256K signatures are not normalised:
# that shows in three of four envelopes on P-521, and in every second signature.
MANY = 20
NIST = tuple(
    Scenario(
        f"{curve}: {mode.name}",
        EXAMPLE,
        mode,
        recipient=Keys((curve,)),
        sender=Keys((curve,)),
        times=MANY if curve == "P-521" else 1,
    )
    for curve in ("P-256", "P-384", "P-521")
    for mode in (AUTHCRYPT, *ANONCRYPTS, PROTECTED, PROTECTED_XC20P)
)
NIST_KEYS = tuple(
    Scenario(f"did:key on {curve}: {mode.name}", KEY, mode, recipient=keys, sender=keys)
    for curve, keys in ((curve, Keys((curve,), curve)) for curve in ("P-256", "P-384", "P-521"))
    for mode in (AUTHCRYPT, ANONCRYPT, ANONCRYPTS[2])
)
NIST_PEERS = tuple(
    Scenario(f"{kind.name} on {curve}: {mode.name}", kind, mode, recipient=keys, sender=keys)
    for kind in (PEER, PEER4)
    for curve, keys in (
        ("P-256", Keys(("P-256",), "P-256")),
        ("P-384", Keys(("P-384",))),
        ("P-521", Keys(("P-521",), "secp256k1")),
    )
    for mode in (AUTHCRYPT, ANONCRYPT, ANONCRYPTS[2], AUTHCRYPT_SIGNED)
)
SIGNATURES = tuple(
    Scenario(
        f"{ALGORITHMS[curve]}: {mode.name}{', rotation' if rotation else ''}",
        EXAMPLE,
        mode,
        sender=Keys(("X25519",), curve),
        rotation=rotation,
        times=MANY if curve == "secp256k1" else 1,
    )
    for curve in ("P-256", "secp256k1")
    for mode, rotation in (
        (SIGNED, False),
        (ANONCRYPT_SIGNED, False),
        (AUTHCRYPT_SIGNED, False),
        (AUTHCRYPT, True),
    )
)
# pydidcomm verifies these algorithms and does not sign with them
VERIFIED = tuple(
    Scenario(f"{ALGORITHMS[curve]}: signed", EXAMPLE, SIGNED, sender=Keys(("X25519",), curve))
    for curve in ("P-384", "P-521")
)
# not a curve of the specification: read from the peers that write it, written where the options ask for it
SECP256K1 = tuple(
    Scenario(
        f"secp256k1: {mode.name}",
        EXAMPLE,
        replace(mode, curves=("secp256k1",)),
        recipient=Keys(("secp256k1",)),
        sender=Keys(("secp256k1",)),
    )
    for mode in (AUTHCRYPT, *ANONCRYPTS)
)
TWO_CURVES = Keys(("P-256", "X25519", "P-256"))
SEVERAL_CURVES = (
    Scenario("keys on two curves: authcrypt, sender on X25519", EXAMPLE, AUTHCRYPT, recipient=TWO_CURVES),
    Scenario(
        "keys on two curves: authcrypt, sender on P-256",
        EXAMPLE,
        AUTHCRYPT,
        recipient=TWO_CURVES,
        sender=Keys(("P-256",)),
    ),
    Scenario(
        "keys on two curves: authcrypt, sender on both",
        EXAMPLE,
        AUTHCRYPT,
        recipient=TWO_CURVES,
        sender=Keys(("P-256", "X25519")),
    ),
    Scenario("keys on two curves: anoncrypt", EXAMPLE, ANONCRYPT, recipient=TWO_CURVES),
)
# Identus resolves did:peer:2 itself, and writes a time and a list of attachments into each message
DATED: Json = {"created_time": 1_700_000_000, "attachments": []}
WITH_IDENTUS = tuple(
    Scenario(f"{kind.name}, dated: {mode.name}", kind, mode, DATED)
    for kind in (PEER, SERVED)
    for mode in MODES
)
# Veramo writes authcrypt with every content encryption, by default with A256GCM; we write one
OF_VERAMO = tuple(
    Scenario(f"{EXAMPLE.name}: authcrypt {enc}", EXAMPLE, Mode(f"authcrypt {enc}", frm=True, auth_enc=enc))
    for enc in ("A256GCM", "XC20P")
)
WITH_VERAMO = (
    *(
        Scenario(f"{kind.name}: {mode.name}", kind, mode)
        for kind in (EXAMPLE, EXAMPLE_2018, KEY, PEER, PEER4)
        for mode in MODES
    ),
    *(
        Scenario(f"{ALGORITHMS[curve]}: signed", EXAMPLE, SIGNED, sender=Keys(("X25519",), curve))
        for curve in ("P-256", "secp256k1")
    ),
    *(
        Scenario(f"{curve}: {mode.name}", EXAMPLE, mode, recipient=Keys((curve,)), sender=Keys((curve,)))
        for curve in ("P-256", "P-384", "P-521")
        for mode in (AUTHCRYPT, ANONCRYPT)
    ),
    *SEVERAL_KEYS[:2],
    *(each for each in CONTENTS if each.mode is AUTHCRYPT),
)
# with didcomm for Python alone: peerdid, which it goes with, names keys otherwise
WITH_PEERDID = (
    *(Scenario(f"{PEERDID.name}: {mode.name}", PEERDID, mode) for mode in MODES),
    Scenario(f"{PEERDID.name}: rotation", PEERDID, AUTHCRYPT, rotation=True),
    Scenario(f"{PEERDID.name}: three recipient keys, one held", PEERDID, AUTHCRYPT, recipient=THREE, held=0),
    Scenario("kids as peerdid names them: authcrypt", PEERDID_RAW, AUTHCRYPT),
    Scenario("kids as peerdid names them: signed", PEERDID_RAW, SIGNED),
)


def _table(title: str, scenarios: Iterable[Scenario], peers: Sequence[Peer]) -> Table:
    columns = [
        Column(peer.implementation.name, direction)
        for peer in peers
        for direction in (OURS_TO_PEER, PEER_TO_OURS)
    ]
    return Table(title, columns, [each.row(peers) for each in scenarios])


def tables(peers: Sequence[Peer]) -> list[Table]:
    """Every envelope over every kind of DID, and every kind of content over did:example."""
    title = "-> pydidcomm packs, the peer reads; <- the other way round"
    every = (
        *ENVELOPES,
        *OF_JWK,
        *NIST,
        *NIST_KEYS,
        *NIST_PEERS,
        *SECP256K1,
        *SIGNATURES,
        *ROTATIONS,
        *SEVERAL_KEYS,
        *SEVERAL_CURVES,
        *CONTENTS,
        *SERVICES,
    )
    usual = [peer for peer in peers if peer.implementation not in (IDENTUS, *VERAMOS)]
    found = [_table(title, every, usual)] if usual else []
    identus = [peer for peer in peers if peer.implementation is IDENTUS]
    if identus:
        found.append(_table("the Identus SDK, over its own did:peer:2", WITH_IDENTUS, identus))
    veramo = [peer for peer in peers if peer.implementation in VERAMOS]
    if veramo:
        with_veramo = _table("Veramo, by default and by its profile", WITH_VERAMO, veramo)
        rows = [*with_veramo.rows, *(each.read_row(veramo) for each in OF_VERAMO)]
        found.append(Table(with_veramo.title, with_veramo.columns, rows))
    generic = [peer for peer in peers if peer.implementation.generic]
    if generic:
        columns = [Column(peer.implementation.name, PEER_TO_OURS) for peer in generic]
        rows = [each.read_row(generic) for each in VERIFIED]
        found.append(Table("signatures that pydidcomm verifies only", columns, rows))
    sicpa = [peer for peer in peers if peer.implementation is SICPA]
    if sicpa:
        with_peerdid = _table("the same with DIDs of peerdid", WITH_PEERDID, sicpa)
        rows = [*with_peerdid.rows, ENDING.assembled_row(sicpa)]
        found.append(Table(with_peerdid.title, with_peerdid.columns, rows))
    return found
