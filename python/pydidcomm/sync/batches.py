"""Pack and unpack many messages, without `await`."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydidcomm import _operations
from pydidcomm._admission import asks_application, keep, refusal_sync, take_back_sync
from pydidcomm._batch import drive_each_sync
from pydidcomm._core import Packed, UnpackResult
from pydidcomm.batches import Outgoing, each_packed
from pydidcomm.config import PackEncryptedConfig, ResolversConfig, UnpackConfig


def pack_many(
    resolvers_config: ResolversConfig,
    outgoing: Iterable[Outgoing],
    config: PackEncryptedConfig | None = None,
    *,
    threads: int | None = None,
) -> list[Packed | Exception]:
    """Each message encrypted for its recipient, or why it is not; see `pydidcomm.pack_many`.

    Example:
        >>> from pydidcomm import Message, Outgoing
        >>> from pydidcomm.sync import DIDCommMessaging, pack_many
        >>> alice = DIDCommMessaging()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello")
        >>> outgoing = [Outgoing(message=hello, to=alice.create_peer_did()) for _ in range(2)]
        >>> [type(entry).__name__ for entry in pack_many(alice.resolvers_config, outgoing)]
        ['Packed', 'Packed']
    """
    batches = each_packed(resolvers_config, outgoing, config, threads)
    return drive_each_sync(batches, resolvers_config)


def unpack_many(
    resolvers_config: ResolversConfig,
    packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
    config: UnpackConfig | None = None,
    *,
    threads: int | None = None,
) -> list[UnpackResult | Exception]:
    """Each message as `unpack` returns it, or the exception that it raises; see `pydidcomm.unpack_many`.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.sync import DIDCommMessaging, unpack_many
        >>> bob = DIDCommMessaging()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello")
        >>> packed = bob.pack(hello, to=bob.create_peer_did()).message
        >>> [type(entry).__name__ for entry in unpack_many(bob.resolvers_config, [packed, "noise"])]
        ['UnpackResult', 'MalformedMessageError']
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
    return entries
