"""Wrap and unpack forward messages, for mediators and their clients."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import routing
from pydidcomm._core import Forwarded, PackedForward
from pydidcomm._party.party import Party
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.config import UnpackConfig


class Forwarding(Party):
    """Reads and writes forwards."""

    async def unpack_forward(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> Forwarded:
        """What a mediator is asked to hand on, and to whom; see `pydidcomm.unpack_forward`."""
        return await routing.unpack_forward(self.resolvers_config, packed_msg, config)

    async def wrap_in_forward(
        self,
        packed_msg: str | bytes | Mapping[str, Any],
        *,
        to: str,
        routing_keys: Sequence[str],
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """An encrypted message in one forward for each routing key; see `pydidcomm.wrap_in_forward`."""
        return await routing.wrap_in_forward(
            self.resolvers_config, packed_msg, to, routing_keys, enc_alg_anon, headers
        )

    async def rewrap(
        self,
        payload: str | bytes | Mapping[str, Any],
        next_hop: str,
        routing_keys: Sequence[str] = (),
        *,
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """What a forward carried, wrapped once more before it is handed on; see `pydidcomm.rewrap`."""
        return await routing.rewrap(
            self.resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers
        )
