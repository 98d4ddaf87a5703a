"""Unpack one message or many, and diagnose failures."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydidcomm import _operations, batches
from pydidcomm._admission import admitted
from pydidcomm._core import Packed, PackedSigned, UnpackResult, V1Message
from pydidcomm._drive import drive
from pydidcomm._party.party import Party
from pydidcomm.config import UnpackConfig
from pydidcomm.diagnosis import Diagnosis, diagnose


class Unpacking(Party):
    """Unpacks messages that the party is sent."""

    async def unpack(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult:
        """The message inside, and what was proved about it; see `pydidcomm.unpack`."""
        operation = _operations.unpacked(self.resolvers_config, packed_msg, config)
        received: UnpackResult = await drive(operation, self.resolvers_config)
        return await admitted(received, self.resolvers_config, config)

    async def receive(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult | V1Message:
        """Unpack a message of DIDComm v2 or of DIDComm v1, whichever it is.

        A message of DIDComm v1 (Aries RFC 0019) proves a verkey at most, and no DID. Of the demands of
        `config` it meets `require_authenticated` by authcrypt and `allowed_senders` by its verkey, and
        neither `require_signed` nor `require_profile`.

        Args:
            packed_msg: The message as it arrived, as text, bytes or parsed JSON.
            config: What to demand and what is too large.

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
        operation = _operations.received(self.resolvers_config, packed_msg, config)
        received: UnpackResult | V1Message = await drive(operation, self.resolvers_config)
        return await admitted(received, self.resolvers_config, config)

    async def unpack_many(
        self,
        packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
        *,
        config: UnpackConfig | None = None,
        threads: int | None = None,
    ) -> list[UnpackResult | Exception]:
        """Each message as `unpack` returns it, or what it raises; see `pydidcomm.unpack_many`."""
        return await batches.unpack_many(self.resolvers_config, packed_msgs, config, threads=threads)

    async def diagnose(
        self,
        packed_msg: str | bytes | Mapping[str, Any] | Packed | PackedSigned,
        *,
        config: UnpackConfig | None = None,
    ) -> Diagnosis:
        """Report what `unpack` needs for a message, and what is missing.

        The report says which private keys are held, which DIDs resolve, on which curves, and what `unpack`
        raises. It prints as one line for each check. The replay window is not used.

        Args:
            packed_msg: The message: its text, its JSON object, or what packing returned.
            config: The options with which it would be unpacked.
        """
        return await diagnose(self.resolvers_config, packed_msg, config)
