"""Prepare the operations of both APIs, asynchronous and synchronous."""

import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from pydidcomm import _core
from pydidcomm._arguments import ArgumentTypeError, ArgumentValueError
from pydidcomm._checks import check_instance, check_mapping, check_several, kind_of
from pydidcomm._context import local_resolver
from pydidcomm._core import (
    Attachment,
    Batch,
    Context,
    Message,
    Operation,
)
from pydidcomm._driver.batch import parts
from pydidcomm._shown import describe
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.config import (
    KidIn,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
    check_resolvers,
)
from pydidcomm.errors import MissingToWarning, UnprovedSenderWarning

__all__ = [
    "check_pack_options",
    "is_local",
    "pack_encrypted",
    "pack_encrypted_to_each",
    "pack_signed",
    "receive",
    "rewrap",
    "sender_of",
    "sign_attachment",
    "time_of",
    "unpack",
    "unpack_forward",
    "unpack_many",
    "unpack_options",
    "v1_forward",
    "v1_pack",
    "v1_unpack",
    "v1_unpack_forward",
    "verify_attachment",
    "warn_of_anonymity",
    "warn_of_missing_to",
    "wrap_in_forward",
]


_Known: TypeAlias = tuple[Context, int]
"""The context of the core, and the time in seconds since the epoch."""

_PARAMETERS = PackEncryptedParameters()
_PACK = PackEncryptedConfig()
_UNPACK = UnpackConfig()
_END_OF_TIME = 2**63
"""The limit of times in the core, which no clock reaches."""
# `out_of_band.INVITATION_TYPE`, without importing its module
_INVITATION = "https://didcomm.org/out-of-band/2.0/invitation"


def pack_signed(
    resolvers: ResolversConfig, message: Message | Mapping[str, Any], sign_frm: str, kid_in: KidIn
) -> Operation:
    """Prepares `pack_signed`."""
    return _core.pack_signed(message, sign_frm, kid_in, _prepare_context(resolvers))


def pack_encrypted(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted`
    resolvers: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: str | Sequence[str],
    frm: str | None,
    sign_frm: str | None,
    config: PackEncryptedConfig | None,
    parameters: PackEncryptedParameters | None,
) -> Operation:
    """Prepares `pack_encrypted`."""
    if not isinstance(to, str):
        reason = f"`to` must be one DID as str, got {type(to).__name__}: use `pack_to_each` for several DIDs"
        raise TypeError(reason)
    return _pack_encrypted(resolvers, message, to, frm, sign_frm, config, parameters)


def _pack_encrypted(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted`
    resolvers: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: str | Sequence[str],
    frm: str | None,
    sign_frm: str | None,
    config: PackEncryptedConfig | None,
    parameters: PackEncryptedParameters | None,
) -> Operation:
    if type(config) is not PackEncryptedConfig or parameters is not None:
        check_pack_options(config, parameters)
    options = (config or _PACK).prepared
    prepared = (parameters or _PARAMETERS).prepared
    return _core.pack_encrypted(message, to, frm, sign_frm, options, prepared, _prepare_context(resolvers))


def sender_of(message: Message | Mapping[str, Any], frm: str | None, *, anonymous: bool) -> str | None:
    """Return the sender for authcrypt: `frm`, or that of the message; None for anoncrypt."""
    if anonymous:
        if frm is not None:
            reason = f"`frm` must be None with `anonymous=True`, got {describe(frm)}: leave one of them out"
            raise ValueError(reason)
        return None
    return _read_sender(message) if frm is None else frm


def warn_of_anonymity(message: Message | Mapping[str, Any], frm: str | None, sign_frm: str | None) -> None:
    """Warns of a message with `frm` that nothing will prove."""
    if frm is None and sign_frm is None and _read_sender(message) is not None:
        text = (
            "the message has `frm`, and the argument `frm` is None: the recipient cannot verify the sender; "
            "pass `frm=message.frm`, or leave `frm` out of the message"
        )
        warnings.warn(text, UnprovedSenderWarning, stacklevel=3)


def warn_of_missing_to(message: Message | Mapping[str, Any]) -> None:
    """Warns of a signed message without `to`, which its readers could pass on to others."""
    to: object = message.to if isinstance(message, Message) else message.get("to")
    if to:
        return
    type_: object = message.type if isinstance(message, Message) else message.get("type")
    if not _core.same_message_type(str(type_), _INVITATION):
        text = (
            "the signed message has no `to`, so recipients refuse it by default; pass the recipients: "
            "`Message(..., to=['did:...'])`"
        )
        warnings.warn(text, MissingToWarning, stacklevel=3)


def _read_sender(message: Message | Mapping[str, Any]) -> str | None:
    if isinstance(message, Message):
        return message.frm
    named = message.get("from") if hasattr(message, "get") else None
    return named if isinstance(named, str) else None


def pack_encrypted_to_each(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted_to_each`
    resolvers: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: Sequence[str],
    frm: str | None,
    sign_frm: str | None,
    config: PackEncryptedConfig | None,
    parameters: PackEncryptedParameters | None,
) -> Operation:
    """Prepares `pack_encrypted_to_each`."""
    if isinstance(to, str):
        reason = "`to` must be a list of DIDs, got str: use `pack` or `pack_encrypted` for one DID"
        raise TypeError(reason)
    if _is_empty(to):
        reason = "`to` must not be empty: name at least one DID"
        raise ValueError(reason)
    return _pack_encrypted(resolvers, message, to, frm, sign_frm, config, parameters)


def _is_empty(to: object) -> bool:
    """Return whether `to` is an empty sequence; callers may pass any object."""
    return isinstance(to, Sequence) and not to


def unpack_options(config: UnpackConfig | None) -> UnpackConfig:
    """Return the options, or the default options for None."""
    if config is None:
        return _UNPACK
    check_instance("config", config, UnpackConfig)
    return config


def check_pack_options(
    config: PackEncryptedConfig | None, parameters: PackEncryptedParameters | None = None
) -> None:
    """Raises TypeError for options of another class."""
    check_instance("config", config, PackEncryptedConfig)
    check_instance("params", parameters, PackEncryptedParameters)


def unpack(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `unpack`."""
    return _core.unpack(packed_msg, *_unpack_arguments(resolvers, config))


def receive(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `receive`."""
    return _core.receive(packed_msg, *_unpack_arguments(resolvers, config))


def _unpack_arguments(
    resolvers: ResolversConfig, config: UnpackConfig | None
) -> tuple[_core.UnpackOptions, bool, _Known]:
    """Return the options, whether a replay key is needed, and the context with the time."""
    config = unpack_options(config)
    # first, since it checks the type of `resolvers`
    known = _prepare_context(resolvers, config.now)
    return config.prepared, resolvers.replay_window is not None, known


def unpack_many(
    resolvers: ResolversConfig,
    packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
    config: UnpackConfig | None,
    threads: int | None,
) -> Iterable[Batch]:
    """Prepares `unpack_many`."""
    check_several("packed_msgs", packed_msgs, "messages", "unpack")
    prepared, window, known = _unpack_arguments(resolvers, config)
    return (Batch.unpacking(part, prepared, window, known, threads) for part in parts(packed_msgs, threads))


def sign_attachment(
    resolvers: ResolversConfig,
    attachment: Attachment,
    sign_frm: str,
    content: bytes | None,
    *,
    compact: bool,
) -> Operation:
    """Prepares `sign_attachment`."""
    return _core.sign_attachment(attachment, sign_frm, content, compact, _prepare_context(resolvers))


def verify_attachment(
    resolvers: ResolversConfig, attachment: Attachment, content: bytes | None, signer: str | None
) -> Operation:
    """Prepares `verify_attachment`."""
    return _core.verify_attachment(attachment, content, signer, _prepare_context(resolvers))


def unpack_forward(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `unpack_forward`."""
    config = unpack_options(config)
    return _core.unpack_forward(packed_msg, config.prepared, _prepare_context(resolvers, config.now))


def wrap_in_forward(  # noqa: PLR0913, PLR0917, the arguments of `wrap_in_forward`
    resolvers: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
    enc_alg_anon: AnonCryptAlg | str,
    headers: Mapping[str, Any] | None,
) -> Operation:
    """Prepares `wrap_in_forward`."""
    if headers is not None:
        check_mapping("headers", headers)
    return _core.wrap_in_forward(
        packed_msg, to, routing_keys, enc_alg_anon, headers, _prepare_context(resolvers)
    )


def rewrap(  # noqa: PLR0913, PLR0917, the arguments of `rewrap`
    resolvers: ResolversConfig,
    payload: str | bytes | Mapping[str, Any],
    next_hop: str,
    routing_keys: Sequence[str],
    enc_alg_anon: AnonCryptAlg | str,
    headers: Mapping[str, Any] | None,
) -> Operation:
    """Prepares `rewrap`."""
    if headers is not None:
        check_mapping("headers", headers)
    return _core.rewrap(payload, next_hop, routing_keys, enc_alg_anon, headers, _prepare_context(resolvers))


def v1_pack(
    resolvers: ResolversConfig, message: Mapping[str, Any] | str | bytes, to: Sequence[str], frm: str | None
) -> Operation:
    """Prepares `v1.pack`."""
    return _core.v1_pack(message, to, frm, _prepare_context(resolvers))


def v1_unpack(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `v1.unpack`."""
    config = unpack_options(config)
    return _core.v1_unpack(packed_msg, config.prepared, _prepare_context(resolvers, config.now))


def v1_forward(
    resolvers: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
) -> Operation:
    """Prepares `v1.forward`."""
    return _core.v1_forward(packed_msg, to, routing_keys, _prepare_context(resolvers))


def v1_unpack_forward(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `v1.unpack_forward`."""
    config = unpack_options(config)
    return _core.v1_unpack_forward(packed_msg, config.prepared, _prepare_context(resolvers, config.now))


def time_of(resolvers: ResolversConfig) -> int:
    """Return the time of the clock in whole seconds since the epoch."""
    if resolvers.clock is None:
        return int(time.time())
    now = cast("object", resolvers.clock())
    if not isinstance(now, int | float):
        reason = f"`clock` must return seconds since the epoch as a number, got {kind_of(now)}"
        raise ArgumentTypeError(reason)
    # also refuses NaN
    if not 0 <= now < _END_OF_TIME:
        reason = f"`clock` must return seconds since the epoch, at least 0, got {now}"
        raise ArgumentValueError(reason)
    return int(now)


def _prepare_context(resolvers: ResolversConfig, now: int | None = None) -> _Known:
    """Return the context of an operation, and the time of its preparation."""
    if type(resolvers) is not ResolversConfig:
        check_resolvers(resolvers)
    if now is None:
        # packing and unpacking use one clock, so a test that freezes `time.time` freezes both
        now = int(time.time()) if resolvers.clock is None else time_of(resolvers)
    return resolvers.prepared, now


def is_local(resolvers: ResolversConfig, did: str) -> bool:
    """Return whether the core resolves the DID without the program's resolver."""
    _, prefixes, exceptions = local_resolver(resolvers.did_resolver)
    return _match_length(prefixes, did) > _match_length(exceptions, did)


def _match_length(prefixes: Sequence[str], did: str) -> int:
    return max((len(prefix) for prefix in prefixes if did.startswith(prefix)), default=-1)
