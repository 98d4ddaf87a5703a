"""Forward messages: wrap for mediators, and unpack as a mediator."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm._core import Forwarded, PackedForward
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import check_acceptance
from pydidcomm._driver.drive import drive
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.config import ResolversConfig, UnpackConfig

__all__ = ["rewrap", "unpack_forward", "wrap_in_forward"]


async def unpack_forward(
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    config: UnpackConfig | None = None,
) -> Forwarded:
    """What a mediator is asked to hand on, and to whom.

    The sender may be anonymous or not. What is attached is handed out as it came, unread.
    DIDComm v2.1, section "Mediator Process".

    Args:
        resolvers_config: Where DID documents and secrets come from.
        packed_msg: The forward as it arrived, as text, bytes or parsed JSON.
        config: What to demand and what is too large.

    Raises:
        MalformedMessageError: It is not a forward, or it lacks the next hop or the attachment to hand on.
        DIDCommError: It cannot be unpacked, or is not taken; see `unpack`.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, unpack_forward
        >>> async def main():
        ...     alice, mediator, bob = DIDCommMessaging(), DIDCommMessaging(), DIDCommMessaging()
        ...     mediator_did = await mediator.create_peer_did(service_endpoint="https://mediator.example")
        ...     bob_did = await bob.create_peer_did(service_endpoint=mediator_did)
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        ...     packed = await alice.pack(hello, to=bob_did)
        ...     forwarded = await unpack_forward(mediator.resolvers_config, packed.message)
        ...     received = await bob.unpack(forwarded.messages[0])
        ...     return packed.endpoint(), forwarded.next == bob_did, received.message.body["msg"]
        >>> asyncio.run(main())
        ('https://mediator.example', True, 'Hi Bob')
    """
    operation = operations.unpack_forward(resolvers_config, packed_msg, config)
    result: Forwarded = await drive(operation, resolvers_config)
    await check_acceptance(result.received, resolvers_config, config)
    return result


async def wrap_in_forward(  # noqa: PLR0913, PLR0917, the arguments that other implementations have
    resolvers_config: ResolversConfig,
    packed_msg: str | bytes | Mapping[str, Any],
    to: str,
    routing_keys: Sequence[str],
    enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
    headers: Mapping[str, Any] | None = None,
) -> PackedForward:
    """An encrypted message wrapped in one anonymous forward for each routing key.

    `pack_encrypted` does so by itself where the recipient's document names mediators.
    DIDComm v2.1, section "Sender Process to Enable Forwarding".

    Args:
        resolvers_config: Where DID documents come from.
        packed_msg: The encrypted message.
        to: Who gets it from the last mediator: a DID, or the DID URL of a key.
        routing_keys: Whom to wrap for, the first in the outermost layer: DID URLs of keys, or DIDs for all
            of their keys on one curve.
        enc_alg_anon: The content encryption of every layer.
        headers: Headers of every forward, for instance `expires_time` and `delay_milli`.

    Raises:
        MalformedMessageError: `packed_msg` is not encrypted; a mediator could read it.
        ValueError: `routing_keys` is empty, or a header is one that every forward has.
        NotFoundError: The DID or the key of a mediator is not there.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, wrap_in_forward
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     bob, mediator = await party.create_peer_did(), await party.create_peer_did()
        ...     packed = await party.pack(Message(type="https://example.org/greeting/1.0/hello"), to=bob)
        ...     wrapped = await wrap_in_forward(party.resolvers_config, packed.message, bob, [mediator])
        ...     forwarded = await party.unpack_forward(wrapped.message)
        ...     return forwarded.next == bob, forwarded.messages == (packed.message,)
        >>> asyncio.run(main())
        (True, True)
    """
    operation = operations.wrap_in_forward(
        resolvers_config, packed_msg, to, routing_keys, enc_alg_anon, headers
    )
    result: PackedForward = await drive(operation, resolvers_config)
    return result


async def rewrap(  # noqa: PLR0913, PLR0917, the arguments of `wrap_in_forward`
    resolvers_config: ResolversConfig,
    payload: str | bytes | Mapping[str, Any],
    next_hop: str,
    routing_keys: Sequence[str] = (),
    enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
    headers: Mapping[str, Any] | None = None,
) -> PackedForward:
    """What a forward carried, wrapped once more by the mediator before it hands it on.

    With routing keys that the recipient has registered there is one forward for each. Without them the one
    forward is for the recipient itself, so that the bytes differ at each hop.
    DIDComm v2.1, sections "Mediator Process" and "Rewrapping".

    Args:
        resolvers_config: Where DID documents come from.
        payload: The message that was attached.
        next_hop: The recipient, as the forward names it in `next`.
        routing_keys: Whom to wrap for, the first in the outermost layer.
        enc_alg_anon: The content encryption of every layer.
        headers: Headers of every forward.

    Raises:
        MalformedMessageError: The payload is not an encrypted message.
        ValueError: A header is one that every forward has.
        NotFoundError: The DID or the key of the recipient or of a mediator is not there.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, rewrap
        >>> async def main():
        ...     mediator, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     bob_did = await bob.create_peer_did()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello")
        ...     payload = (await mediator.pack(hello, to=bob_did)).message
        ...     wrapped = await rewrap(mediator.resolvers_config, payload, bob_did)
        ...     return (await bob.unpack(wrapped.message)).metadata.re_wrapped_in_forward
        >>> asyncio.run(main())
        True
    """
    operation = operations.rewrap(resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers)
    result: PackedForward = await drive(operation, resolvers_config)
    return result
