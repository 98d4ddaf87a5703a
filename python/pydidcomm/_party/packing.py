"""Pack encrypted, signed and plaintext messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydidcomm import _core, batches
from pydidcomm._core import Message, Packed, PackedPlaintext, PackedSigned
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive
from pydidcomm._driver.together import resolve_together
from pydidcomm._party.party import Party
from pydidcomm.batches import Outgoing
from pydidcomm.config import KidIn, PackEncryptedConfig, PackEncryptedParameters
from pydidcomm.outcome import Outcome, outcomes

__all__ = ["Packing"]


class Packing(Party):
    """Packs messages in the name of the party."""

    async def pack(  # noqa: PLR0913, all but the message are named
        self,
        message: Message | Mapping[str, Any],
        *,
        to: str,
        frm: str | None = None,
        anonymous: bool = False,
        sign_frm: str | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """Encrypt a message for one recipient; see `pydidcomm.pack_encrypted`.

        Args:
            message: What to pack.
            to: The recipient: a DID, or the DID URL of one of its keys under `keyAgreement`.
            frm: The sender: a DID, or the DID URL of one of its keys; by default `frm` of the message. With a
                sender the message is authcrypted, which proves the sender; without, it is anoncrypted.
            anonymous: Whether to use anoncrypt although the message has `frm`, which is not proved then.
            sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
            config: The options for encryption.
            params: The options for this message only.

        Raises:
            ValueError: `anonymous` is set with `frm`, or an argument contradicts the message.
            DIDCommError: The message cannot be packed; see `pydidcomm.pack_encrypted`.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging, Message
            >>> async def main():
            ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
            ...     alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
            ...     hello = Message(type="https://example.org/greeting/1.0/hello", frm=alice_did)
            ...     named = await bob.unpack((await alice.pack(hello, to=bob_did)).message)
            ...     unnamed = await bob.unpack((await alice.pack(hello, to=bob_did, anonymous=True)).message)
            ...     return named.sender == alice_did, unnamed.sender
            >>> asyncio.run(main())
            (True, None)
        """
        frm = operations.sender_of(message, frm, anonymous=anonymous)
        operation = operations.pack_encrypted(
            self.resolvers_config, message, to, frm, sign_frm, config, params
        )
        result: Packed = await drive(operation, self.resolvers_config)
        return result

    async def pack_to_each(  # noqa: PLR0913, all but the message are named
        self,
        message: Message | Mapping[str, Any],
        *,
        to: Sequence[str],
        frm: str | None = None,
        anonymous: bool = False,
        sign_frm: str | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> list[Outcome[Packed]]:
        """Encrypt one message for several recipients; see `pydidcomm.pack_encrypted_to_each`.

        Args:
            message: What to pack; `to`, where present, must contain every recipient.
            to: The recipients: DIDs, or DID URLs of keys under `keyAgreement`.
            frm: The sender, as for `pack`; by default `frm` of the message.
            anonymous: Whether to use anoncrypt although the message has `frm`.
            sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
            config: The options for encryption.
            params: The options for this message only.

        Returns:
            An outcome for each recipient, in the order of `to`. A failure for one does not affect the others.

        Raises:
            ValueError: `to` is empty, `anonymous` is set with `frm`, or an argument contradicts the message.
            DIDCommError: The message cannot be signed; see `pydidcomm.pack_encrypted_to_each`.
        """
        frm = operations.sender_of(message, frm, anonymous=anonymous)
        operation = operations.pack_encrypted_to_each(
            self.resolvers_config, message, to, frm, sign_frm, config, params
        )
        entries = await drive(operation, await resolve_together(self.resolvers_config, to))
        return outcomes(entries)

    async def pack_many(
        self,
        outgoing: Iterable[Outgoing],
        *,
        config: PackEncryptedConfig | None = None,
        threads: int | None = None,
    ) -> list[Outcome[Packed]]:
        """Encrypt many messages, each for its recipient, on several threads; see `pydidcomm.pack_many`.

        Args:
            outgoing: The messages with their recipients.
            config: The options for encryption.
            threads: The number of threads; None for one for each processor.

        Returns:
            An outcome for each message, in the order given.

        Raises:
            TypeError: `outgoing` is one message, or contains another object than `Outgoing`.
            ValueError: `threads` is less than one.
        """
        return await batches.pack_many(self.resolvers_config, outgoing, config, threads=threads)

    async def pack_signed(
        self, message: Message | Mapping[str, Any], *, sign_frm: str, kid_in: KidIn = "header"
    ) -> PackedSigned:
        """Sign a message without encrypting it; see `pydidcomm.pack_signed`.

        Args:
            message: What to pack; a missing `frm` is filled in.
            sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
            kid_in: The header of the signature that holds `kid`: "header", or "protected" for Veramo.

        Raises:
            ValueError: `from` of the message is another DID, or the message announces a DID rotation.
            NotFoundError: The signer's DID, key or secret was not found.
            UnsupportedError: None of the signer's keys is on a curve that signs.

        Warns:
            MissingToWarning: The message has no `to` and is not an out-of-band invitation.
        """
        operation = operations.pack_signed(self.resolvers_config, message, sign_frm, kid_in)
        result: PackedSigned = await drive(operation, self.resolvers_config)
        operations.warn_of_missing_to(message)
        return result

    async def pack_plaintext(self, message: Message | Mapping[str, Any]) -> PackedPlaintext:
        """Pack a message as plaintext, neither encrypted nor signed; see `pydidcomm.pack_plaintext`.

        Args:
            message: What to pack.

        Raises:
            ValueError: The message announces a DID rotation, which must be encrypted.
        """
        return _core.pack_plaintext(message)
