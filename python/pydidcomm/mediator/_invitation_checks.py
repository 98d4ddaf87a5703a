"""The part of the conformance suite about tokens of invitations; `testing.CHECKS` has it."""

from typing import Final

from pydidcomm.mediator.storage import MediatorStore

_NOW: Final = 1_700_000_000.0
_BOB: Final = "did:example:bob"
_CAROL: Final = "did:example:carol"


def _require(condition: object, rule: str) -> None:
    if not condition:
        message = f"the store breaks a rule: {rule}"
        raise AssertionError(message)


async def token_uses(store: MediatorStore) -> None:
    """A token admits so many DIDs, and each of them again and again."""
    tokens = store.invitations
    name = await tokens.add("Token-1", uses=1, at=_NOW, expires=_NOW + 10, label="for Bob")
    _require(not await tokens.use("token-2", _BOB, _NOW), "a token that was never made")
    _require(await tokens.use("token-1", _BOB, _NOW), "the first DID, whatever the case of the id")
    _require(not await tokens.use("token-1", _CAROL, _NOW), "a DID past the bound")
    _require(await tokens.use("Token-1", f"{_BOB}#key-1", _NOW), "the same DID again")
    (found,) = await tokens.tokens(9)
    _require((found.name, found.uses, found.used, found.label) == (name, 1, 1, "for Bob"), "the counter")
    _require((found.made, found.expires) == (_NOW, _NOW + 10), "the times")


async def token_ends(store: MediatorStore) -> None:
    """A token ends at its time, or when it is revoked."""
    tokens = store.invitations
    first = await tokens.add("one", uses=9, at=_NOW, expires=_NOW + 10)
    second = await tokens.add("two", uses=9, at=_NOW + 1, expires=_NOW + 10)
    _require([each.name for each in await tokens.tokens(9)] == [second, first], "the newest first")
    _require([each.name for each in await tokens.tokens(1)] == [second], "the bound of a list")
    _require(await tokens.use("one", _BOB, _NOW + 9), "before the time")
    _require(not await tokens.use("one", _BOB, _NOW + 10), "at the time, although it was used before")
    _require(await tokens.use("two", _BOB, _NOW), "another token")
    _require(await tokens.revoke(second), "a token can be revoked")
    _require(not await tokens.revoke(second), "a token is revoked once")
    _require(not await tokens.use("two", _BOB, _NOW), "a revoked token")
    _require([each.name for each in await tokens.tokens(9)] == [first], "a revoked token is not listed")


CHECKS: Final = (token_uses, token_ends)
