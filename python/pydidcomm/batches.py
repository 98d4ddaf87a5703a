"""Pack and unpack many messages on several threads, independently of each other."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydidcomm._checks import check_several, check_whole
from pydidcomm._core import Batch, Message, Operation, Packed, UnpackResult
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import calls_out, keep, refusal, take_back
from pydidcomm._driver.batch import batches_of, drive_each
from pydidcomm._driver.questions import BLOCK, pause
from pydidcomm._driver.unpack_in_order import AT_ONCE, PackedMessage, unpack_in_order
from pydidcomm.config import (
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
    check_resolvers,
)
from pydidcomm.outcome import Outcome, outcomes

__all__ = ["Outgoing", "pack_many", "unpack_each", "unpack_many"]


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class Outgoing:
    """A message for `pack_many` with its recipient, sender and options.

    Attributes:
        message: What to pack.
        to: The recipient: a DID, or the DID URL of one of its keys under `keyAgreement`.
        frm: The sender for authcrypt: a DID or the DID URL of one of its keys; None for `frm` of the message.
        sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
        params: The options for this message only.
        anonymous: Whether to use anoncrypt although the message has `frm`.
    """

    message: Message | Mapping[str, Any]
    to: str
    frm: str | None = None
    sign_frm: str | None = None
    params: PackEncryptedParameters | None = None
    anonymous: bool = False


async def pack_many(
    resolvers_config: ResolversConfig,
    outgoing: Iterable[Outgoing],
    config: PackEncryptedConfig | None = None,
    *,
    threads: int | None = None,
) -> list[Outcome[Packed]]:
    """Encrypt many messages, each for its recipient, on several threads.

    Does the same as one call of `pack_encrypted` for each message, but resolves each DID and secret once. For
    one message to several recipients see `pack_encrypted_to_each`.
    DIDComm v2.1, section "DIDComm Encrypted Messages".

    Args:
        resolvers_config: The resolvers of DIDs and secrets. They run in the caller's event loop, and one
            request serves several messages. The exception of a resolver is the outcome of each message that
            needs the answer.
        outgoing: The messages with their recipients.
        config: The options for encryption.
        threads: The number of threads; None for one for each processor.

    Returns:
        An outcome for each message, in the order given.

    Raises:
        TypeError: `outgoing` is one message, or contains another object than `Outgoing`.
        ValueError: `threads` is less than one.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, Outgoing, pack_many
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     alice, bob = [await party.create_peer_did() for _ in range(2)]
        ...     hello = Message(type="https://example.org/greeting/1.0/hello")
        ...     outgoing = [Outgoing(message=hello, to=to, frm=alice) for to in (bob, "did:example:gone")]
        ...     return await pack_many(party.resolvers_config, outgoing)
        >>> [type(outcome.value or outcome.error).__name__ for outcome in asyncio.run(main())]
        ['Packed', 'DidNotFoundError']
    """
    batches = prepare_packs(resolvers_config, outgoing, config, threads)
    return outcomes(await drive_each(batches, resolvers_config))


async def unpack_many(
    resolvers_config: ResolversConfig,
    packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
    config: UnpackConfig | None = None,
    *,
    threads: int | None = None,
) -> list[Outcome[UnpackResult]]:
    """Unpack many messages on several threads.

    Each DID and secret is resolved once. The replay window and a function `allowed_senders` are called in the
    order of the messages, so of two copies the first is accepted.
    DIDComm v2.1, section "Message Layer Addressing Consistency".

    Args:
        resolvers_config: The resolvers of DIDs and secrets. They run in the caller's event loop, and one
            request serves several messages. The exception of a resolver is the outcome of each message that
            needs the answer.
        packed_msgs: The messages as they arrived, each as text, bytes or parsed JSON.
        config: The requirements and limits for each message.
        threads: The number of threads; None for one for each processor.

    Returns:
        An outcome for each message, in the order given: what `unpack` would return or raise for it.

    Raises:
        TypeError: `packed_msgs` is one message.
        ValueError: `threads` is less than one.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, unpack_many
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
        ...     packed = await party.pack(hello, to=await party.create_peer_did())
        ...     for outcome in await unpack_many(party.resolvers_config, [packed.text, "noise"]):
        ...         if outcome.error is not None:
        ...             print(type(outcome.error).__name__)
        ...         else:
        ...             print(outcome.unwrap().message.body)
        >>> asyncio.run(main())
        {'msg': 'Hi'}
        MalformedMessageError
    """
    batches = operations.unpack_many(resolvers_config, packed_msgs, config, threads)
    entries = await drive_each(batches, resolvers_config)
    if calls_out(resolvers_config, config):
        taken: list[UnpackResult] = []
        try:
            for place, entry in enumerate(entries):
                if not isinstance(entry, Exception):
                    refused = await refusal(entry, resolvers_config, config)
                    if refused is None:
                        taken.append(entry)
                    else:
                        entries[place] = refused
                if place % BLOCK == BLOCK - 1:
                    await pause()
        except BaseException:
            # the application gets none of them
            await take_back(taken, resolvers_config, config)
            raise
    else:
        for entry in entries:
            if not isinstance(entry, Exception):
                keep(entry, resolvers_config)
    return outcomes(entries)


def unpack_each(
    resolvers_config: ResolversConfig,
    packed_msgs: AsyncIterable[PackedMessage] | Iterable[PackedMessage],
    config: UnpackConfig | None = None,
    *,
    at_once: int = AT_ONCE,
) -> AsyncGenerator[Outcome[UnpackResult], None]:
    """Unpack messages as they arrive, for instance from a queue, and yield the outcomes in order.

    Up to `at_once` messages are unpacked concurrently. A slow DID resolution delays the outcomes of later
    messages, not their unpacking. The replay window and a function `allowed_senders` are called for a message
    just before its outcome is yielded, so a message that was not yielded is not marked as seen. To leave the
    loop early, close the iterator, as `contextlib.aclosing` does.
    DIDComm v2.1, section "Message Layer Addressing Consistency".

    Args:
        resolvers_config: The resolvers of DIDs and secrets. One request serves all messages that wait for the
            same DID.
        packed_msgs: The messages as they arrive, each as text, bytes or parsed JSON. If it raises an
            exception, the outcomes of all messages before it are yielded first. An asynchronous generator is
            closed with the iterator; a stream stays open.
        config: The requirements and limits for each message.
        at_once: The most messages in progress: read from `packed_msgs`, and not yet finished by the loop
            body. In `pydidcomm.sync` it is 1 by default; that many messages are read, and unpacked on several
            threads, before the first outcome is yielded.

    Returns:
        An iterator of outcomes: what `unpack` would return or raise for each message.

    Raises:
        TypeError: `packed_msgs` is one message.
        ValueError: `at_once` is less than one.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message, unpack_each
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi"})
        ...     packed = await party.pack(hello, to=await party.create_peer_did())
        ...     async for outcome in unpack_each(party.resolvers_config, [packed.text, "noise"]):
        ...         print(type(outcome.error).__name__ if outcome.error else outcome.unwrap().message.body)
        >>> asyncio.run(main())
        {'msg': 'Hi'}
        MalformedMessageError
    """
    check_each(resolvers_config, packed_msgs, config, at_once)
    return _unpack_each(resolvers_config, packed_msgs, config, at_once)


async def _unpack_each(
    resolvers: ResolversConfig,
    packed_msgs: AsyncIterable[PackedMessage] | Iterable[PackedMessage],
    config: UnpackConfig | None,
    at_once: int,
) -> AsyncGenerator[Outcome[UnpackResult], None]:
    async with aclosing(unpack_in_order(packed_msgs, resolvers, config, at_once)) as entries:
        async for entry in entries:
            if isinstance(entry, Exception):
                yield Outcome(error=entry)
                continue
            refused = await refusal(entry, resolvers, config)
            yield Outcome(entry) if refused is None else Outcome(error=refused)


def check_each(
    resolvers: ResolversConfig, packed_msgs: object, config: UnpackConfig | None, at_once: int
) -> None:
    """Refuses one message in place of several, options of another class, and `at_once` below 1."""
    check_resolvers(resolvers)
    if not isinstance(packed_msgs, AsyncIterable):
        check_several("packed_msgs", packed_msgs, "messages", "unpack")
    operations.unpack_options(config)
    check_whole("at_once", at_once, least=1)


def prepare_packs(
    resolvers: ResolversConfig,
    outgoing: Iterable[Outgoing],
    config: PackEncryptedConfig | None,
    threads: int | None,
) -> Iterable[Batch]:
    """Prepares `pack_many`."""
    check_resolvers(resolvers)
    check_several("outgoing", outgoing, "Outgoing", "pack")
    operations.check_pack_options(config)
    return batches_of((partial(_prepare, resolvers, _check(one), config) for one in outgoing), threads)


def _check(one: object) -> Outgoing:
    if not isinstance(one, Outgoing):
        kind = type(one).__name__
        reason = f"`outgoing` must contain Outgoing objects, got {kind}: Outgoing(message=..., to=...)"
        raise TypeError(reason)
    return one


def _prepare(resolvers: ResolversConfig, one: Outgoing, config: PackEncryptedConfig | None) -> Operation:
    frm = operations.sender_of(one.message, one.frm, anonymous=one.anonymous)
    return operations.pack_encrypted(resolvers, one.message, one.to, frm, one.sign_frm, config, one.params)
