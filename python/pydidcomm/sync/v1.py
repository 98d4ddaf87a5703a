"""DIDComm v1, without `await`; see `pydidcomm.v1`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import _operations
from pydidcomm._admission import admitted_sync
from pydidcomm._core import V1Forwarded, V1Message, V1Packed
from pydidcomm._drive import drive_sync, now
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.resolvers import SecretsStore
from pydidcomm.v1 import new_verkey, public_key, verkey

__all__ = [
    "V1Forwarded",
    "V1Message",
    "V1Packed",
    "create_verkey",
    "forward",
    "pack",
    "public_key",
    "unpack",
    "unpack_forward",
    "verkey",
]


def pack(
    resolvers_config: ResolversConfig,
    message: Mapping[str, Any] | str | bytes,
    to: Sequence[str],
    frm: str | None = None,
) -> V1Packed:
    """The message in one envelope for all of the recipients; see `pydidcomm.v1.pack`."""
    operation = _operations.v1_packed(resolvers_config, message, to, frm)
    result: V1Packed = drive_sync(operation, resolvers_config)
    return result


def unpack(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> V1Message:
    """The message inside, and the verkey that is proved to have sent it; see `pydidcomm.v1.unpack`."""
    operation = _operations.v1_unpacked(resolvers_config, packed_msg, config)
    received: V1Message = drive_sync(operation, resolvers_config)
    admitted_sync(received, resolvers_config, config)
    return received


def forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
) -> V1Packed:
    """An encrypted message in one forward for each routing key; see `pydidcomm.v1.forward`."""
    operation = _operations.v1_wrapped(resolvers_config, packed_msg, to, routing_keys)
    result: V1Packed = drive_sync(operation, resolvers_config)
    return result


def unpack_forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> V1Forwarded:
    """What a mediator is asked to hand on, and to whom; see `pydidcomm.v1.unpack_forward`."""
    operation = _operations.v1_forwarded(resolvers_config, packed_msg, config)
    result: V1Forwarded = drive_sync(operation, resolvers_config)
    admitted_sync(result.received, resolvers_config, config)
    return result


def create_verkey(secrets: SecretsStore, seed: bytes | None = None) -> str:
    """The verkey of a new Ed25519 key; see `pydidcomm.v1.create_verkey`."""
    name, secret = new_verkey(seed)
    now(secrets.add_key(secret))
    return name
