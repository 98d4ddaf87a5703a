"""The checks of the conformance suite for invitation tokens; `testing.CHECKS` contains them."""

from typing import Final

from pydidcomm.mediator._check_parts import BOB, CAROL, NOW, require
from pydidcomm.mediator.storage import MediatorStore

__all__ = ["CHECKS"]


async def token_uses(store: MediatorStore) -> None:
    """A token admits a number of DIDs, each of them as often as it asks."""
    tokens = store.invitations
    name = await tokens.add("Token-1", uses=1, at=NOW, expires=NOW + 10, label="for Bob")
    require(not await tokens.use("token-2", BOB, NOW), "a token that was never made")
    require(await tokens.use("token-1", BOB, NOW), "the first DID, whatever the case of the id")
    require(not await tokens.use("token-1", CAROL, NOW), "a DID past the bound")
    require(await tokens.use("Token-1", f"{BOB}#key-1", NOW), "the same DID again")
    (found,) = await tokens.tokens(9)
    require((found.name, found.uses, found.used, found.label) == (name, 1, 1, "for Bob"), "the counter")
    require((found.made, found.expires) == (NOW, NOW + 10), "the times")


async def token_ends(store: MediatorStore) -> None:
    """A token ends at its time, or when it is revoked."""
    tokens = store.invitations
    first = await tokens.add("one", uses=9, at=NOW, expires=NOW + 10)
    second = await tokens.add("two", uses=9, at=NOW + 1, expires=NOW + 10)
    require([each.name for each in await tokens.tokens(9)] == [second, first], "the newest first")
    require([each.name for each in await tokens.tokens(1)] == [second], "the bound of a list")
    require(await tokens.use("one", BOB, NOW + 9), "before the time")
    require(not await tokens.use("one", BOB, NOW + 10), "at the time, although it was used before")
    require(await tokens.use("two", BOB, NOW), "another token")
    require(await tokens.revoke(second), "a token can be revoked")
    require(not await tokens.revoke(second), "a token is revoked once")
    require(not await tokens.use("two", BOB, NOW), "a revoked token")
    require([each.name for each in await tokens.tokens(9)] == [first], "a revoked token is not listed")


CHECKS: Final = (token_uses, token_ends)
