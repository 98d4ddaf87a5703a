"""Wrap and unpack forward messages, for mediators and their clients."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import routing
from pydidcomm._core import Forwarded, PackedForward
from pydidcomm._party.party import Party
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.config import UnpackConfig

__all__ = ["Forwarding"]


class Forwarding(Party):
    """Wraps and unpacks forward messages."""

    async def unpack_forward(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> Forwarded:
        """Unpack a forward as a mediator; see `pydidcomm.unpack_forward`.

        Args:
            packed_msg: The forward as it arrived, as text, bytes or parsed JSON.
            config: The requirements and limits.

        Raises:
            MalformedMessageError: The message is not a forward, or it lacks `next` or the attachments.
            DIDCommError: The forward cannot be unpacked, or violates `config`; see `unpack`.
        """
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
        """Wrap a message in one forward for each routing key; see `pydidcomm.wrap_in_forward`.

        Args:
            packed_msg: The encrypted message.
            to: The next hop of the last mediator: a DID, or the DID URL of a key.
            routing_keys: The keys of the mediators, the outermost first: DID URLs of keys, or DIDs.
            enc_alg_anon: The content encryption of every layer.
            headers: Headers of every forward, for instance `expires_time` and `delay_milli`.

        Raises:
            MalformedMessageError: `packed_msg` is not encrypted, so that a mediator could read it.
            ValueError: `routing_keys` is empty, or `headers` has a header that the forward sets itself.
            NotFoundError: The DID or the key of a mediator was not found.
        """
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
        """Wrap the attached message of a forward again, as a mediator; see `pydidcomm.rewrap`.

        Args:
            payload: The attached message.
            next_hop: The recipient, from `next` of the forward.
            routing_keys: The keys of further mediators, the outermost first.
            enc_alg_anon: The content encryption of every layer.
            headers: Headers of every forward.

        Raises:
            MalformedMessageError: `payload` is not an encrypted message.
            ValueError: `headers` has a header that the forward sets itself.
            NotFoundError: The DID or the key of the recipient or of a mediator was not found.
        """
        return await routing.rewrap(
            self.resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers
        )
