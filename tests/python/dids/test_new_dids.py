"""A new DID is remembered and returned after its secrets are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    LocalResolver,
    PrefixResolver,
    create_jwk_did,
    create_key_did,
    create_peer_did,
    short_form,
    sync,
)
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydidcomm import Secret


class Full(InMemorySecrets):
    """A store with room for one secret."""

    def add_key(self, secret: Any) -> None:  # noqa: ANN401, as the base has it
        if len(self):
            message = "the store is full"
            raise OSError(message)
        super().add_key(secret)


class Slow(InMemorySecrets):
    """A store that never answers."""

    async def add_key(self, secret: Any) -> None:  # type: ignore[override]  # noqa: ANN401, as the base has it
        super().add_key(secret)
        await anyio.sleep_forever()


class Together(InMemorySecrets):
    """A store that takes several secrets at once."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def add_keys(self, secrets: Sequence[Secret]) -> None:
        self.calls.append(len(secrets))
        for secret in secrets:
            super().add_key(secret)

    def add_key(self, secret: Any) -> None:  # noqa: ANN401, as the base has it
        message = f"`add_key` is not to be called, got {secret!r}"
        raise AssertionError(message)


class TogetherAwaited(Together):
    """The same, with a coroutine function."""

    async def add_keys(self, secrets: Sequence[Secret]) -> None:  # type: ignore[override]
        await anyio.lowlevel.checkpoint()
        super().add_keys(secrets)


@pytest.mark.parametrize("method", [1, 3, 4])
async def test_a_did_whose_secrets_are_not_stored_is_not_remembered(method: Any) -> None:  # noqa: ANN401, a literal
    resolver = LocalResolver()
    with pytest.raises(OSError, match="full"):
        await create_peer_did(Full(), method=method, resolver=resolver)
    with pytest.raises(OSError, match="full"):
        sync.create_peer_did(Full(), method=method, resolver=resolver)
    with anyio.move_on_after(0.01):
        await create_peer_did(Slow(), method=method, resolver=resolver)
    assert dict(resolver.long_forms) == {}
    await create_peer_did(InMemorySecrets(), method=method, resolver=resolver)
    assert len(dict(resolver.long_forms)) == 1


async def test_a_store_with_add_keys_gets_the_secrets_of_a_did_in_one_call() -> None:
    for store in (Together(), TogetherAwaited()):
        await create_peer_did(store, 2, 3)
        await create_key_did(store)
        await create_jwk_did(store)
        await DIDCommMessaging(store).create_peer_did()
        assert store.calls == [5, 2, 1, 2]
    plain = Together()
    sync.create_peer_did(plain, 2, 3)
    sync.create_key_did(plain)
    sync.create_jwk_did(plain)
    assert plain.calls == [5, 2, 1]


class Counted(LocalResolver):
    """A resolver of the application."""

    def resolve(self, did: str) -> Any:  # noqa: ANN401, as the base has it
        return super().resolve(did)


@pytest.mark.parametrize("kind", [LocalResolver, Counted])
async def test_a_local_resolver_behind_a_prefix_stores_contacts_and_own_dids(
    kind: type[LocalResolver],
) -> None:
    alice = DIDCommMessaging()
    local = kind()
    bob = DIDCommMessaging(resolver=PrefixResolver({"did:peer:": local}))
    alice_did, bob_did = await alice.create_peer_did(method=4), await bob.create_peer_did(method=4)
    await bob.unpack((await alice.pack(hello(), to=bob_did, frm=alice_did)).text)
    forms = {short_form(did): did for did in (alice_did, bob_did)}
    assert dict(local.long_forms) == forms
