"""Resolvers without an event loop, and stores of secrets that others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import anyio
import anyio.lowlevel
import pytest

from asked import Asked, Plain, believed, packed_for
from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    ResolversConfig,
    Secret,
    SecretsStore,
    create_peer_did,
    pack_encrypted,
    sync,
    unpack,
)
from world import Documents, Party, hello

if TYPE_CHECKING:
    from collections.abc import Sequence


# without an event loop


def test_coroutine_functions_are_refused_without_an_event_loop(asked: Asked, packed: str) -> None:
    plain = Plain(asked)
    for config in (
        ResolversConfig(secrets_resolver=asked, did_resolver=plain),
        ResolversConfig(secrets_resolver=plain, did_resolver=asked),
    ):
        with pytest.raises(TypeError, match="plain functions"):
            sync.unpack(config, packed)


def test_a_store_with_a_coroutine_function_is_refused_without_an_event_loop() -> None:
    class Store(InMemorySecrets):
        async def add_key(self, secret: Any) -> None:  # type: ignore[override]  # noqa: ANN401, as the base has it
            super().add_key(secret)

    with pytest.raises(TypeError, match="plain function"):
        sync.create_peer_did(cast("SecretsStore", Store()))


# secrets


async def test_a_subclass_that_overrides_get_key_is_asked(
    alice: Party, documents: Documents, bob: Party
) -> None:
    asked: list[str] = []

    class Elsewhere(InMemorySecrets):
        def get_key(self, kid: str) -> Secret | None:
            asked.append(kid)
            return bob.secrets.get_key(kid)

        def get_keys(self, kids: Sequence[str]) -> list[str]:
            return list(kids)

    secrets = Elsewhere()
    packed = packed_for(bob, documents, alice)
    config = ResolversConfig(secrets_resolver=secrets, did_resolver=documents)
    assert believed(await unpack(config, packed), alice)
    assert believed(sync.unpack(config, packed), alice)
    assert asked == [bob.kids[0]] * 2


async def test_a_secret_that_is_not_that_of_the_document_does_not_send(
    asked: Asked, alice: Party, bob: Party, mallory: Party
) -> None:
    asked.party = alice
    asked.secret = lambda _: {**mallory.key.secret_jwk, "kid": alice.key.kid}
    with pytest.raises(ValueError, match="is not that of"):
        await pack_encrypted(asked.config, hello(), to=bob.did, frm=alice.did)


async def test_a_store_with_coroutine_functions_takes_new_secrets() -> None:
    class Store:
        def __init__(self) -> None:
            self.kept: dict[str, Secret] = {}

        async def add_key(self, secret: Secret, /) -> None:
            await anyio.lowlevel.checkpoint()
            self.kept[secret.kid] = secret

        async def get_key(self, kid: str, /) -> Secret | None:
            return self.kept.get(kid)

        async def get_keys(self, kids: list[str], /) -> list[str]:
            return [kid for kid in kids if kid in self.kept]

    store = Store()
    did = await create_peer_did(store)
    assert sorted(store.kept) == [f"{did}#key-1", f"{did}#key-2"]
    party = DIDCommMessaging(secrets=store)
    packed = await party.pack(hello(), to=did, frm=did, sign_frm=did)
    assert (await party.unpack(packed.message)).metadata.authenticated


async def test_secrets_that_take_no_new_ones_create_no_did(asked: Asked) -> None:
    with pytest.raises(TypeError, match="add_key"):
        await DIDCommMessaging(secrets=asked).create_peer_did()
    with pytest.raises(TypeError, match="add_key"):
        sync.DIDCommMessaging(secrets=asked).create_peer_did()


class Filed(InMemorySecrets):
    """A store with an argument of its own."""

    def __init__(self, path: str) -> None:
        super().__init__([Secret.generate("X25519", kid="did:example:bob#key-1")])
        self.path = path


def test_a_subclass_has_a_constructor_of_its_own() -> None:
    filed = Filed("secrets.json")
    assert vars(filed) == {"path": "secrets.json"}
    assert filed.kids() == ["did:example:bob#key-1"]
