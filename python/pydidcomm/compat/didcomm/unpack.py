"""Unpack messages; see `pydidcomm.unpack`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pydidcomm
from pydidcomm.compat.didcomm._resolving import run_with_each
from pydidcomm.compat.didcomm.common.algorithms import AnonCryptAlg, AuthCryptAlg, SignAlg
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.common.types import JSON, JSON_OBJ
from pydidcomm.compat.didcomm.errors import DIDCommValueError
from pydidcomm.compat.didcomm.message import Message

__all__ = ["Metadata", "UnpackConfig", "UnpackResult", "unpack"]


async def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: JSON | JSON_OBJ,
    unpack_config: "UnpackConfig | pydidcomm.UnpackConfig | None" = None,
    deserializer: Callable[[JSON_OBJ], Any] = Message.from_dict,
) -> "UnpackResult":
    """Unpack a message, and verify everything that it claims; see `pydidcomm.unpack`.

    `deserializer` creates the message from the JSON object of the plaintext. `unpack_config` may be a
    `pydidcomm.UnpackConfig`, which has more options.
    """
    if not isinstance(cast("Any", packed_msg), (str, dict)):
        message = f"unexpected type of packed_message: '{type(packed_msg)}'"
        raise DIDCommValueError(message)
    config = unpack_config or UnpackConfig()
    own_config = _config(config)
    received = await run_with_each(
        resolvers_config,
        lambda own: pydidcomm.unpack(own, packed_msg, own_config),
        lambda result: result.metadata.encrypted_to,
        every=isinstance(config, UnpackConfig) and config.expect_decrypt_by_all_keys,
    )
    return UnpackResult(deserializer(plaintext(received.message)), _convert_metadata(received.metadata))


def _config(config: "UnpackConfig | pydidcomm.UnpackConfig") -> pydidcomm.UnpackConfig:
    if isinstance(config, pydidcomm.UnpackConfig):
        return config
    return pydidcomm.UnpackConfig(unwrap_re_wrapping_forward=config.unwrap_re_wrapping_forward)


def plaintext(message: pydidcomm.Message) -> JSON_OBJ:
    """Return the JSON object of an unpacked message, with `from_prior` as claims."""
    headers = message.as_dict()
    if isinstance(message.from_prior, pydidcomm.FromPrior):
        headers["from_prior"] = message.from_prior.as_dict()
    return headers


def _convert_metadata(proved: pydidcomm.Metadata) -> "Metadata":
    auth, anon, sign = proved.enc_alg_auth, proved.enc_alg_anon, proved.sign_alg
    return Metadata(
        encrypted=proved.encrypted,
        authenticated=proved.authenticated,
        non_repudiation=proved.non_repudiation,
        anonymous_sender=proved.anonymous_sender,
        re_wrapped_in_forward=proved.re_wrapped_in_forward,
        encrypted_from=proved.encrypted_from,
        encrypted_to=None if proved.encrypted_to is None else list(proved.encrypted_to),
        sign_from=proved.sign_from,
        from_prior_issuer_kid=proved.from_prior_issuer_kid,
        enc_alg_auth=None if auth is None else AuthCryptAlg[auth.name],
        enc_alg_anon=None if anon is None else AnonCryptAlg[anon.name],
        sign_alg=None if sign is None else SignAlg[sign.name],
        signed_message=proved.signed_message,
        from_prior_jwt=proved.from_prior_jwt,
    )


@dataclass(frozen=True)
class UnpackResult:
    """A message, and what was proved about it.

    Attributes:
        message: The result of the deserializer, by default a `Message`.
        metadata: What was proved.
    """

    message: Any
    metadata: "Metadata"


@dataclass
class Metadata:
    """What was proved about a message; see `pydidcomm.Metadata`.

    Attributes:
        encrypted: Whether the message was encrypted.
        authenticated: Whether `frm` of the message is proved.
        non_repudiation: Whether third parties can verify the author.
        anonymous_sender: Whether the envelope hid the sender.
        re_wrapped_in_forward: Whether a mediator had wrapped it in a forward to the recipient.
        encrypted_from: The kid of the sender.
        encrypted_to: The kids of the recipients.
        sign_from: The kid of the signer.
        from_prior_issuer_kid: The key that signed `from_prior`.
        enc_alg_auth: The content encryption of authcrypt.
        enc_alg_anon: The content encryption of anoncrypt.
        sign_alg: The algorithm of the signature.
        signed_message: The signed layer as it arrived.
        from_prior_jwt: The `from_prior` token as it arrived.
    """

    encrypted: bool
    authenticated: bool
    non_repudiation: bool
    anonymous_sender: bool
    re_wrapped_in_forward: bool = False
    encrypted_from: str | None = None
    encrypted_to: list[str] | None = None
    sign_from: str | None = None
    from_prior_issuer_kid: str | None = None
    enc_alg_auth: AuthCryptAlg | None = None
    enc_alg_anon: AnonCryptAlg | None = None
    sign_alg: SignAlg | None = None
    signed_message: str | None = None
    from_prior_jwt: str | None = None


@dataclass(frozen=True)
class UnpackConfig:
    """The options of unpacking; see `pydidcomm.UnpackConfig`.

    Attributes:
        expect_decrypt_by_all_keys: Whether every available secret must decrypt the message; pydidcomm also
            requires the secrets of all recipient keys.
        unwrap_re_wrapping_forward: Whether to open a forward addressed to the recipient itself.
    """

    expect_decrypt_by_all_keys: bool = False
    unwrap_re_wrapping_forward: bool = True
