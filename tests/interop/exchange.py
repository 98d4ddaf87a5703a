"""Packing and unpacking on either side, in one vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from parties import Json, Kind, Party, resolvers
from peers import ALL_FACTS, Profile
from pydidcomm import (
    AnonCryptAlg,
    FromPrior,
    Message,
    PackEncryptedConfig,
    ResolversConfig,
    UnpackConfig,
    pack_encrypted,
    pack_plaintext,
    pack_signed,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peer_process import Peer
    from pydidcomm.config import KidIn


@dataclass(frozen=True)
class Mode:
    """The layers around a plaintext."""

    name: str
    frm: bool = False
    sign: bool = False
    protect: bool = False
    encrypt: bool = True
    enc: str = "A256CBC-HS512"
    auth_enc: str = "A256CBC-HS512"
    """The content encryption of authcrypt: of one peer alone another than the specification's."""
    curves: Sequence[str] = PackEncryptedConfig().curves
    """The curves that pydidcomm packs on."""


@dataclass(frozen=True)
class Cast:
    """Who takes part; `reader` is the recipient with the secrets that it holds."""

    kind: Kind
    sender: Party
    recipient: Party
    reader: Party
    prior: Party | None = None
    strangers: tuple[Party, ...] = ()

    def known(self) -> list[Party]:
        return [self.recipient, *self.senders()]

    def senders(self) -> list[Party]:
        """The secrets of the party that packs."""
        return [self.sender, *([] if self.prior is None else [self.prior]), *self.strangers]


@dataclass(frozen=True)
class Opened:
    """What a side read: the plaintext, the claims of `from_prior`, and what it says about the envelope."""

    message: Json
    from_prior: Json | None
    facts: Json


def there(cast: Cast, holders: list[Party]) -> Json:
    """The part of a request that says what the peer knows."""
    return {
        "documents": {party.did: party.document for party in cast.known() if party.document},
        "secrets": [jwk for party in holders for jwk in party.secrets],
        "peerdid": cast.kind.peerdid,
    }


def here(cast: Cast, holders: list[Party]) -> ResolversConfig:
    """The same for our side."""
    return resolvers(cast.kind, cast.known(), holders)


async def pack_here(
    cast: Cast, mode: Mode, plaintext: Json, from_prior: Json | None, profile: Profile = "didcomm/v2"
) -> str:
    """Our envelope."""
    config = here(cast, cast.senders())
    message = Message.from_dict(plaintext)
    if from_prior is not None:
        message = message.replace(from_prior=FromPrior(**from_prior))
    if not mode.encrypt and not mode.sign:
        return (await pack_plaintext(config, message)).packed_msg
    if not mode.encrypt:
        kid_in: KidIn = "protected" if profile == "veramo" else "header"
        return (await pack_signed(config, message, cast.sender.did, kid_in=kid_in)).packed_msg
    packed = await pack_encrypted(
        config,
        message,
        to=cast.recipient.did,
        frm=cast.sender.did if mode.frm else None,
        sign_frm=cast.sender.did if mode.sign else None,
        config=PackEncryptedConfig(
            enc_alg_anon=AnonCryptAlg(mode.enc),
            protect_sender_id=mode.protect,
            authcrypt_signed=mode.frm and mode.sign,
            curves=mode.curves,
            profile=profile,
        ),
    )
    return packed.packed_msg


async def pack_there(peer: Peer, cast: Cast, mode: Mode, plaintext: Json, from_prior: Json | None) -> str:
    """The peer's envelope."""
    message = plaintext if from_prior is None else {**plaintext, "from_prior": from_prior}
    command = "pack_encrypted" if mode.encrypt else "pack_signed" if mode.sign else "pack_plaintext"
    packed: str = await peer.ask(
        command,
        **there(cast, cast.senders()),
        message=message,
        to=cast.recipient.did,
        frm=cast.sender.did if mode.frm else None,
        sign_frm=cast.sender.did if mode.sign else None,
        protect=mode.protect,
        enc=mode.enc,
        auth_enc=mode.auth_enc,
        forward=False,
    )
    return packed


async def assemble_there(
    peer: Peer, cast: Cast, layers: tuple[Json, ...], plaintext: Json, from_prior: tuple[str, Json] | None
) -> str:
    """An envelope of the peer's layers, put together below the checks of its API."""
    signed = None if from_prior is None else {"kid": from_prior[0], "claims": from_prior[1]}
    packed: str = await peer.ask(
        "assemble",
        **there(cast, cast.senders()),
        message=plaintext,
        from_prior=signed,
        layers=layers,
        enc="A256CBC-HS512",
    )
    return packed


async def unpack_here(
    cast: Cast, packed: str, *, all_keys: bool = False, accepted: frozenset[str] = frozenset()
) -> Opened:
    """What we read."""
    config = UnpackConfig(expect_decrypt_by_all_keys=all_keys, accept_profiles=accepted)
    result = await unpack(here(cast, [cast.reader]), packed, config)
    prior = result.message.from_prior
    return Opened(
        message=_comparable(result.message.as_dict()),
        from_prior=prior.as_dict() if isinstance(prior, FromPrior) else None,
        facts={fact: _plain(getattr(result.metadata, fact)) for fact in ALL_FACTS},
    )


async def unpack_there(peer: Peer, cast: Cast, packed: str, *, all_keys: bool = False) -> Opened:
    """What the peer reads."""
    result = await peer.ask("unpack", **there(cast, [cast.reader]), packed=packed, all_keys=all_keys)
    return Opened(
        message=_comparable(result["message"]),
        from_prior=result["message"].get("from_prior"),
        facts={fact: result["metadata"].get(fact) for fact in peer.implementation.facts},
    )


def _comparable(message: Json) -> Json:
    """The plaintext without what a side may add: its own media type, and a thread that is the message."""
    left_out = {"typ", "from_prior", *(["thid"] if message.get("thid") == message["id"] else [])}
    return {header: value for header, value in message.items() if header not in left_out}


def _plain(fact: Any) -> Any:  # noqa: ANN401, whatever the metadata holds
    return fact.value if isinstance(fact, Enum) else fact
