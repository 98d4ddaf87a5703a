"""DIDs made of keys that a store generates: `KeyMaker`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import pytest

from pydidcomm import (
    DIDCommMessaging,
    KeyMaker,
    LocalResolver,
    NewKey,
    PeerMethod,
    ResolversConfig,
    Secret,
    UnsupportedError,
    create_jwk_did,
    create_key_did,
    create_peer_did,
    short_form,
    sync,
)
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Mapping


class Vault:
    """A `KeyMaker` with plain methods."""

    def __init__(self) -> None:
        self.keys: dict[str, Secret] = {}
        self.long_forms: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []
        self.stored: list[str] = []
        self.full = False

    def get_key(self, kid: str, /) -> Secret | None:
        return self.keys.get(kid)

    def get_keys(self, kids: list[str], /) -> list[str]:
        return [kid for kid in kids if kid in self.keys]

    def make_key(self, curve: str, use: str, /) -> NewKey:
        self.made.append((curve, use))
        key = Secret.generate(curve)
        agreement = None
        if (curve, use) == ("Ed25519", "both"):
            implied = self._implied(key)
            agreement = NewKey(implied.public_key, implied)
        return NewKey(key.public_key, key, agreement)

    @staticmethod
    def _implied(key: Secret) -> Secret:
        """The X25519 key that the Ed25519 key implies."""
        from pydidcomm import _core  # noqa: PLC0415, there is no public name for it

        _, secrets = _core.encode_key_did(key)
        return secrets[1]

    def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str], /) -> None:
        if self.full:
            raise OSError
        self.stored.append(did)
        self.keys |= {kid: key.handle.renamed(kid) for kid, key in keys.items()}
        self.long_forms |= long_forms


class AwaitedVault(Vault):
    """The same with coroutine functions."""

    async def get_key(self, kid: str, /) -> Any:  # type: ignore[override]  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        return super().get_key(kid)

    async def get_keys(self, kids: list[str], /) -> Any:  # type: ignore[override]  # noqa: ANN401
        return super().get_keys(kids)

    async def make_key(self, curve: str, use: str, /) -> Any:  # type: ignore[override]  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        return super().make_key(curve, use)

    async def store_did(self, did: str, keys: Any, long_forms: Any, /) -> None:  # type: ignore[override]  # noqa: ANN401
        await anyio.lowlevel.checkpoint()
        super().store_did(did, keys, long_forms)


def exchanged(vault: Vault, did: str, resolver: LocalResolver | None = None) -> bool:
    """Whether a message of the DID to itself is packed, unpacked and proved."""
    party = sync.DIDCommMessaging(vault, resolver or LocalResolver())
    packed = party.pack(hello(to=[did]), to=did, frm=did)
    received = party.unpack(packed.message)
    return received.metadata.authenticated and bool(received.sender)


METHODS: list[PeerMethod] = [0, 1, 2, 3, 4]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("curve", ["X25519", "P-256"])
def test_a_did_peer_is_made_of_keys_of_the_store(method: PeerMethod, curve: str) -> None:
    vault, resolver = Vault(), LocalResolver()
    did = sync.create_peer_did(
        vault, auth_keys_count=int(method != 0), method=method, agreement_curves=[curve], resolver=resolver
    )
    uses = {0: [(curve, "agreement" if curve == "X25519" else "both")]}
    assert vault.made == uses.get(method, [(curve, "agreement"), ("Ed25519", "authentication")])
    assert vault.stored == [did]
    assert exchanged(vault, did, resolver)
    document = resolver.resolve(did)
    assert document is not None
    assert set(vault.keys) >= {
        f"{short_form(did) if method == 4 else did}#{kid.partition('#')[2]}" for kid in document.key_agreement
    }
    # a program that starts anew reads what is addressed to the short form
    restarted = LocalResolver(long_forms=vault.long_forms)
    if method in {1, 3, 4}:
        assert exchanged(vault, short_form(did), restarted)


@pytest.mark.parametrize(
    ("curve", "use", "keys"),
    [
        ("Ed25519", "both", 2),
        ("X25519", "agreement", 1),
        ("P-256", "both", 1),
        ("P-384", "both", 1),
        ("P-521", "both", 1),
    ],
)
def test_a_did_key_is_made_of_a_key_of_the_store(curve: str, use: str, keys: int) -> None:
    vault = Vault()
    did = sync.create_key_did(vault, curve=curve)
    assert vault.made == [(curve, use)]
    assert len(vault.keys) == keys
    assert exchanged(vault, did)


@pytest.mark.parametrize(
    ("curve", "use"), [("Ed25519", "authentication"), ("X25519", "agreement"), ("P-256", "both")]
)
def test_a_did_jwk_is_made_of_a_key_of_the_store(curve: str, use: str) -> None:
    vault = Vault()
    did = sync.create_jwk_did(vault, curve=curve)
    assert vault.made == [(curve, use)]
    assert list(vault.keys) == [f"{did}#0"]
    if use == "authentication":
        party = sync.DIDCommMessaging(vault)
        signed = party.pack_signed(hello(to=[did]), sign_frm=did)
        assert party.unpack(signed.packed_msg).metadata.sign_from == f"{did}#0"
    else:
        assert exchanged(vault, did)


async def test_a_store_with_coroutine_functions_makes_keys() -> None:
    vault = AwaitedVault()
    resolver = LocalResolver()
    dids = [
        await create_peer_did(vault, method=4, resolver=resolver),
        await create_key_did(vault),
        await create_jwk_did(vault),
    ]
    assert vault.stored == dids
    party = DIDCommMessaging(vault, resolver)
    for did in dids:
        packed = await party.pack(hello(to=[did]), to=did, frm=did)
        assert (await party.unpack(packed.message)).metadata.authenticated
    with pytest.raises(TypeError, match="plain function"):
        sync.create_key_did(AwaitedVault())


async def test_a_party_uses_the_key_maker() -> None:
    vault = Vault()
    party = DIDCommMessaging(vault)
    made = [await party.create_peer_did(), await party.create_key_did(), await party.create_jwk_did()]
    plain = sync.DIDCommMessaging(vault)
    made += [plain.create_peer_did(), plain.create_key_did(), plain.create_jwk_did()]
    assert vault.stored == made
    assert isinstance(vault, KeyMaker)


def test_a_did_whose_keys_were_not_stored_is_not_remembered() -> None:
    vault, resolver = Vault(), LocalResolver()
    vault.full = True
    with pytest.raises(OSError):  # noqa: PT011, it has no text
        sync.create_peer_did(vault, method=4, resolver=resolver)
    assert resolver.long_forms == {}


def test_unsupported_curve_of_the_store_is_raised_to_the_caller() -> None:
    class Poor(Vault):
        def make_key(self, curve: str, use: str, /) -> NewKey:
            raise UnsupportedError(use, curve)

    with pytest.raises(UnsupportedError, match="Ed25519"):
        sync.create_key_did(Poor())


def test_an_ed25519_key_for_both_uses_requires_its_derived_x25519_key() -> None:
    class Careless(Vault):
        def make_key(self, curve: str, use: str, /) -> NewKey:
            return super().make_key(curve, use)._replace(agreement=None)

    with pytest.raises(ValueError, match="agreement"):
        sync.create_key_did(Careless())


def test_arguments_are_checked_before_a_key_is_made() -> None:
    vault = Vault()
    with pytest.raises(ValueError, match="agreement_keys_count"):
        sync.create_peer_did(vault, agreement_keys_count=0)
    with pytest.raises(ValueError, match="only a hash"):
        sync.create_peer_did(vault, method=1)
    assert vault.made == []


def test_a_configuration_takes_a_key_maker() -> None:
    vault = Vault()
    config = ResolversConfig(secrets_resolver=vault, did_resolver=LocalResolver())
    did = sync.create_peer_did(vault)
    packed = sync.pack_encrypted(config, hello(to=[did]), to=did, frm=did)
    assert sync.unpack(config, packed.packed_msg).metadata.authenticated
