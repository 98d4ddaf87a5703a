"""Private keys that are found in one call, by name or by public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemorySecrets,
    LocalResolver,
    PublicKey,
    Secret,
    SecretNotFoundError,
    SecretQuery,
    SecretsFinder,
    UnpackConfig,
    sync,
    v1,
)
from support.parties import hello, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from support.parties import Documents, Party

pytestmark = pytest.mark.anyio


class Plain:
    """Finds keys in one call, and has the two other methods only because it must."""

    def __init__(self, secrets: InMemorySecrets) -> None:
        self.secrets = secrets
        self.queries: list[list[SecretQuery]] = []

    def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401, also wrong answers
        self.queries.append(list(queries))
        return {one.kid: self.secrets.get_key(one.kid) for one in queries}

    def get_key(self, kid: str, /) -> Secret | None:
        raise AssertionError(kid)

    def get_keys(self, kids: list[str], /) -> list[str]:
        raise AssertionError(kids)


class Awaited(Plain):
    """The same with a coroutine function."""

    async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        return super().find(queries)


class ByPublicKey(Awaited):
    """A wallet that knows its keys by their public half, under names of its own."""

    def __init__(self, secrets: list[Secret]) -> None:
        super().__init__(InMemorySecrets())
        self.available = {secret.public_multikey(): secret for secret in secrets}

    async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        self.queries.append(list(queries))
        keys = {one.kid: one.public_key for one in queries if one.public_key is not None}
        return {kid: self.available.get(key.multikey()) for kid, key in keys.items()}


@pytest.mark.parametrize("kind", [Plain, Awaited])
async def test_the_keys_of_a_message_are_found_in_one_call(
    alice: Party, bob: Party, documents: Documents, kind: type[Plain]
) -> None:
    finder = kind(bob.secrets)
    packed = await DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did, frm=alice.did)
    receiver = DIDCommMessaging(finder, documents)
    assert (await receiver.unpack(packed.text)).sender == alice.did
    assert finder.queries == [[SecretQuery(kid) for kid in bob.kids]]
    finder.queries.clear()
    every = UnpackConfig(expect_decrypt_by_all_keys=True)
    assert (await receiver.unpack(packed.text, config=every)).sender == alice.did
    assert [result.sender for result in await received(receiver, packed.text)] == [alice.did]
    assert len(finder.queries) == 2


async def received(party: DIDCommMessaging, text: str) -> list[Any]:
    """The messages of a batch of one."""
    return list(results(await party.unpack_many([text])))


async def test_a_query_has_the_public_key_where_it_is_known(
    alice: Party, documents: Documents, bob: Party
) -> None:
    keys = [Secret(key.secret_jwk) for key in (*alice.agreement, alice.signing)]
    wallet = ByPublicKey([key.renamed(f"did:example:wallet#{place}") for place, key in enumerate(keys)])
    party = DIDCommMessaging(wallet, documents)
    packed = await party.pack(hello(), to=bob.did, frm=alice.did)
    assert documents.unpack(bob, packed.text).sender == alice.did
    signed = await party.pack_signed(hello(to=[bob.did]), sign_frm=alice.did)
    assert documents.unpack(bob, signed.text).sender == alice.did
    requests = [one.public_key.multikey() for queries in wallet.queries for one in queries if one.public_key]
    assert requests == [alice.key.multikey, alice.signing.multikey]


async def test_a_query_of_v1_has_the_ed25519_key() -> None:
    secrets = InMemorySecrets()
    verkey = await v1.create_verkey(secrets)
    finder = Awaited(secrets)
    party = DIDCommMessaging(finder, LocalResolver())
    packed = await v1.pack(party.resolvers_config, {"@id": "1"}, [verkey], verkey)
    result = await v1.unpack(party.resolvers_config, packed.text)
    assert result.sender_verkey == verkey
    keys = {one.public_key.curve for queries in finder.queries for one in queries if one.public_key}
    assert keys == {"Ed25519"}
    assert all(one.public_key for queries in finder.queries for one in queries)


class Shows:
    """An external key that shows a public key."""

    def __init__(self, secret: Secret, public_key: Any) -> None:  # noqa: ANN401, also what is none
        self.secret, self.public_key = secret, public_key

    def agree(self, _public_key: PublicKey, /) -> bytes:
        raise AssertionError(self.secret)


async def test_a_public_key_that_an_answer_shows_is_compared_with_the_document(
    alice: Party, bob: Party, documents: Documents
) -> None:
    class Wrong(Awaited):
        async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
            await anyio.lowlevel.checkpoint()
            secret = Secret.generate("X25519", kid=queries[0].kid)
            return {queries[0].kid: Shows(secret, secret.public_key)}

    party = DIDCommMessaging(Wrong(alice.secrets), documents)
    with pytest.raises(ValueError, match="does not match the public key in the DID document"):
        await party.pack(hello(), to=bob.did, frm=alice.did)
    verkey = await v1.create_verkey(InMemorySecrets())
    with pytest.raises(ValueError, match="is the secret of another key"):
        await v1.pack(party.resolvers_config, {"@id": "1"}, [verkey], verkey)


async def test_a_public_key_of_another_kind_is_ignored(
    alice: Party, bob: Party, documents: Documents
) -> None:
    class Foreign(Awaited):
        async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
            await anyio.lowlevel.checkpoint()
            return {queries[0].kid: Shows(Secret.generate("X25519"), b"not a PublicKey")}

    party = DIDCommMessaging(Foreign(alice.secrets), documents)
    with pytest.raises(AssertionError):
        await party.pack(hello(), to=bob.did, frm=alice.did)


@pytest.mark.parametrize("answer", [{}, {"did:example:other#x": None}])
async def test_missing_keys_are_omitted_or_none(
    alice: Party, bob: Party, documents: Documents, answer: Mapping[str, Any]
) -> None:
    class Empty(Awaited):
        async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
            await anyio.lowlevel.checkpoint()
            return {**answer, queries[0].kid: None}

    packed = await DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did)
    with pytest.raises(SecretNotFoundError):
        await DIDCommMessaging(Empty(bob.secrets), documents).unpack(packed.text)


async def test_an_answer_that_is_not_a_mapping_is_a_type_error(
    alice: Party, bob: Party, documents: Documents
) -> None:
    class Listed(Awaited):
        async def find(self, queries: Sequence[SecretQuery], /) -> Any:  # noqa: ANN401
            await anyio.lowlevel.checkpoint()
            return [one.kid for one in queries]

    packed = await DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did)
    with pytest.raises(TypeError, match="must return a dict of secrets by kid, got list"):
        await DIDCommMessaging(Listed(bob.secrets), documents).unpack(packed.text)


async def test_a_diagnosis_finds_keys_in_the_same_way(alice: Party, bob: Party, documents: Documents) -> None:
    packed = await DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did, frm=alice.did)
    assert (await DIDCommMessaging(Awaited(bob.secrets), documents).diagnose(packed)).failed == ()
    assert sync.DIDCommMessaging(Plain(bob.secrets), documents).diagnose(packed).failed == ()


def test_without_an_event_loop_keys_are_found_in_one_call(
    alice: Party, bob: Party, documents: Documents
) -> None:
    finder = Plain(bob.secrets)
    assert isinstance(finder, SecretsFinder)
    packed = sync.DIDCommMessaging(alice.secrets, documents).pack(hello(), to=bob.did, frm=alice.did)
    assert sync.DIDCommMessaging(finder, documents).unpack(packed.text).sender == alice.did
    assert len(finder.queries) == 1
