"""Rotate the DID of a relationship, and end it."""

from pydidcomm import rotation
from pydidcomm._core import Message, Packed
from pydidcomm._driver import operations
from pydidcomm._party.packing import Packing
from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters

__all__ = ["Relationships"]


class Relationships(Packing):
    """Packs the messages that rotate a DID or end a relationship."""

    async def rotate(  # noqa: PLR0913, all of them are named
        self,
        *,
        to: str,
        old: str,
        new: str,
        message: Message | None = None,
        at: int | None = None,
        sign_frm: str | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """Pack a message that announces the rotation of a DID to a peer.

        Add the announcement, with the same `at`, to every message to the peer until a message from it arrives
        at `new`. The secrets of both DIDs are needed. DIDComm v2.1, section "DID Rotation".

        Args:
            to: The peer: a DID, or the DID URL of one of its keys under `keyAgreement`.
            old: Our DID in the relationship until now.
            new: The DID that replaces it, and sends the message by authcrypt.
            message: The message that carries the announcement; None for an empty message.
            at: The time of the rotation in seconds since the epoch; None for now.
            sign_frm: The signer of the message, a key of `new`; see `pydidcomm.pack_encrypted`.
            config: The options for encryption.
            params: The options for this message only.

        Raises:
            ValueError: `from` of `message` is another DID, or `message` announces a rotation already.
            NotFoundError: A DID, a key or a secret was not found.
            UnsupportedError: The peer has no key on one of `curves`; IncompatibleKeysError: `new` has no key
                on a curve of the peer.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging, PeerRotated
            >>> async def main():
            ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
            ...     old, new = await alice.create_peer_did(), await alice.create_peer_did()
            ...     packed = await alice.rotate(to=await bob.create_peer_did(), old=old, new=new)
            ...     received = await bob.unpack(packed.message)
            ...     match received.relationship_change:
            ...         case PeerRotated(before, after):
            ...             return (before, after) == (old, new)
            >>> asyncio.run(main())
            True
        """
        now = operations.time_of(self.resolvers_config)
        message = rotation.rotating(message, to=to, old=old, new=new, now=now, at=at)
        return await self.pack(message, to=to, frm=new, sign_frm=sign_frm, config=config, params=params)

    async def end_relationship(  # noqa: PLR0913, all of them are named
        self,
        *,
        to: str,
        frm: str,
        message: Message | None = None,
        at: int | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """Pack a message that announces the end of a relationship to a peer.

        The message is anoncrypted, since it has no `from`; a key of `frm` signs the announcement in it.
        DIDComm v2.1, section "Ending a Relationship".

        Args:
            to: The peer: a DID, or the DID URL of one of its keys under `keyAgreement`.
            frm: Our DID in the relationship.
            message: The message that carries the announcement, without `frm`; None for an empty message.
            at: The time of the end in seconds since the epoch; None for now.
            config: The options for encryption.
            params: The options for this message only.

        Raises:
            ValueError: `message` has `frm`, or announces a rotation already.
            NotFoundError: A DID, a key or a secret was not found.
            UnsupportedError: The peer has no key on one of `curves`.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging, PeerEnded
            >>> async def main():
            ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
            ...     alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
            ...     packed = await alice.end_relationship(to=bob_did, frm=alice_did)
            ...     match (await bob.unpack(packed.message)).relationship_change:
            ...         case PeerEnded(did):
            ...             return did == alice_did
            >>> asyncio.run(main())
            True
        """
        now = operations.time_of(self.resolvers_config)
        message = rotation.ending(message, to=to, frm=frm, now=now, at=at)
        return await self.pack(message, to=to, anonymous=True, config=config, params=params)
