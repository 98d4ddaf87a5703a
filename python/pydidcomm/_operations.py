"""The operations behind both faces, the awaited and the synchronous one."""

import time
from collections.abc import Mapping
from typing import Any, TypeGuard

from pydidcomm import _core
from pydidcomm._core import Attachment, InMemorySecrets, LocalResolver, Message, Operation
from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters, ResolversConfig, UnpackConfig
from pydidcomm.resolvers import PrefixResolver

_PACK = PackEncryptedConfig()
_UNPACK = UnpackConfig()


def signed(resolvers: ResolversConfig, message: Message | Mapping[str, Any], sign_frm: str) -> Operation:
    """Prepares `pack_signed`."""
    return _core.pack_signed(message, sign_frm, *_known(resolvers))


def encrypted(  # noqa: PLR0913, PLR0917, the arguments of `pack_encrypted`
    resolvers: ResolversConfig,
    message: Message | Mapping[str, Any],
    to: str,
    frm: str | None,
    sign_frm: str | None,
    config: PackEncryptedConfig | None,
    parameters: PackEncryptedParameters | None,
) -> Operation:
    """Prepares `pack_encrypted`."""
    config = config or _PACK
    return _core.pack_encrypted(
        message,
        to,
        frm,
        sign_frm,
        None if parameters is None else parameters.from_prior_issuer_kid,
        config.enc_alg_anon,
        config.protect_sender_id,
        config.authcrypt_signed,
        config.anoncrypt_authcrypt_signed,
        config.curves,
        config.every_curve,
        *_known(resolvers),
    )


def unpacked(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `unpack`."""
    config = config or _UNPACK
    return _core.unpack(packed_msg, config.prepared, *_known(resolvers, config.now))


def attachment_signed(
    resolvers: ResolversConfig,
    attachment: Attachment,
    sign_frm: str,
    content: bytes | None,
    *,
    compact: bool,
) -> Operation:
    """Prepares `sign_attachment`."""
    return _core.sign_attachment(attachment, sign_frm, content, compact, *_known(resolvers))


def attachment_verified(
    resolvers: ResolversConfig, attachment: Attachment, content: bytes | None
) -> Operation:
    """Prepares `verify_attachment`."""
    return _core.verify_attachment(attachment, content, *_known(resolvers))


def time_of(resolvers: ResolversConfig) -> int:
    """The time, in whole seconds since the epoch."""
    return int(time.time() if resolvers.clock is None else resolvers.clock())


def _known(
    resolvers: ResolversConfig, now: int | None = None
) -> tuple[InMemorySecrets | None, LocalResolver | None, list[str], int | None]:
    """What the core can answer by itself, and the time; a subclass may answer otherwise, so it is asked."""
    secrets, resolver = resolvers.secrets_resolver, resolvers.did_resolver
    local: LocalResolver | None = None
    prefixes: list[str] = []
    if type(resolver) is LocalResolver:
        local, prefixes = resolver, ["did:"]
    elif _routes(resolver):
        local, prefixes = resolver.local()
    if now is None and resolvers.clock is not None:
        now = int(resolvers.clock())
    return (secrets if type(secrets) is InMemorySecrets else None), local, prefixes, now


def _routes(resolver: object) -> TypeGuard[PrefixResolver]:
    return type(resolver) is PrefixResolver
