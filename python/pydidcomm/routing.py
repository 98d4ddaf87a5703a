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
    """Unpack a forward as a mediator: the next hop and the attached messages.

    The sender may be anonymous. The attached messages are returned as they came, not opened.
    DIDComm v2.1, section "Mediator Process".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The forward as it arrived, as text, bytes or parsed JSON.
        config: The requirements and limits.

    Raises:
        MalformedMessageError: The message is not a forward, or it lacks `next` or the attachments.
        DIDCommError: The forward cannot be unpacked, or violates `config`; see `unpack`.

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
    """Wrap an encrypted message in one anonymous forward for each routing key.

    `pack_encrypted` wraps messages for the mediators in the recipient's document by default.
    DIDComm v2.1, section "Sender Process to Enable Forwarding".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        packed_msg: The encrypted message.
        to: The next hop of the last mediator: a DID, or the DID URL of a key.
        routing_keys: The keys of the mediators, the outermost first: DID URLs of keys, or DIDs for up to 8 of
            their keys on one curve.
        enc_alg_anon: The content encryption of every layer.
        headers: Headers of every forward, for instance `expires_time` and `delay_milli`.

    Raises:
        MalformedMessageError: `packed_msg` is not encrypted, so that a mediator could read it.
        ValueError: `routing_keys` is empty, or `headers` has a header that the forward sets itself.
        NotFoundError: The DID or the key of a mediator was not found.

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
    """Wrap the attached message of a forward again, as a mediator.

    With the routing keys that the recipient registered, the result has one forward for each key. Without
    them it has one forward, to the recipient itself, so that the bytes differ at each hop.
    DIDComm v2.1, sections "Mediator Process" and "Rewrapping".

    Args:
        resolvers_config: The resolvers of DIDs and secrets.
        payload: The attached message.
        next_hop: The recipient, from `next` of the forward.
        routing_keys: The keys of further mediators, the outermost first.
        enc_alg_anon: The content encryption of every layer.
        headers: Headers of every forward, for instance `expires_time` and `delay_milli`.

    Raises:
        MalformedMessageError: `payload` is not an encrypted message.
        ValueError: `headers` has a header that the forward sets itself.
        NotFoundError: The DID or the key of the recipient or of a mediator was not found.

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
