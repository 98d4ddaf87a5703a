"""Peers that read another profile than DIDComm v2.1: found by what they write, or said by the program."""

from collections.abc import Collection
from typing import Final, Literal, TypeAlias, cast

from pydidcomm import PackEncryptedConfig, UnpackResult, short_form
from pydidcomm.agent.records import PROFILE
from pydidcomm.stores import Done, Record, Store

__all__ = ["Profile", "Profiles", "pack_config"]

Profile: TypeAlias = Literal["didcomm/v2", "veramo"]
"""How a peer reads; see `PackEncryptedConfig`."""

_CONFIGS: Final = {
    (protected, forward): PackEncryptedConfig(protect_sender_id=protected, forward=forward)
    for protected in (False, True)
    for forward in (False, True)
}
"""How a message is packed: by whether its sender is hidden, and whether mediators are on its way."""

_VERAMO: Final = {
    forward: PackEncryptedConfig(profile="veramo", forward=forward) for forward in (False, True)
}
"""The same in one layer, which cannot hide the sender."""


def pack_config(profile: Profile, *, protect_sender: bool, forward: bool) -> PackEncryptedConfig:
    """How a message is packed.

    Args:
        profile: How the peer reads.
        protect_sender: Whether the sender is hidden.
        forward: Whether the message is wrapped for mediators of the peer.
    """
    return _VERAMO[forward] if profile == "veramo" else _CONFIGS[protect_sender, forward]


class Profiles:
    """The profiles of peers.

    Args:
        store: Keeps them.
        accepted: The profiles that are read; without any, no peer has another than DIDComm v2.1.
    """

    def __init__(self, store: Store, accepted: Collection[str]) -> None:
        self._store = store
        self._accepted = frozenset(accepted)

    async def note(self, result: UnpackResult) -> None:
        """Keep the profile in which a peer writes.

        Args:
            result: What `unpack` returned.
        """
        # an anonymous message says nothing of a peer
        if self._accepted and result.sender is not None:
            await self.set(result.sender, cast("Profile", result.metadata.profile or "didcomm/v2"))

    async def set(self, did: str, profile: Profile) -> None:
        """Keep the profile of a peer, where it is another than before.

        Args:
            did: The DID of the peer.
            profile: The profile.

        Raises:
            ValueError: The profile is not one that is read.
        """
        if profile != "didcomm/v2" and profile not in self._accepted:
            message = f"`profile` must be one of `accept_profiles` of the agent, got {profile!r}"
            raise ValueError(message)
        if await self.of(did) != profile:
            record = Record(kind=PROFILE, key=short_form(did), value=profile.encode())
            await self._store.commit(Done(records=(record,)))

    async def of(self, did: str) -> Profile:
        """The profile of a peer.

        Args:
            did: The DID of the peer.
        """
        if not self._accepted:
            return "didcomm/v2"
        record = await self._store.record(PROFILE, short_form(did))
        return "didcomm/v2" if record is None else cast("Profile", record.value.decode())
