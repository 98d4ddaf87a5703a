"""The operations behind both faces, the awaited and the synchronous one."""

from collections.abc import Mapping
from typing import Any

from pydidcomm import _core
from pydidcomm._core import Message, Operation
from pydidcomm._drive import known
from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters, ResolversConfig, UnpackConfig

_PACK = PackEncryptedConfig()
_PARAMETERS = PackEncryptedParameters()
_UNPACK = UnpackConfig()


def signed(resolvers: ResolversConfig, message: Message | Mapping[str, Any], sign_frm: str) -> Operation:
    """Prepares `pack_signed`."""
    answers = known(resolvers.secrets_resolver, resolvers.did_resolver)
    return _core.pack_signed(message, sign_frm, **answers)


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
    parameters = parameters or _PARAMETERS
    return _core.pack_encrypted(
        message,
        to,
        frm=frm,
        sign_frm=sign_frm,
        from_prior_issuer_kid=parameters.from_prior_issuer_kid,
        enc_alg_anon=config.enc_alg_anon,
        protect_sender_id=config.protect_sender_id,
        authcrypt_signed=config.authcrypt_signed,
        **known(resolvers.secrets_resolver, resolvers.did_resolver),
    )


def unpacked(
    resolvers: ResolversConfig, packed_msg: str | bytes | Mapping[str, Any], config: UnpackConfig | None
) -> Operation:
    """Prepares `unpack`."""
    config = config or _UNPACK
    return _core.unpack(
        packed_msg,
        expect_decrypt_by_all_keys=config.expect_decrypt_by_all_keys,
        max_bytes=config.max_bytes,
        max_recipients=config.max_recipients,
        **known(resolvers.secrets_resolver, resolvers.did_resolver),
    )
