"""Pack plaintext messages; see `pydidcomm.pack_plaintext`."""

from dataclasses import dataclass

import pydidcomm
from pydidcomm.compat.didcomm._given import convert_message
from pydidcomm.compat.didcomm._resolving import run
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.common.types import JSON_OBJ
from pydidcomm.compat.didcomm.message import Message

__all__ = ["PackPlaintextParameters", "PackPlaintextResult", "pack_plaintext"]


async def pack_plaintext(
    resolvers_config: ResolversConfig,
    message: Message | JSON_OBJ,
    pack_params: "PackPlaintextParameters | None" = None,  # noqa: ARG001, nothing is signed here
) -> "PackPlaintextResult":
    """Pack a message as plaintext; see `pydidcomm.pack_plaintext`."""
    packed = await run(
        resolvers_config, lambda own: pydidcomm.pack_plaintext(own, convert_message(message)), own_kids=()
    )
    return PackPlaintextResult(packed_msg=packed.packed_msg)


@dataclass(frozen=True)
class PackPlaintextResult:
    """A plaintext message.

    Attributes:
        packed_msg: The text for the wire.
        from_prior_issuer_kid: The key that signed `from_prior`; always None.
    """

    packed_msg: str
    from_prior_issuer_kid: str | None = None


@dataclass
class PackPlaintextParameters:
    """Further parameters of a message.

    Attributes:
        from_prior_issuer_kid: Ignored: a message that is not encrypted announces no rotation.
    """

    from_prior_issuer_kid: str | None = None
