"""Unpack one message or many, and diagnose failures."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from typing import Any

from pydidcomm import batches, functions
from pydidcomm._core import Packed, PackedSigned, UnpackResult, V1Message
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import calls_out, check_acceptance, keep
from pydidcomm._driver.drive import drive
from pydidcomm._driver.unpack_in_order import AT_ONCE, PackedMessage
from pydidcomm._party.party import Party
from pydidcomm.config import UnpackConfig
from pydidcomm.diagnosis import Diagnosis, diagnose
from pydidcomm.outcome import Outcome

__all__ = ["Unpacking"]


class Unpacking(Party):
    """Unpacks messages to the party."""

    async def unpack(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult:
        """Unpack a message, and verify everything that it claims; see `pydidcomm.unpack`.

        A message of DIDComm v1 raises UnsupportedError; `receive` reads both versions.

        Args:
            packed_msg: The message as it arrived, as text, bytes or parsed JSON.
            config: The requirements and limits.

        Raises:
            MalformedMessageError: The message breaks the specification.
            UntrustedMessageError: A claim of the message is not proved.
            DecryptionError: The message cannot be decrypted.
            InvalidSignatureError: A signature does not verify.
            UnsupportedError: The message uses an unsupported algorithm.
            NotFoundError: A DID, a key or a secret was not found.
            PolicyError: The message is authentic but violates `config`.
            ReplayedMessageError: The replay window contains the message already.
        """
        operation = operations.unpack(self.resolvers_config, packed_msg, config)
        received: UnpackResult = await drive(operation, self.resolvers_config)
        if calls_out(self.resolvers_config, config):
            return await check_acceptance(received, self.resolvers_config, config)
        return keep(received, self.resolvers_config)

    async def receive(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult | V1Message:
        """Unpack a message of DIDComm v2 or DIDComm v1.

        A message of DIDComm v1 (Aries RFC 0019) proves at most a verkey, never a DID. Authcrypt meets
        `require_authenticated` of `config`, and its verkey is what `allowed_senders` is checked against; no
        message of DIDComm v1 meets `require_signed` or `require_profile`.

        Args:
            packed_msg: The message as it arrived, as text, bytes or parsed JSON.
            config: The requirements and limits.

        Returns:
            `UnpackResult` for DIDComm v2, as `unpack` does; `V1Message` for v1, as `v1.unpack` does.

        Raises:
            DIDCommError: The message is refused; see `pydidcomm.unpack`.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging, UnpackResult, v1
            >>> async def main():
            ...     party = DIDCommMessaging()
            ...     verkey = await v1.create_verkey(party.secrets)
            ...     packed = await v1.pack(party.resolvers_config, {"@id": "1"}, [verkey], verkey)
            ...     received = await party.receive(packed.text)
            ...     if isinstance(received, UnpackResult):
            ...         return received.sender
            ...     return received.sender_verkey == verkey
            >>> asyncio.run(main())
            True
        """
        return await functions.receive(self.resolvers_config, packed_msg, config)

    async def unpack_many(
        self,
        packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
        *,
        config: UnpackConfig | None = None,
        threads: int | None = None,
    ) -> list[Outcome[UnpackResult]]:
        """Unpack many messages on several threads; see `pydidcomm.unpack_many`.

        Args:
            packed_msgs: The messages as they arrived, each as text, bytes or parsed JSON.
            config: The requirements and limits for each message.
            threads: The number of threads; None for one for each processor.

        Returns:
            An outcome for each message, in the order given: what `unpack` would return or raise for it.

        Raises:
            TypeError: `packed_msgs` is one message.
            ValueError: `threads` is less than one.
        """
        return await batches.unpack_many(self.resolvers_config, packed_msgs, config, threads=threads)

    def unpack_each(
        self,
        packed_msgs: AsyncIterable[PackedMessage] | Iterable[PackedMessage],
        *,
        config: UnpackConfig | None = None,
        at_once: int = AT_ONCE,
    ) -> AsyncGenerator[Outcome[UnpackResult], None]:
        """Unpack messages as they arrive, for instance from a queue, and yield the outcomes in order.

        See `pydidcomm.unpack_each`.

        Args:
            packed_msgs: The messages as they arrive, each as text, bytes or parsed JSON.
            config: The requirements and limits for each message.
            at_once: The most messages in progress: read, and not yet finished by the loop body.

        Returns:
            An iterator of outcomes: what `unpack` would return or raise for each message.

        Raises:
            TypeError: `packed_msgs` is one message.
            ValueError: `at_once` is less than one.

        Example:
            >>> import asyncio
            >>> from contextlib import aclosing
            >>> from pydidcomm import DIDCommMessaging, Message
            >>> async def queue(did, party):
            ...     for number in range(3):
            ...         message = Message(type="https://example.org/greeting/1.0/hello", id=str(number))
            ...         yield (await party.pack(message, to=did)).text
            >>> async def main():
            ...     party = DIDCommMessaging()
            ...     did = await party.create_peer_did()
            ...     async with aclosing(party.unpack_each(queue(did, party))) as outcomes:
            ...         return [outcome.unwrap().message.id async for outcome in outcomes]
            >>> asyncio.run(main())
            ['0', '1', '2']
        """
        return batches.unpack_each(self.resolvers_config, packed_msgs, config, at_once=at_once)

    async def diagnose(
        self,
        packed_msg: str | bytes | Mapping[str, Any] | Packed | PackedSigned,
        *,
        config: UnpackConfig | None = None,
    ) -> Diagnosis:
        """Report what `unpack` needs for a message, and what is missing.

        The report lists which private keys were found, which DIDs resolve, on which curves, and what `unpack`
        raises. It prints as one line for each check. The replay window is not used.

        Args:
            packed_msg: The message: its text, its JSON object, or the result of packing.
            config: The options for `unpack`.
        """
        return await diagnose(self.resolvers_config, packed_msg, config)
