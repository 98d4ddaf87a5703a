"""Rotate the DID of a relationship, and end it."""

from pydidcomm import rotation
from pydidcomm._core import Message, Packed
from pydidcomm._driver import operations
from pydidcomm._party.packing import Packing
from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters


class Relationships(Packing):
    """Announces a new DID of the party, and the end of a relationship."""

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
        """The message by which a peer that knows us as `old` learns that we are `new` from now on.

        Repeat it, with the same `at`, on every message to the peer until one arrives that is to `new`; later
        messages have no use for it. The secrets of both DIDs have to be held. DIDComm v2.1, section "DID
        Rotation".

        Args:
            to: The peer: a DID, or the DID URL of one of its keys under `keyAgreement`.
            old: The DID by which the peer knows us.
            new: The DID that takes its place; the message is authcrypted by it.
            message: The message that carries the announcement; an empty message by default.
            at: When the DID was rotated, in seconds since the epoch; now, unless it is given.
            sign_frm: The signer of the message, a key of `new`; see `pydidcomm.pack_encrypted`.
            config: How to encrypt.
            params: Options of this message alone.

        Raises:
            ValueError: `from` of `message` is another DID, or it announces a rotation already.
            NotFoundError: A DID, a key or a secret is not there.
            UnsupportedError: No key is on offer; IncompatibleKeysError: none that fits one of the peer.

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
        """The message by which a peer learns that we, whom it knows as `frm`, are gone for good.

        It is anoncrypted, since `frm` does not send any more; a key of `frm` signs the announcement in it.
        DIDComm v2.1, section "Ending a Relationship".

        Args:
            to: The peer: a DID, or the DID URL of one of its keys under `keyAgreement`.
            frm: The DID by which the peer knows us.
            message: The message that carries it, without `frm`; an empty message by default.
            at: When the relationship ended, in seconds since the epoch; now, unless it is given.
            config: How to encrypt.
            params: Options of this message alone.

        Raises:
            ValueError: `message` has a sender, or announces a rotation already.
            NotFoundError: A DID, a key or a secret is not there.
            UnsupportedError: The peer has no key that is on offer.

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
