"""Pack encrypted messages; see `pydidcomm.pack_encrypted`."""

from dataclasses import dataclass

import pydidcomm
from pydidcomm.compat.didcomm._given import convert_message, write_parties
from pydidcomm.compat.didcomm._resolving import run
from pydidcomm.compat.didcomm.common.algorithms import AnonCryptAlg, AuthCryptAlg
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.common.types import JSON_OBJ
from pydidcomm.compat.didcomm.core.defaults import DEF_ENC_ALG_ANON, DEF_ENC_ALG_AUTH
from pydidcomm.compat.didcomm.core.types import DIDCommGeneratorType
from pydidcomm.compat.didcomm.core.utils import didcomm_id_generator_default
from pydidcomm.compat.didcomm.message import Headers, Message
from pydidcomm.compat.didcomm.protocols.routing.forward import resolve_did_services_chain

__all__ = [
    "PackEncryptedConfig",
    "PackEncryptedParameters",
    "PackEncryptedResult",
    "ServiceMetadata",
    "pack_encrypted",
]


async def pack_encrypted(  # noqa: PLR0913, PLR0917, the arguments of the original
    resolvers_config: ResolversConfig,
    message: Message | JSON_OBJ,
    to: str,
    frm: str | None = None,
    sign_frm: str | None = None,
    pack_config: "PackEncryptedConfig | pydidcomm.PackEncryptedConfig | None" = None,
    pack_params: "PackEncryptedParameters | pydidcomm.PackEncryptedParameters | None" = None,
) -> "PackEncryptedResult":
    """Encrypt a message for one recipient; see `pydidcomm.pack_encrypted`.

    `pack_config` and `pack_params` may be objects of pydidcomm, which have more options.
    """
    own_config = _config(pack_config or PackEncryptedConfig(), both=frm is not None and sign_frm is not None)
    own_params = _params(pack_params or PackEncryptedParameters())
    packed = await run(
        resolvers_config,
        lambda own: pydidcomm.DIDCommMessaging(own.secrets_resolver, own.did_resolver).pack(
            convert_message(message),
            to=to,
            frm=frm,
            anonymous=frm is None,
            sign_frm=sign_frm,
            config=own_config,
            params=own_params,
        ),
        own_kids=(frm, sign_frm, own_params.from_prior_issuer_kid),
    )
    write_parties(message, sender=frm or sign_frm, signed=sign_frm is not None, to=to)
    service = packed.service_metadata
    goes_to = service and ServiceMetadata(service.id, service.service_endpoint)
    if not own_config.forward and goes_to is None:
        # the original returns the endpoint of the mediator for an unwrapped message too
        chain = await resolve_did_services_chain(resolvers_config, to, own_params.forward_service_id)
        goes_to = ServiceMetadata(chain[-1].id, chain[0].service_endpoint) if chain else None
    return PackEncryptedResult(
        packed_msg=packed.packed_msg,
        to_kids=list(packed.to_kids),
        from_kid=packed.from_kid,
        sign_from_kid=packed.sign_from_kid,
        from_prior_issuer_kid=packed.from_prior_issuer_kid,
        service_metadata=goes_to,
    )


def _config(
    config: "PackEncryptedConfig | pydidcomm.PackEncryptedConfig", *, both: bool
) -> pydidcomm.PackEncryptedConfig:
    if isinstance(config, pydidcomm.PackEncryptedConfig):
        return config
    return pydidcomm.PackEncryptedConfig(
        enc_alg_anon=pydidcomm.AnonCryptAlg[config.enc_alg_anon.name],
        protect_sender_id=config.protect_sender_id,
        # the original uses authcrypt(sign) for a message with a sender and a signer
        authcrypt_signed=both,
        anoncrypt_authcrypt_signed=both and config.protect_sender_id,
        forward=config.forward,
    )


def _params(
    params: "PackEncryptedParameters | pydidcomm.PackEncryptedParameters",
) -> pydidcomm.PackEncryptedParameters:
    if isinstance(params, pydidcomm.PackEncryptedParameters):
        return params
    return pydidcomm.PackEncryptedParameters(
        from_prior_issuer_kid=params.from_prior_issuer_kid,
        forward_service_id=params.forward_service_id,
        forward_headers=params.forward_headers,
    )


@dataclass(frozen=True)
class ServiceMetadata:
    """The destination of a message.

    Attributes:
        id: The id of the recipient's service.
        service_endpoint: The URI of the endpoint.
    """

    id: str
    service_endpoint: str


@dataclass(frozen=True)
class PackEncryptedResult:
    """An encrypted message.

    Attributes:
        packed_msg: The text for the wire.
        to_kids: The keys that the message is encrypted to.
        from_kid: The key that authenticates the sender.
        sign_from_kid: The key that signed.
        from_prior_issuer_kid: The key that signed `from_prior`.
        service_metadata: The destination of the message.
    """

    packed_msg: str
    to_kids: list[str]
    from_kid: str | None
    sign_from_kid: str | None
    from_prior_issuer_kid: str | None = None
    service_metadata: ServiceMetadata | None = None


@dataclass
class PackEncryptedConfig:
    """The options of encryption; see `pydidcomm.PackEncryptedConfig`.

    Attributes:
        enc_alg_auth: The content encryption of authcrypt, with one value.
        enc_alg_anon: The content encryption of anoncrypt.
        protect_sender_id: Whether to hide the sender by an anoncrypt layer.
        forward: Whether to wrap the message for mediators.
    """

    enc_alg_auth: AuthCryptAlg = DEF_ENC_ALG_AUTH
    enc_alg_anon: AnonCryptAlg = DEF_ENC_ALG_ANON
    protect_sender_id: bool = False
    forward: bool = True


@dataclass
class PackEncryptedParameters:
    """Further parameters of a message; see `pydidcomm.PackEncryptedParameters`.

    Attributes:
        forward_headers: Headers of every forward.
        forward_service_id: The id of the recipient's service to use.
        forward_didcomm_id_generator: Ignored: forwards get new UUIDs as ids.
        from_prior_issuer_kid: The key that signs `from_prior`.
    """

    forward_headers: Headers | None = None
    forward_service_id: str | None = None
    forward_didcomm_id_generator: DIDCommGeneratorType | None = didcomm_id_generator_default
    from_prior_issuer_kid: str | None = None
