"""Pack signed messages; see `pydidcomm.pack_signed`."""

from dataclasses import dataclass

import pydidcomm
from pydidcomm.compat.didcomm._given import convert_message, write_parties
from pydidcomm.compat.didcomm._resolving import run
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.common.types import JSON_OBJ
from pydidcomm.compat.didcomm.message import Message

__all__ = ["PackSignedParameters", "PackSignedResult", "pack_signed"]


async def pack_signed(
    resolvers_config: ResolversConfig,
    message: Message | JSON_OBJ,
    sign_frm: str,
    pack_params: "PackSignedParameters | None" = None,  # noqa: ARG001, no rotation is announced here
) -> "PackSignedResult":
    """Sign a message without encrypting it; see `pydidcomm.pack_signed`."""
    packed = await run(
        resolvers_config,
        lambda own: pydidcomm.pack_signed(own, convert_message(message), sign_frm),
        own_kids=(sign_frm,),
    )
    write_parties(message, sender=sign_frm, signed=True)
    return PackSignedResult(packed_msg=packed.packed_msg, sign_from_kid=packed.sign_from_kid)


@dataclass(frozen=True)
class PackSignedResult:
    """A signed message.

    Attributes:
        packed_msg: The text for the wire.
        sign_from_kid: The key that signed.
        from_prior_issuer_kid: The key that signed `from_prior`; always None.
    """

    packed_msg: str
    sign_from_kid: str
    from_prior_issuer_kid: str | None = None


@dataclass
class PackSignedParameters:
    """Further parameters of a message.

    Attributes:
        from_prior_issuer_kid: Ignored: a message that is not encrypted announces no rotation.
    """

    from_prior_issuer_kid: str | None = None
