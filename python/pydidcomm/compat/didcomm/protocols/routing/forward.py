"""Forward messages as objects; see `wrap_in_forward` and `unpack_forward` of pydidcomm."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import attrs

import pydidcomm
from pydidcomm.compat.didcomm import _fields
from pydidcomm.compat.didcomm._given import convert_message
from pydidcomm.compat.didcomm._resolving import run, run_with_each
from pydidcomm.compat.didcomm.common.types import JSON, JSON_OBJ, DIDCommMessageProtocolTypes
from pydidcomm.compat.didcomm.core.defaults import DEF_ENC_ALG_ANON
from pydidcomm.compat.didcomm.core.serialization import json_str_to_dict
from pydidcomm.compat.didcomm.core.types import DIDCOMM_ORG_DOMAIN, DIDCommGeneratorType, EncryptResult
from pydidcomm.compat.didcomm.core.utils import get_did, is_did_or_did_url
from pydidcomm.compat.didcomm.errors import (
    DIDCommError,
    DIDCommValueError,
    DIDDocNotResolvedError,
    InvalidDIDDocError,
    MalformedMessageCode,
    MalformedMessageError,
)
from pydidcomm.compat.didcomm.message import Attachment, AttachmentDataJson, GenericMessage, Headers
from pydidcomm.compat.didcomm.unpack import plaintext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydidcomm.compat.didcomm.common.algorithms import AnonCryptAlg
    from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig

__all__ = [
    "DIDCOMM_ORG_DOMAIN",
    "PROFILE_DIDCOMM_AIP1",
    "PROFILE_DIDCOMM_AIP2_ENV_RFC19",
    "PROFILE_DIDCOMM_AIP2_ENV_RFC587",
    "PROFILE_DIDCOMM_V2",
    "ROUTING_PROTOCOL_MSG_TYPES",
    "ROUTING_PROTOCOL_NAME",
    "ROUTING_PROTOCOL_VER_CURRENT",
    "ForwardBody",
    "ForwardMessage",
    "ForwardPackResult",
    "ForwardResult",
    "find_did_service",
    "is_forward",
    "resolve_did_services_chain",
    "unpack_forward",
    "wrap_in_forward",
]

ROUTING_PROTOCOL_NAME = "routing"
ROUTING_PROTOCOL_VER_CURRENT = "2.0"

PROFILE_DIDCOMM_AIP1 = "didcomm/aip1"
PROFILE_DIDCOMM_AIP2_ENV_RFC19 = "didcomm/aip2;env=rfc19"
PROFILE_DIDCOMM_AIP2_ENV_RFC587 = "didcomm/aip2;env=rfc587"
PROFILE_DIDCOMM_V2 = "didcomm/v2"

_MOST_SERVICES = 2
"""The recipient's, and that of a mediator."""


class ROUTING_PROTOCOL_MSG_TYPES(Enum):  # noqa: N801, the name in the original
    """The messages of the protocol."""

    FORWARD = "forward"


@attrs.define(slots=False, on_setattr=[])
class ForwardBody:
    """The next hop of a forward."""

    next: str = attrs.field(validator=_fields.a_did_or_did_url)


def _has_forwarded_message(value: Any) -> bool:  # noqa: ANN401
    match value:
        case [Attachment(data=AttachmentDataJson(json=dict()))]:
            return True
        case _:
            return False


def _is_forward_type(value: str) -> bool:
    return pydidcomm.same_message_type(value, DIDCommMessageProtocolTypes.FORWARD.value)


@attrs.define(slots=False, on_setattr=[])
class ForwardMessage(GenericMessage[ForwardBody]):
    """A forward with one message in it; see `pydidcomm.Forwarded`, which may have more."""

    type: str = attrs.field(
        validator=[
            _fields.a(str),
            _fields.that(_is_forward_type, "is not the type of a forward"),
        ],
        default=DIDCommMessageProtocolTypes.FORWARD.value,
    )
    attachments: list[Attachment] = attrs.field(  # pyright: ignore[reportIncompatibleVariableOverride], the original narrows it too
        kw_only=True, validator=_fields.that(_has_forwarded_message, "is not one attached message")
    )

    @staticmethod
    def _body_from_dict(body: JSON_OBJ) -> ForwardBody:
        try:
            return ForwardBody(**body)
        except (TypeError, ValueError) as error:
            raise MalformedMessageError(MalformedMessageCode.INVALID_PLAINTEXT) from error

    @property
    def forwarded_msg(self) -> JSON_OBJ:
        """The message to forward."""
        forwarded: Any = self.attachments[0].data
        return cast("JSON_OBJ", forwarded.json)


@attrs.define(slots=False, on_setattr=[])
class ForwardPackResult:
    """A message wrapped for mediators: the outermost forward, and its envelope."""

    msg: ForwardMessage
    msg_encrypted: EncryptResult


@dataclass
class ForwardResult:
    """The contents of a forward; see `pydidcomm.Forwarded`.

    Attributes:
        forward_msg: The forward.
        forwarded_msg: The message in it.
        forwarded_msg_encrypted_to: The keys that the forward was encrypted to.
    """

    forward_msg: ForwardMessage
    forwarded_msg: JSON_OBJ
    forwarded_msg_encrypted_to: list[str] | None = None


async def find_did_service(resolvers_config: ResolversConfig, to: str, service_id: str | None = None) -> Any:  # noqa: ANN401
    """Return the first service of the DID for DIDComm v2, or the one with the id; None where there is none.

    Packing chooses among all services and endpoints automatically; see `pydidcomm.Packed.deliveries`.

    Raises:
        DIDDocNotResolvedError: The DID does not resolve.
        InvalidDIDDocError: No service has the id, or it is not for DIDComm v2.
    """
    did = get_did(to)
    document = await resolvers_config.did_resolver.resolve(did)
    if document is None:
        raise DIDDocNotResolvedError(did)
    if not service_id:
        return next(filter(_takes_v2, document.service or []), None)
    service = document.get_didcomm_service(service_id)
    if service is None:
        message = f"service with service id '{service_id}' not found for DID '{to}'"
        raise InvalidDIDDocError(message)
    if not _takes_v2(service):
        message = f"service with service id '{service_id}' for DID '{to}' does not accept didcomm/v2 profile"
        raise InvalidDIDDocError(message)
    return service


def _takes_v2(service: Any) -> bool:  # noqa: ANN401
    # services of other types, and those in the form of v2.1, have no `accept` themselves
    return PROFILE_DIDCOMM_V2 in (getattr(service, "accept", None) or ())


async def resolve_did_services_chain(
    resolvers_config: ResolversConfig,
    to: str,
    service_id: str | None = None,
    did_recursion: bool = False,  # noqa: FBT001, FBT002, the signature of the original
) -> list[Any]:
    """Return the services on the route to the DID, beginning with the one with a URI.

    Packing finds longer routes automatically; see `pydidcomm.Delivery.route`.

    Raises:
        InvalidDIDDocError: A mediator has no service, or its endpoint is a DID.
        NotImplementedError: The same, with `did_recursion`.
    """
    service = await find_did_service(resolvers_config, to, service_id)
    chain = [] if service is None else [service]
    while chain and is_did_or_did_url(mediator := str(chain[0].service_endpoint)):
        if len(chain) == _MOST_SERVICES:
            last = chain[-1].service_endpoint
            message = f"mediator '{last}' defines alternative endpoint '{mediator}' recursively"
            raise (NotImplementedError if did_recursion else InvalidDIDDocError)(message)
        service = await find_did_service(resolvers_config, mediator)
        if service is None:
            message = f"mediator '{mediator}' service doc not found"
            raise InvalidDIDDocError(message)
        chain.insert(0, service)
    return chain


async def find_keys_and_anoncrypt(
    msg: JSON_OBJ, to: str, alg: AnonCryptAlg, resolvers_config: ResolversConfig
) -> EncryptResult:
    """Encrypt a message by anoncrypt for all keys of a DID on one curve, or for one key."""
    config = pydidcomm.PackEncryptedConfig(enc_alg_anon=pydidcomm.AnonCryptAlg[alg.name], forward=False)
    packed = await run(
        resolvers_config,
        lambda own: pydidcomm.DIDCommMessaging(own.secrets_resolver, own.did_resolver).pack(
            convert_message(msg), to=to, anonymous=True, config=config
        ),
        own_kids=(),
    )
    return EncryptResult(json_str_to_dict(packed.packed_msg), list(packed.to_kids))


async def wrap_in_forward(  # noqa: PLR0913, PLR0917, the arguments of the original
    resolvers_config: ResolversConfig,
    packed_msg: JSON_OBJ,
    to: str,
    routing_keys: Sequence[str],
    enc_alg_anon: AnonCryptAlg = DEF_ENC_ALG_ANON,
    headers: Headers | None = None,
    didcomm_id_generator: DIDCommGeneratorType | None = None,
) -> ForwardPackResult | None:
    """Wrap a message in one forward for each routing key, the first outermost; None without routing keys.

    Each forward is a message of its own, which `pydidcomm.pack_encrypted` encrypts; where the caller
    does not need these messages, `pydidcomm.wrap_in_forward` does it at once.
    """
    wrapped: ForwardPackResult | None = None
    for place in reversed(range(len(routing_keys))):
        following = [*routing_keys[place + 1 :], to][0]
        inner = packed_msg if wrapped is None else wrapped.msg_encrypted.msg
        message = ForwardMessage(
            id=didcomm_id_generator,
            body=ForwardBody(next=following),
            type=DIDCommMessageProtocolTypes.FORWARD.value,
            attachments=[Attachment(data=AttachmentDataJson(cast("Any", inner)))],
            **(headers or {}),
        )
        encrypted = await find_keys_and_anoncrypt(
            message.as_dict(), routing_keys[place], enc_alg_anon, resolvers_config
        )
        wrapped = ForwardPackResult(message, encrypted)
    return wrapped


async def unpack_forward(
    resolvers_config: ResolversConfig,
    packed_msg: JSON | JSON_OBJ,
    decrypt_by_all_keys: bool,  # noqa: FBT001, the signature of the original
) -> ForwardResult:
    """Unpack a forward as a mediator; see `pydidcomm.unpack_forward`."""
    if not isinstance(cast("Any", packed_msg), (str, dict)):
        message = f"unexpected type of packed_message: '{type(packed_msg)}'"
        raise DIDCommValueError(message)
    forwarded = await run_with_each(
        resolvers_config,
        lambda own: pydidcomm.unpack_forward(own, packed_msg),
        lambda result: result.metadata.encrypted_to,
        every=decrypt_by_all_keys,
    )
    forward = ForwardMessage.from_dict(plaintext(forwarded.message))
    encrypted_to = forwarded.metadata.encrypted_to
    return ForwardResult(forward, forward.forwarded_msg, None if encrypted_to is None else list(encrypted_to))


def is_forward(msg: JSON_OBJ | JSON | bytes) -> bool:
    """Return whether this is the plaintext of a forward with one message."""
    try:
        if isinstance(msg, dict):
            ForwardMessage.from_dict(copy.deepcopy(msg))
        else:
            ForwardMessage.from_json(msg)
    except DIDCommError:
        return False
    return True
