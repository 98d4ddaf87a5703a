"""The services of Indicio's package open arbitrary input or raise their own errors."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.compat.didcomm_messaging.legacy import crypto as legacy
from pydidcomm.compat.didcomm_messaging.packaging import PackagingServiceError
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import V1CryptoServiceError
from pydidcomm.compat.didcomm_messaging.v1.crypto.nacl import InMemSecretsManager, NaclV1CryptoService
from pydidcomm.compat.didcomm_messaging.v1.messaging import Target, V1DIDCommMessaging
from pydidcomm.compat.didcomm_messaging.v1.packaging import V1PackagingService, V1PackagingServiceError
from support.indicio import ALICE, BOB, CORE, World, plaintext
from support.mutate import ANY_JSON, mutated, thorough
from support.parties import b64, header_of

if TYPE_CHECKING:
    from collections.abc import Coroutine


def run(act: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401, whatever comes of it
    return asyncio.run(act)


def opened(envelope: str) -> dict[str, Any]:
    """The envelope with its protected header as an object, so that it is damaged inside too."""
    parsed: dict[str, Any] = json.loads(envelope)
    return {**parsed, "protected": header_of(parsed["protected"])}


def closed(envelope: Any) -> Any:  # noqa: ANN401, JSON
    """The envelope as it travels, where there is a header left."""
    if not isinstance(envelope, dict):
        return envelope
    members = cast("dict[str, Any]", envelope)
    header = members.get("protected")
    return {**members, "protected": b64(json.dumps(header))} if isinstance(header, dict) else members


def damaged(envelopes: list[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """One of the envelopes with some damage."""
    return st.sampled_from(envelopes).flatmap(mutated)


async def two() -> World:
    made = World(CORE)
    await made.party(ALICE, "X25519")
    await made.party(BOB, "X25519", "X25519")
    return made


MADE = run(two())
ENVELOPES = [opened(run(MADE.pack(plaintext(frm=ALICE), frm=frm)).decode()) for frm in (ALICE, None)]
SEEDS = b"testseed000000000000000000000001", b"testseed000000000000000000000002"
VERKEYS = InMemSecretsManager()
SENDER, RECEIVER = (VERKEYS.create(seed).kid for seed in SEEDS)
V1: V1DIDCommMessaging[Any, Any] = V1DIDCommMessaging(
    NaclV1CryptoService(), VERKEYS, MADE.resolver, V1PackagingService()
)
TARGET = Target([RECEIVER, SENDER], [], "https://bob.example")
V1_ENVELOPES = [opened(run(V1.pack(b"hello", TARGET, frm)).message.decode()) for frm in (SENDER, None)]


@thorough
@given(damaged(ENVELOPES))
def test_a_damaged_envelope_opens_or_is_refused(envelope: Any) -> None:  # noqa: ANN401, JSON
    try:
        octets, metadata = run(MADE.unpack(json.dumps(closed(envelope))))
    except (PackagingServiceError, CryptoServiceError):
        return
    assert octets == plaintext(frm=ALICE)
    assert metadata.sender_kid in {f"{ALICE}#1", None}


@thorough
@given(damaged(V1_ENVELOPES))
def test_a_damaged_envelope_of_v1_opens_or_is_refused(envelope: Any) -> None:  # noqa: ANN401, JSON
    try:
        unpacked = run(V1.unpack(json.dumps(closed(envelope))))
    except (V1PackagingServiceError, V1CryptoServiceError, ValueError):
        return
    assert unpacked.unpacked == b"hello"
    assert unpacked.sender_kid in {SENDER, None}


@thorough
@given(damaged(V1_ENVELOPES))
def test_a_damaged_envelope_opens_or_is_refused_by_the_older_functions(envelope: Any) -> None:  # noqa: ANN401
    octets = json.dumps(closed(envelope)).encode()
    with suppress(legacy.CryptoError, ValueError):
        assert legacy.unpack_message(octets, *legacy.create_keypair(SEEDS[1]))[0] == "hello"
    with suppress(ValueError):
        assert isinstance(legacy.recipients_from_packed_message(octets), list)


@thorough
@given(damaged([*ENVELOPES, *V1_ENVELOPES]) | ANY_JSON)
def test_an_envelope_that_is_read_can_be_written(envelope: Any) -> None:  # noqa: ANN401, JSON
    try:
        read = JweEnvelope.from_json(json.dumps(closed(envelope)))
    except ValueError:
        return
    again = JweEnvelope.from_json(read.to_json())
    assert again.serialize() == read.serialize()


@thorough
@given(st.binary(max_size=200))
def test_arbitrary_bytes_open_or_are_refused(octets: bytes) -> None:
    with pytest.raises(PackagingServiceError):
        run(MADE.unpack(octets))
    with pytest.raises(V1PackagingServiceError):
        run(V1.unpack(octets))


@thorough
@given(ANY_JSON)
def test_arbitrary_plaintext_is_returned_or_refused(content: Any) -> None:  # noqa: ANN401, JSON
    octets = json.dumps(content).encode()
    try:
        found, _ = run(MADE.unpack(run(MADE.pack(octets))))
    except PackagingServiceError:
        return
    assert found == octets
