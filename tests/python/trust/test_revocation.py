"""Revocation during a run: senders, DIDs and keys that are withdrawn while messages arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    DidDeactivatedError,
    DIDDocument,
    KeyNotFoundError,
    PolicyError,
    Resolved,
    UnpackConfig,
    sync,
)
from support.parties import Party, hello

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from support.parties import Documents

pytestmark = pytest.mark.anyio


@pytest.fixture
def packed(alice: Party, bob: Party, documents: Documents) -> list[str]:
    """Six messages of one sender, authcrypted and signed by turns."""
    sender = sync.DIDCommMessaging(alice.secrets, documents)
    encrypted = [sender.pack(hello(id=f"{n}"), to=bob.did, frm=alice.did).text for n in range(3)]
    signed = [sender.pack_signed(hello(id=f"s{n}", to=[bob.did]), sign_frm=alice.did).text for n in range(3)]
    return [text for pair in zip(encrypted, signed, strict=True) for text in pair]


class Resolver:
    """Answers with current documents; a DID can be marked as deactivated."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.deactivated = False

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        document = self.documents.resolve(did)
        if document is None:
            return None
        return Resolved(DIDDocument(document), deactivated=self.deactivated)


async def errors_of_a_run(
    party: DIDCommMessaging, packed: list[str], config: UnpackConfig | None, revoke: Callable[[], None]
) -> list[type[BaseException]]:
    """What becomes of messages of which the third arrives after the revocation."""

    async def queue() -> AsyncIterator[str]:
        for place, text in enumerate(packed):
            if place == 2:
                revoke()
            yield text

    # one message on its way: what was read before the revocation was handled before it
    each = [one async for one in party.unpack_each(queue(), config=config, at_once=1)]
    assert all(one.error is None for one in each[:2])
    one_by_one = [one.error for text in packed for one in await party.unpack_many([text], config=config)]
    assert {type(error) for error in one_by_one} == {type(one.error) for one in each[2:]}
    return [type(one.error) for one in each[2:] if one.error is not None]


@pytest.mark.parametrize("awaited", [False, True])
async def test_a_sender_that_a_function_no_longer_allows_is_refused_at_once(
    alice: Party, bob: Party, documents: Documents, packed: list[str], *, awaited: bool
) -> None:
    allowed = {alice.did}

    async def function(did: str) -> bool:
        await anyio.lowlevel.checkpoint()
        return did in allowed

    config = UnpackConfig(allowed_senders=function if awaited else lambda did: did in allowed)
    party = DIDCommMessaging(bob.secrets, Resolver(documents))
    assert await errors_of_a_run(party, packed, config, allowed.clear) == [PolicyError] * 4


async def test_a_set_of_senders_is_that_of_the_config_which_shows_it(
    alice: Party, bob: Party, documents: Documents, packed: list[str]
) -> None:
    allowed = {alice.did}
    config = UnpackConfig(allowed_senders=allowed)
    allowed.clear()
    party = DIDCommMessaging(bob.secrets, Resolver(documents))
    # the config has a copy, and shows it
    assert config.allowed_senders == frozenset({alice.did})
    assert (await party.unpack(packed[0], config=config)).sender == alice.did
    with pytest.raises(PolicyError):
        await party.unpack(packed[0], config=UnpackConfig(allowed_senders=allowed))


async def test_a_did_that_is_deactivated_is_refused_at_once(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    resolver = Resolver(documents)

    def revoke() -> None:
        resolver.deactivated = True

    party = DIDCommMessaging(bob.secrets, resolver)
    assert await errors_of_a_run(party, packed, None, revoke) == [DidDeactivatedError] * 4


async def test_a_key_that_is_removed_from_the_document_is_refused_at_once(
    alice: Party, bob: Party, documents: Documents, packed: list[str]
) -> None:
    def revoke() -> None:
        alice.document["keyAgreement"], alice.document["authentication"] = [], []

    party = DIDCommMessaging(bob.secrets, Resolver(documents))
    assert await errors_of_a_run(party, packed, None, revoke) == [KeyNotFoundError] * 4
