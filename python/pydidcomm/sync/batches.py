"""Pack and unpack many messages, without `await`."""

from collections.abc import Generator, Iterable, Mapping
from itertools import islice
from typing import Any

from pydidcomm import _operations
from pydidcomm._admission import asks_application, keep, refusal_sync, take_back_sync
from pydidcomm._batch import drive_each_sync
from pydidcomm._core import Packed, UnpackResult
from pydidcomm.batches import Outgoing, PackedMessage, check_each, each_packed
from pydidcomm.config import PackEncryptedConfig, ResolversConfig, UnpackConfig
from pydidcomm.outcome import Outcome, outcomes


def pack_many(
    resolvers_config: ResolversConfig,
    outgoing: Iterable[Outgoing],
    config: PackEncryptedConfig | None = None,
    *,
    threads: int | None = None,
) -> list[Outcome[Packed]]:
    """Each message encrypted for its recipient, or why it is not; see `pydidcomm.pack_many`.

    Example:
        >>> from pydidcomm import Message, Outgoing
        >>> from pydidcomm.sync import DIDCommMessaging, pack_many
        >>> alice = DIDCommMessaging()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello")
        >>> outgoing = [Outgoing(message=hello, to=alice.create_peer_did()) for _ in range(2)]
        >>> [outcome.error for outcome in pack_many(alice.resolvers_config, outgoing)]
        [None, None]
    """
    batches = each_packed(resolvers_config, outgoing, config, threads)
    return outcomes(drive_each_sync(batches, resolvers_config))


def unpack_many(
    resolvers_config: ResolversConfig,
    packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
    config: UnpackConfig | None = None,
    *,
    threads: int | None = None,
) -> list[Outcome[UnpackResult]]:
    """Each message as `unpack` returns it, or the exception that it raises; see `pydidcomm.unpack_many`.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.sync import DIDCommMessaging, unpack_many
        >>> bob = DIDCommMessaging()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello")
        >>> packed = bob.pack(hello, to=bob.create_peer_did()).message
        >>> [type(outcome.error).__name__ for outcome in unpack_many(bob.resolvers_config, [packed, "noise"])]
        ['NoneType', 'MalformedMessageError']
    """
    batches = _operations.each_unpacked(resolvers_config, packed_msgs, config, threads)
    entries = drive_each_sync(batches, resolvers_config)
    if asks_application(resolvers_config, config):
        taken: list[UnpackResult] = []
        try:
            for place, entry in enumerate(entries):
                if not isinstance(entry, Exception):
                    refused = refusal_sync(entry, resolvers_config, config)
                    if refused is None:
                        taken.append(entry)
                    else:
                        entries[place] = refused
        except BaseException:
            # the application gets none of them
            take_back_sync(taken, resolvers_config, config)
            raise
    else:
        for entry in entries:
            if not isinstance(entry, Exception):
                keep(entry, resolvers_config)
    return outcomes(entries)


def unpack_each(
    resolvers_config: ResolversConfig,
    packed_msgs: Iterable[PackedMessage],
    config: UnpackConfig | None = None,
    *,
    at_once: int = 1,
) -> Generator[Outcome[UnpackResult], None, None]:
    """Each message as `unpack` returns it, or the exception that it raises; see `pydidcomm.unpack_each`.

    Args:
        resolvers_config: Where DID documents and secrets come from.
        packed_msgs: The messages as they arrive.
        config: What to demand of each and what is too large.
        at_once: How many messages are read, and computed on several threads, before the first of them is
            handed out. One, unless it is given: to wait for a second message would hold up the first.

    Raises:
        TypeError: `packed_msgs` is one message.
        ValueError: `at_once` is less than one.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.sync import DIDCommMessaging, unpack_each
        >>> bob = DIDCommMessaging()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello")
        >>> packed = bob.pack(hello, to=bob.create_peer_did()).text
        >>> [type(outcome.error).__name__ for outcome in unpack_each(bob.resolvers_config, [packed, "noise"])]
        ['NoneType', 'MalformedMessageError']
    """
    check_each(packed_msgs, config, at_once)
    return _unpack_each(resolvers_config, packed_msgs, config, at_once)


def _unpack_each(
    resolvers: ResolversConfig,
    packed_msgs: Iterable[PackedMessage],
    config: UnpackConfig | None,
    at_once: int,
) -> Generator[Outcome[UnpackResult], None, None]:
    rest = iter(packed_msgs)
    while part := list(islice(rest, at_once)):
        batches = _operations.each_unpacked(resolvers, part, config, None)
        for entry in drive_each_sync(batches, resolvers):
            if isinstance(entry, Exception):
                yield Outcome(error=entry)
                continue
            refused = refusal_sync(entry, resolvers, config)
            yield Outcome(entry) if refused is None else Outcome(error=refused)
