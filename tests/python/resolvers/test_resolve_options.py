"""Options of resolvers: a document that is stale in a cache, one of an earlier time, and unproved senders."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DecryptionError,
    DIDCommMessaging,
    DidDeactivatedError,
    DIDResolverWithOptions,
    InMemorySecrets,
    InvalidSignatureError,
    KeyNotFoundError,
    PrefixResolver,
    Resolved,
    ResolveOptions,
    ResolversConfig,
    Secret,
    UnpackConfig,
    sync,
)
from support.parties import hello, results

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio

ALICE, BOB, OLD = "did:example:alice", "did:example:bob", "did:example:old"
NOW = 1_700_000_000
DAY = 24 * 60 * 60


class Owner:
    """A DID whose owner replaces its keys now and then."""

    def __init__(self, did: str) -> None:
        self.did = did
        self.secrets = InMemorySecrets()
        self.document: dict[str, Any] = {}
        self.deactivated = False
        self.new_keys("1")

    def new_keys(self, name: str) -> None:
        """Replace both keys."""
        agreement = Secret.generate("X25519", kid=f"{self.did}#agree-{name}")
        signing = Secret.generate("Ed25519", kid=f"{self.did}#sign-{name}")
        for kid in self.document.get("keyAgreement", []) + self.document.get("authentication", []):
            self.secrets.remove_key(kid)
        self.secrets.add_key(agreement)
        self.secrets.add_key(signing)
        methods = [
            {"id": one.kid, "type": "Multikey", "controller": self.did, "publicKeyMultibase": multikey}
            for one, multikey in (
                (agreement, agreement.public_multikey()),
                (signing, signing.public_multikey()),
            )
        ]
        self.document = {
            "id": self.did,
            "verificationMethod": methods,
            "keyAgreement": [agreement.kid],
            "authentication": [signing.kid],
        }

    @property
    def answer(self) -> Any:  # noqa: ANN401, either kind of answer
        return Resolved(self.document, deactivated=True) if self.deactivated else self.document


class Cache:
    """Answers from its cache unless a fresh document is requested."""

    def __init__(self, *owners: Owner) -> None:
        self.owners = {owner.did: owner for owner in owners}
        self.requests: list[tuple[str, ResolveOptions]] = []
        self.earlier: dict[str, Any] = {}
        self.cached: dict[str, Any] = {did: copy.deepcopy(owner.answer) for did, owner in self.owners.items()}

    def answer(self, did: str, options: ResolveOptions) -> Any:  # noqa: ANN401
        self.requests.append((did, options))
        if options.version_time is not None:
            return self.earlier.get(did)
        if options.fresh:
            self.cached[did] = self.owners[did].answer
        return self.cached.get(did)

    async def resolve(self, did: str, /, options: ResolveOptions = ResolveOptions()) -> Any:  # noqa: ANN401, B008
        await anyio.lowlevel.checkpoint()
        return self.answer(did, options)

    @property
    def fresh(self) -> list[str]:
        """The DIDs for which a fresh document was requested."""
        return [did for did, options in self.requests if options.fresh]


class PlainCache:
    """The same without options."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
        return self.cache.answer(did, ResolveOptions())


@pytest.fixture
def peer() -> Owner:
    return Owner(ALICE)


@pytest.fixture
def own() -> Owner:
    return Owner(BOB)


def parties(peer: Owner, own: Owner, cache: Any) -> tuple[DIDCommMessaging, DIDCommMessaging]:  # noqa: ANN401
    """The peer, which knows its own keys, and the party behind the cache."""
    current = Cache(peer, own)
    return DIDCommMessaging(peer.secrets, current), DIDCommMessaging(own.secrets, cache)


@pytest.mark.parametrize("name", ["1", "2"], ids=["same kid", "new kid"])
@pytest.mark.parametrize("signed", [False, True], ids=["authcrypt", "signed"])
async def test_a_rotated_key_is_found_by_one_fresh_request(
    peer: Owner, own: Owner, name: str, *, signed: bool
) -> None:
    cache = Cache(peer, own)
    peer.new_keys(name)
    alice, bob = parties(peer, own, cache)
    if signed:
        packed = (await alice.pack_signed(hello(to=[BOB]), sign_frm=ALICE)).text
    else:
        packed = (await alice.pack(hello(), to=BOB, frm=ALICE)).text
    assert (await bob.unpack(packed)).sender == ALICE
    assert cache.fresh == [ALICE]


@pytest.mark.parametrize("name", ["1", "2"], ids=["same kid", "new kid"])
@pytest.mark.parametrize("signed", [False, True], ids=["authcrypt", "signed"])
async def test_a_resolver_without_options_is_called_once(
    peer: Owner, own: Owner, name: str, *, signed: bool
) -> None:
    cache = Cache(peer, own)
    peer.new_keys(name)
    alice, bob = parties(peer, own, PlainCache(cache))
    if signed:
        packed = (await alice.pack_signed(hello(to=[BOB]), sign_frm=ALICE)).text
    else:
        packed = (await alice.pack(hello(), to=BOB, frm=ALICE)).text
    with pytest.raises((KeyNotFoundError, InvalidSignatureError, DecryptionError)):
        await bob.unpack(packed)
    assert [did for did, _ in cache.requests] == [ALICE]


async def test_a_message_is_packed_for_a_key_that_the_cache_does_not_have(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    peer.new_keys("2")
    alice, bob = parties(peer, own, cache)
    packed = await bob.pack(hello(), to=f"{ALICE}#agree-2")
    assert (await alice.unpack(packed.text)).message.body == {"msg": "Hi"}
    assert cache.fresh == [ALICE]
    each = results(await bob.pack_to_each(hello(), to=[f"{ALICE}#agree-2", BOB]))
    assert len(each) == 2


async def test_own_keys_that_the_cache_does_not_have_sign_and_authenticate(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    own.new_keys("2")
    alice, bob = parties(peer, own, cache)
    packed = await bob.pack(hello(), to=ALICE, frm=f"{BOB}#agree-2")
    assert (await alice.unpack(packed.text)).sender == BOB
    cache.cached[BOB] = {"id": BOB}
    signed = await bob.pack_signed(hello(to=[ALICE]), sign_frm=BOB)
    assert (await alice.unpack(signed.text)).sender == BOB


async def test_each_forged_message_requests_a_fresh_document_once(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    mallory = Owner(ALICE)
    forger, bob = parties(mallory, own, cache)
    forged = (await forger.pack_signed(hello(to=[BOB]), sign_frm=ALICE)).text
    with pytest.raises(InvalidSignatureError):
        await bob.unpack(forged)
    assert [options.fresh for _, options in cache.requests] == [False, True]
    cache.requests.clear()
    encrypted = (await forger.pack(hello(), to=BOB, frm=ALICE)).text
    with pytest.raises(DecryptionError):
        await bob.unpack(encrypted)
    assert [options.fresh for _, options in cache.requests] == [False, True]
    cache.requests.clear()
    # two layers that name one DID make one question
    both = (await forger.pack(hello(), to=BOB, sign_frm=f"{ALICE}#sign-1")).text
    with pytest.raises(InvalidSignatureError):
        await bob.unpack(both)
    assert [options.fresh for _, options in cache.requests] == [False, True]


async def test_forged_messages_in_a_batch_share_their_requests(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    forger, bob = parties(Owner(ALICE), own, cache)
    forged = [(await forger.pack_signed(hello(to=[BOB]), sign_frm=ALICE)).text for _ in range(20)]
    results(await bob.unpack_many(forged))
    assert [options.fresh for _, options in cache.requests] == [False, True]


async def test_a_fresh_answer_that_the_did_is_deactivated_counts(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    peer.new_keys("2")
    alice, bob = parties(peer, own, cache)
    packed = (await alice.pack(hello(), to=BOB, frm=ALICE)).text
    peer.deactivated = True
    with pytest.raises(DidDeactivatedError):
        await bob.unpack(packed)


async def test_the_did_of_a_message_is_unproved_and_that_of_the_program_is_not(
    peer: Owner, own: Owner
) -> None:
    cache = Cache(peer, own)
    alice, bob = parties(peer, own, cache)
    await bob.unpack((await alice.pack(hello(), to=BOB, frm=ALICE)).text)
    await bob.unpack((await alice.pack_signed(hello(to=[BOB]), sign_frm=ALICE)).text)
    assert {options.unproved for _, options in cache.requests} == {True}
    cache.requests.clear()
    await bob.pack(hello(), to=ALICE, frm=BOB)
    assert {options.unproved for _, options in cache.requests} == {False}


@pytest.mark.parametrize("days", [0, 29, 31])
async def test_a_did_that_was_deactivated_after_the_rotation_is_resolved_at_the_time_of_the_rotation(
    peer: Owner, own: Owner, days: int
) -> None:
    old = Owner(OLD)
    for secret in (old.document["keyAgreement"], old.document["authentication"]):
        peer.secrets.add_key(old.secrets.get_key(secret[0]))  # type: ignore[arg-type]
    at = NOW - days * DAY
    current = Cache(peer, own, old)
    alice = DIDCommMessaging(peer.secrets, current, clock=lambda: NOW)
    packed = (await alice.rotate(to=BOB, old=OLD, new=ALICE, at=at)).text
    cache = Cache(peer, own, old)
    cache.earlier[OLD] = old.document
    cache.cached[OLD] = Resolved(old.document, deactivated=True)
    bob = DIDCommMessaging(own.secrets, cache, clock=lambda: NOW)
    if days < 30:
        assert (await bob.unpack(packed)).relationship_change is not None
        assert (OLD, ResolveOptions(version_time=at, unproved=True)) in cache.requests
        if days:
            with pytest.raises(DidDeactivatedError):
                await bob.unpack(packed, config=UnpackConfig(max_ending_age=days * DAY - 1))
    else:
        with pytest.raises(DidDeactivatedError):
            await bob.unpack(packed)
    # a resolver that cannot find old versions leaves the DID deactivated
    plain = DIDCommMessaging(own.secrets, PlainCache(cache), clock=lambda: NOW)
    with pytest.raises(DidDeactivatedError):
        await plain.unpack(packed)


async def test_a_rotation_by_a_key_that_was_removed_is_refused_whatever_time_it_names(
    peer: Owner, own: Owner
) -> None:
    old = Owner(OLD)
    for kids in (old.document["keyAgreement"], old.document["authentication"]):
        peer.secrets.add_key(old.secrets.get_key(kids[0]))  # type: ignore[arg-type]
    alice = DIDCommMessaging(peer.secrets, Cache(peer, own, old), clock=lambda: NOW)
    packed = (await alice.rotate(to=BOB, old=OLD, new=ALICE, at=NOW - DAY)).text
    cache = Cache(peer, own, old)
    cache.earlier[OLD] = old.document
    old.new_keys("2")
    cache.cached[OLD] = old.document
    bob = DIDCommMessaging(own.secrets, cache, clock=lambda: NOW)
    with pytest.raises(KeyNotFoundError):
        await bob.unpack(packed)


async def test_a_prefix_resolver_passes_options_on_where_they_are_taken(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    peer.new_keys("2")
    alice, bob = parties(peer, own, PrefixResolver({"did:example:": cache, "did:web:": PlainCache(cache)}))
    packed = (await alice.pack(hello(), to=BOB, frm=ALICE)).text
    assert (await bob.unpack(packed)).sender == ALICE
    assert cache.fresh == [ALICE]
    plain = PrefixResolver({"did:example:": PlainCache(Cache(Owner(ALICE), own)), "did:": cache})
    _, bob = parties(peer, own, plain)
    cache.requests.clear()
    with pytest.raises(KeyNotFoundError):
        await bob.unpack(packed)
    assert cache.requests == []


async def test_a_parameter_of_another_library_is_not_filled_in(peer: Owner, own: Owner) -> None:
    class Other:
        async def resolve(self, did: str, options: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
            assert options is None
            return {ALICE: peer, BOB: own}[did].document

    alice, bob = parties(peer, own, Other())
    assert (await bob.unpack((await alice.pack(hello(), to=BOB, frm=ALICE)).text)).sender == ALICE


@pytest.mark.parametrize("kind", ["inherits", "annotated", "no default"])
async def test_a_resolver_declares_that_it_takes_options(peer: Owner, own: Owner, kind: str) -> None:
    seen: list[object] = []

    class Inherits(DIDResolverWithOptions):
        async def resolve(self, did, /, options=ResolveOptions()):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, B008
            seen.append(options)
            return {ALICE: peer, BOB: own}[did].document

    class Annotated:
        async def resolve(self, did: str, /, options: ResolveOptions | None = None) -> Any:  # noqa: ANN401
            seen.append(options)
            return {ALICE: peer, BOB: own}[did].document

    class NoDefault:
        def resolve(self, did: str, options: Any) -> Any:  # noqa: ANN401
            seen.append(options)
            return {ALICE: peer, BOB: own}[did].document

    kinds: dict[str, Callable[[], Any]] = {
        "inherits": Inherits,
        "annotated": Annotated,
        "no default": NoDefault,
    }
    _, bob = parties(peer, own, kinds[kind]())
    await bob.pack(hello(), to=ALICE)
    assert seen == [ResolveOptions()]


async def test_the_documents_of_a_party_are_resolved_with_options(peer: Owner, own: Owner) -> None:
    cache = Cache(peer, own)
    _, bob = parties(peer, own, cache)
    await bob.resolve(ALICE, options=ResolveOptions(fresh=True))
    assert cache.fresh == [ALICE]
    plain = DIDCommMessaging(own.secrets, PlainCache(cache))
    assert (await plain.resolve(ALICE, options=ResolveOptions(fresh=True))).id == ALICE


def test_a_fresh_request_is_made_without_an_event_loop(peer: Owner, own: Owner) -> None:
    class Plain:
        def __init__(self, cache: Cache) -> None:
            self.cache = cache

        def resolve(self, did: str, /, options: ResolveOptions = ResolveOptions()) -> Any:  # noqa: ANN401, B008
            return self.cache.answer(did, options)

    cache = Cache(peer, own)
    peer.new_keys("2")
    alice = sync.DIDCommMessaging(peer.secrets, Plain(Cache(peer, own)))
    bob = sync.DIDCommMessaging(own.secrets, Plain(cache))
    packed = alice.pack(hello(), to=BOB, frm=ALICE).text
    assert bob.unpack(packed).sender == ALICE
    assert cache.fresh == [ALICE]
    assert bob.resolve(ALICE, options=ResolveOptions(fresh=True)).id == ALICE


def test_a_copied_config_uses_its_own_resolver(peer: Owner, own: Owner) -> None:
    config = ResolversConfig(secrets_resolver=own.secrets, did_resolver=Cache(peer, own))
    assert copy.copy(config).resolver_with_options is config.did_resolver
