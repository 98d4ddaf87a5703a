"""The functions of the tutorial, without `await`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import _core, _new_dids, _operations
from pydidcomm._admission import admitted_sync
from pydidcomm._core import (
    Attachment,
    Forwarded,
    LocalResolver,
    Message,
    Packed,
    PackedForward,
    PackedPlaintext,
    PackedSigned,
    Secret,
    UnpackResult,
    V1Message,
)
from pydidcomm._drive import drive_sync, now
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.attachments import AttachmentSignature
from pydidcomm.config import (
    KidIn,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
)
from pydidcomm.key_did import new_jwk_did, new_key_did
from pydidcomm.outcome import Outcome, outcomes
from pydidcomm.peer_did import PeerDid, PeerMethod, remember
from pydidcomm.resolvers import KeyMaker, NewKey, SecretsStore


def pack_plaintext(
    resolvers_config: ResolversConfig,  # noqa: ARG001, one signature for all packing functions
    message: Message | Mapping[str, Any],
) -> PackedPlaintext:
    """The message as anybody can read and change it; see `pydidcomm.pack_plaintext`."""
    return _core.pack_plaintext(message)


def pack_signed(
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    sign_frm: str,
    *,
    kid_in: KidIn = "header",
) -> PackedSigned:
    """The message signed; see `pydidcomm.pack_signed`."""
    operation = _operations.signed(resolvers_config, message, sign_frm, kid_in)
    result: PackedSigned = drive_sync(operation, resolvers_config)
    _operations.warn_of_missing_to(message)
    return result


def pack_encrypted(  # noqa: PLR0913, PLR0917, the arguments that the tutorial has
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: str,
    frm: str | None = None,
    sign_frm: str | None = None,
    config: PackEncryptedConfig | None = None,
    params: PackEncryptedParameters | None = None,
) -> Packed:
    """The message encrypted for one recipient; see `pydidcomm.pack_encrypted`.

    Example:
        >>> from pydidcomm import InMemorySecrets, LocalResolver, Message, ResolversConfig
        >>> from pydidcomm.sync import create_peer_did, pack_encrypted, unpack
        >>> secrets = InMemorySecrets()
        >>> resolvers = ResolversConfig(secrets_resolver=secrets, did_resolver=LocalResolver())
        >>> hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        >>> packed = pack_encrypted(resolvers, hello, to=create_peer_did(secrets))
        >>> unpack(resolvers, packed.packed_msg).message.body
        {'msg': 'Hi Bob'}
    """
    operation = _operations.encrypted(resolvers_config, message, to, frm, sign_frm, config, params)
    result: Packed = drive_sync(operation, resolvers_config)
    _operations.warn_of_anonymity(message, frm, sign_frm)
    return result


def pack_encrypted_to_each(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted`
    resolvers_config: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: Sequence[str],
    frm: str | None = None,
    sign_frm: str | None = None,
    config: PackEncryptedConfig | None = None,
    params: PackEncryptedParameters | None = None,
) -> list[Outcome[Packed]]:
    """One message encrypted for each of several recipients; see `pydidcomm.pack_encrypted_to_each`."""
    operation = _operations.encrypted_to_each(resolvers_config, message, to, frm, sign_frm, config, params)
    entries = drive_sync(operation, resolvers_config)
    _operations.warn_of_anonymity(message, frm, sign_frm)
    return outcomes(entries)


def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> UnpackResult:
    """The message inside of all its layers, and what was proved about it; see `pydidcomm.unpack`."""
    operation = _operations.unpacked(resolvers_config, packed_msg, config)
    received: UnpackResult = drive_sync(operation, resolvers_config)
    return admitted_sync(received, resolvers_config, config)


def receive(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> UnpackResult | V1Message:
    """Unpack a message of DIDComm v2 or of v1; see `pydidcomm.receive`."""
    operation = _operations.received(resolvers_config, packed_msg, config)
    received: UnpackResult | V1Message = drive_sync(operation, resolvers_config)
    return admitted_sync(received, resolvers_config, config)


def sign_attachment(
    resolvers_config: ResolversConfig,
    attachment: Attachment,
    sign_frm: str,
    content: bytes | None = None,
    *,
    compact: bool = False,
) -> Attachment:
    """The attachment with a detached signature over its content; see `pydidcomm.sign_attachment`."""
    operation = _operations.attachment_signed(
        resolvers_config, attachment, sign_frm, content, compact=compact
    )
    result: Attachment = drive_sync(operation, resolvers_config)
    return result


def verify_attachment(
    resolvers_config: ResolversConfig,
    attachment: Attachment,
    content: bytes | None = None,
    *,
    signer: str | None = None,
) -> AttachmentSignature:
    """Verify the signature of an attachment; see `pydidcomm.verify_attachment`."""
    operation = _operations.attachment_verified(resolvers_config, attachment, content, signer)
    return AttachmentSignature(*drive_sync(operation, resolvers_config))


def unpack_forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> Forwarded:
    """What a mediator is asked to hand on, and to whom; see `pydidcomm.unpack_forward`."""
    operation = _operations.forwarded(resolvers_config, packed_msg, config)
    result: Forwarded = drive_sync(operation, resolvers_config)
    admitted_sync(result.received, resolvers_config, config)
    return result


def wrap_in_forward(  # noqa: PLR0913, PLR0917, the arguments that other implementations have
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
    enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
    headers: Mapping[str, Any] | None = None,
) -> PackedForward:
    """An encrypted message in one forward for each routing key; see `pydidcomm.wrap_in_forward`."""
    operation = _operations.wrapped(resolvers_config, packed_msg, to, routing_keys, enc_alg_anon, headers)
    result: PackedForward = drive_sync(operation, resolvers_config)
    return result


def rewrap(  # noqa: PLR0913, PLR0917, the arguments of `wrap_in_forward`
    resolvers_config: ResolversConfig,
    payload: str | bytes | Mapping[str, Any],
    next_hop: str,
    routing_keys: Sequence[str] = (),
    enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
    headers: Mapping[str, Any] | None = None,
) -> PackedForward:
    """What a forward carried, wrapped once more by the mediator; see `pydidcomm.rewrap`."""
    operation = _operations.rewrapped(
        resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers
    )
    result: PackedForward = drive_sync(operation, resolvers_config)
    return result


def create_peer_did(  # noqa: PLR0913, all but the counts are named
    secrets: SecretsStore | KeyMaker,
    auth_keys_count: int = 1,
    agreement_keys_count: int = 1,
    *,
    method: PeerMethod = 2,
    auth_curves: Sequence[str] = ("Ed25519",),
    agreement_curves: Sequence[str] = ("X25519",),
    service_endpoint: str | None = None,
    routing_keys: Sequence[str] = (),
    accept: Sequence[str] = ("didcomm/v2",),
    services: Sequence[Mapping[str, Any]] = (),
    resolver: LocalResolver | None = None,
) -> str:
    """A new did:peer, its secrets kept in the store; see `pydidcomm.create_peer_did`."""
    plan = PeerDid(
        auth_keys_count=auth_keys_count,
        agreement_keys_count=agreement_keys_count,
        method=method,
        auth_curves=auth_curves,
        agreement_curves=agreement_curves,
        service_endpoint=service_endpoint,
        routing_keys=routing_keys,
        accept=accept,
        services=services,
    )
    if isinstance(secrets, KeyMaker):
        wanted = plan.wanted(resolver)
        new = plan.encode(wanted, _made(secrets, wanted))
        did = _stored(secrets, new)
        remember(resolver, method, new.known)
        return did
    did, created, known = plan.create(resolver)
    _keep(secrets, created)
    remember(resolver, method, known)
    return did


def create_key_did(secrets: SecretsStore | KeyMaker, *, curve: str = "Ed25519") -> str:
    """A new did:key, its secrets kept in the store; see `pydidcomm.create_key_did`."""
    if isinstance(secrets, KeyMaker):
        return _stored(secrets, _new_dids.key_did(_made(secrets, _new_dids.wanted_for("did:key", curve))))
    did, created = new_key_did(curve)
    _keep(secrets, created)
    return did


def create_jwk_did(secrets: SecretsStore | KeyMaker, *, curve: str = "P-256") -> str:
    """A new did:jwk, its secret kept in the store; see `pydidcomm.create_jwk_did`."""
    if isinstance(secrets, KeyMaker):
        return _stored(secrets, _new_dids.jwk_did(_made(secrets, _new_dids.wanted_for("did:jwk", curve))))
    did, created = new_jwk_did(curve)
    _keep(secrets, created)
    return did


def _keep(secrets: SecretsStore, created: Sequence[Secret]) -> None:
    add_keys = getattr(secrets, "add_keys", None)
    for done in [add_keys(created)] if add_keys is not None else map(secrets.add_key, created):
        now(done)


def _made(secrets: KeyMaker, wanted: _new_dids.Wanted) -> list[NewKey]:
    return [now(secrets.make_key(curve, use)) for curve, use in wanted]


def _stored(secrets: KeyMaker, new: _new_dids.MadeDid) -> str:
    now(secrets.store_did(new.did, new.keys, new.long_forms))
    return new.did
