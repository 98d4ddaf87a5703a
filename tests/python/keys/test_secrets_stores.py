"""Resolvers without an event loop, and stores of secrets that others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import anyio
import anyio.lowlevel
import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    LocalResolver,
    PeerMethod,
    ResolversConfig,
    Secret,
    SecretsStore,
    create_peer_did,
    pack_encrypted,
    short_form,
    sync,
    unpack,
)
from support.parties import Documents, Party, hello
from support.recording_resolver import Plain, RecordingResolver, believed, packed_for

if TYPE_CHECKING:
    from collections.abc import Sequence


# without an event loop


def test_coroutine_functions_are_refused_without_an_event_loop(
    recorder: RecordingResolver, packed: str
) -> None:
    plain = Plain(recorder)
    for config in (
        ResolversConfig(secrets_resolver=recorder, did_resolver=plain),
        ResolversConfig(secrets_resolver=plain, did_resolver=recorder),
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


async def test_get_key_of_a_subclass_is_called(alice: Party, documents: Documents, bob: Party) -> None:
    recorder: list[str] = []

    class RecordingSecrets(InMemorySecrets):
        def get_key(self, kid: str) -> Secret | None:
            recorder.append(kid)
            return bob.secrets.get_key(kid)

        def get_keys(self, kids: Sequence[str]) -> list[str]:
            return list(kids)

    secrets = RecordingSecrets()
    packed = packed_for(bob, documents, alice)
    config = ResolversConfig(secrets_resolver=secrets, did_resolver=documents)
    assert believed(await unpack(config, packed), alice)
    assert believed(sync.unpack(config, packed), alice)
    assert recorder == [bob.kids[0]] * 2


async def test_a_secret_that_is_not_that_of_the_document_does_not_send(
    recorder: RecordingResolver, alice: Party, bob: Party, mallory: Party
) -> None:
    recorder.party = alice
    recorder.secret = lambda _: {**mallory.key.secret_jwk, "kid": alice.key.kid}
    with pytest.raises(ValueError, match="does not match the public key"):
        await pack_encrypted(recorder.config, hello(), to=bob.did, frm=alice.did)


async def test_a_store_with_coroutine_functions_takes_new_secrets() -> None:
    class Store:
        def __init__(self) -> None:
            self.stored: dict[str, Secret] = {}

        async def add_key(self, secret: Secret, /) -> None:
            await anyio.lowlevel.checkpoint()
            self.stored[secret.kid] = secret

        async def get_key(self, kid: str, /) -> Secret | None:
            return self.stored.get(kid)

        async def get_keys(self, kids: list[str], /) -> list[str]:
            return [kid for kid in kids if kid in self.stored]

    store = Store()
    did = await create_peer_did(store)
    assert sorted(store.stored) == [f"{did}#key-1", f"{did}#key-2"]
    party = DIDCommMessaging(secrets=store)
    packed = await party.pack(hello(), to=did, frm=did, sign_frm=did)
    assert (await party.unpack(packed.message)).metadata.authenticated


async def test_a_read_only_secrets_resolver_does_not_create_a_did(recorder: RecordingResolver) -> None:
    with pytest.raises(TypeError, match="add_key"):
        await DIDCommMessaging(secrets=recorder).create_peer_did()
    with pytest.raises(TypeError, match="add_key"):
        sync.DIDCommMessaging(secrets=recorder).create_peer_did()


class Filed(InMemorySecrets):
    """A store with an argument of its own."""

    def __init__(self, path: str) -> None:
        super().__init__([Secret.generate("X25519", kid="did:example:bob#key-1")])
        self.path = path


def test_a_subclass_has_a_constructor_of_its_own() -> None:
    filed = Filed("secrets.json")
    assert vars(filed) == {"path": "secrets.json"}
    assert filed.kids() == ["did:example:bob#key-1"]


@pytest.mark.spec("ADR-05")
@pytest.mark.parametrize("method", [2, 4])
@pytest.mark.parametrize("stored", ["long", "short"])
def test_a_secret_is_found_and_forgotten_under_either_form_of_its_did(
    method: PeerMethod, stored: str
) -> None:
    made = InMemorySecrets()
    did = sync.create_peer_did(made, method=method)
    names = {"long": did, "short": short_form(did)}
    secret = made.get_key(f"{did}#key-1")
    assert secret is not None
    kids = {name: f"{text}#key-1" for name, text in names.items()}
    secrets = InMemorySecrets([secret.renamed(kids[stored])])
    for kid in kids.values():
        found = secrets.get_key(kid)
        assert found is not None
        assert (found.kid, found.public_key) == (kids[stored], secret.public_key)
        assert kid in secrets
    assert secrets.get_keys([*kids.values(), f"{did}#key-2"]) == list(kids.values())
    other = next(kid for name, kid in kids.items() if name != stored)
    secrets.add_key(secret.renamed(other))
    assert (len(secrets), secrets.kids()) == (1, [other])
    assert secrets.remove_key(kids[stored])
    assert other not in secrets


@pytest.mark.spec("ADR-05", "KID-09")
def test_a_recipient_with_its_long_form_opens_messages_to_the_short_form() -> None:
    made = InMemorySecrets()
    did = sync.create_peer_did(made, method=4)
    resolver = LocalResolver()
    short = resolver.remember(did)
    packed = sync.DIDCommMessaging(resolver=resolver).pack(hello(to=[short]), to=short)
    own_secret = made.get_key(f"{did}#key-1")
    assert own_secret is not None
    # its resolver has seen neither form, so that only the store can know that they are one
    recipient = sync.DIDCommMessaging(InMemorySecrets([own_secret.renamed(f"{did}#key-1")]), LocalResolver())
    assert recipient.unpack(packed.message).metadata.encrypted_to == (f"{short}#key-1",)
