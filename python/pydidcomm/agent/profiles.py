"""The envelope profiles of peers: detected from their messages, or set by the program."""

from collections.abc import Collection
from typing import Final, Literal, TypeAlias, cast

from pydidcomm import PackEncryptedConfig, UnpackResult, short_form
from pydidcomm.agent.records import PROFILE
from pydidcomm.stores import Done, Record, Store

__all__ = ["Profile", "Profiles", "pack_config"]

Profile: TypeAlias = Literal["didcomm/v2", "veramo"]
"""An envelope profile; see `PackEncryptedConfig`."""

_CONFIGS: Final = {
    (protected, forward): PackEncryptedConfig(protect_sender_id=protected, forward=forward)
    for protected in (False, True)
    for forward in (False, True)
}
"""The options of `pack`, by `protect_sender` and `forward`."""

_VERAMO: Final = {
    forward: PackEncryptedConfig(profile="veramo", forward=forward) for forward in (False, True)
}
"""The options for the profile of Veramo, by `forward`; it cannot hide the sender."""


def pack_config(profile: Profile, *, protect_sender: bool, forward: bool) -> PackEncryptedConfig:
    """Return the options to pack a message for a peer.

    Args:
        profile: The envelope profile of the peer.
        protect_sender: Whether to hide the sender; the profile "veramo" ignores it.
        forward: Whether to wrap the message for the mediators of the peer.
    """
    return _VERAMO[forward] if profile == "veramo" else _CONFIGS[protect_sender, forward]


class Profiles:
    """Stores the envelope profile of each peer.

    Args:
        store: The store.
        accepted: The accepted profiles in addition to DIDComm v2.1; without any, all peers use DIDComm v2.1.
    """

    def __init__(self, store: Store, accepted: Collection[str]) -> None:
        self._store = store
        self._accepted = frozenset(accepted)

    @property
    def accepted(self) -> frozenset[str]:
        """The accepted profiles in addition to DIDComm v2.1."""
        return self._accepted

    async def note(self, result: UnpackResult) -> None:
        """Store the profile of the sender of a message.

        Args:
            result: The result of `unpack`.
        """
        # an anonymous message has no verified sender
        if self._accepted and result.sender is not None:
            await self.set(result.sender, cast("Profile", result.metadata.profile or "didcomm/v2"))

    async def set(self, did: str, profile: Profile) -> None:
        """Store the profile of a peer, if it has changed.

        Args:
            did: The DID of the peer.
            profile: The profile.

        Raises:
            ValueError: `profile` is not one of `accept_profiles` of the agent.
        """
        if profile != "didcomm/v2" and profile not in self._accepted:
            message = f"`profile` must be one of `accept_profiles` of the agent, got {profile!r}"
            raise ValueError(message)
        if await self.of(did) != profile:
            record = Record(kind=PROFILE, key=short_form(did), value=profile.encode())
            await self._store.commit(Done(records=(record,)))

    async def of(self, did: str) -> Profile:
        """Return the profile of a peer; by default "didcomm/v2".

        Args:
            did: The DID of the peer.
        """
        if not self._accepted:
            return "didcomm/v2"
        record = await self._store.record(PROFILE, short_form(did))
        return "didcomm/v2" if record is None else cast("Profile", record.value.decode())
