"""The object that a program keeps for its life: its secrets, its resolver, and what they can do."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydidcomm import _core, _operations, peer_did
from pydidcomm._core import (
    Attachment,
    DIDDocument,
    InMemorySecrets,
    LocalResolver,
    Message,
    Packed,
    PackedPlaintext,
    PackedSigned,
    UnpackResult,
)
from pydidcomm._drive import drive
from pydidcomm.config import PackEncryptedConfig, PackEncryptedParameters, ResolversConfig, UnpackConfig
from pydidcomm.errors import DidNotFoundError
from pydidcomm.resolvers import DIDResolver, SecretsResolver, SecretsStore


class DIDCommMessaging:
    """One party: packs in its name, and unpacks what it is sent.

    Args:
        secrets: Finds its secret keys; an empty `InMemorySecrets` by default.
        resolver: Finds DID documents; by default those that need no network, did:key and did:peer:2.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message
        >>> async def main():
        ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        ...     packed = await alice.pack(hello, to=bob_did, frm=alice_did)
        ...     received = await bob.unpack(packed.message)
        ...     return received.message.body["msg"], received.message.frm == alice_did
        >>> asyncio.run(main())
        ('Hi Bob', True)
    """

    def __init__(self, secrets: SecretsResolver | None = None, resolver: DIDResolver | None = None) -> None:
        self.resolvers_config = ResolversConfig(
            secrets_resolver=InMemorySecrets() if secrets is None else secrets,
            did_resolver=LocalResolver() if resolver is None else resolver,
        )

    @property
    def secrets(self) -> SecretsResolver:
        """Finds its secret keys."""
        return self.resolvers_config.secrets_resolver

    @property
    def resolver(self) -> DIDResolver:
        """Finds DID documents."""
        return self.resolvers_config.did_resolver

    async def pack(  # noqa: PLR0913, all but the message are named
        self,
        message: Message | Mapping[str, Any],
        *,
        to: str,
        frm: str | None = None,
        sign_frm: str | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """The message encrypted for one recipient; see `pydidcomm.pack_encrypted`."""
        operation = _operations.encrypted(self.resolvers_config, message, to, frm, sign_frm, config, params)
        result: Packed = await drive(operation, self.resolvers_config)
        return result

    async def pack_signed(self, message: Message | Mapping[str, Any], *, sign_frm: str) -> PackedSigned:
        """The message signed; see `pydidcomm.pack_signed`."""
        operation = _operations.signed(self.resolvers_config, message, sign_frm)
        result: PackedSigned = await drive(operation, self.resolvers_config)
        return result

    async def pack_plaintext(self, message: Message | Mapping[str, Any]) -> PackedPlaintext:
        """The message for anybody to read; see `pydidcomm.pack_plaintext`."""
        return _core.pack_plaintext(message)

    async def unpack(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult:
        """The message inside, and what was proved about it; see `pydidcomm.unpack`."""
        operation = _operations.unpacked(self.resolvers_config, packed_msg, config)
        result: UnpackResult = await drive(operation, self.resolvers_config)
        return result

    async def sign_attachment(
        self, attachment: Attachment, *, sign_frm: str, content: bytes | None = None, compact: bool = False
    ) -> Attachment:
        """The attachment with a detached signature over its content; see `pydidcomm.sign_attachment`."""
        operation = _operations.attachment_signed(
            self.resolvers_config, attachment, sign_frm, content, compact=compact
        )
        result: Attachment = await drive(operation, self.resolvers_config)
        return result

    async def verify_attachment(self, attachment: Attachment, *, content: bytes | None = None) -> str:
        """The kid of the key that signed the content; see `pydidcomm.verify_attachment`."""
        operation = _operations.attachment_verified(self.resolvers_config, attachment, content)
        result: str = await drive(operation, self.resolvers_config)
        return result

    async def resolve(self, did: str) -> DIDDocument:
        """The document of the DID.

        Raises:
            DidNotFoundError: The resolver does not know the DID.
            MalformedDocumentError: The document breaks its specification.
        """
        document: Any = self.resolver.resolve(did)
        if hasattr(document, "__await__"):
            document = await document
        return parsed(did, document)

    async def create_peer_did(  # noqa: PLR0913, all but the counts are named
        self,
        auth_keys_count: int = 1,
        agreement_keys_count: int = 1,
        *,
        service_endpoint: str | None = None,
        routing_keys: Sequence[str] = (),
        accept: Sequence[str] = ("didcomm/v2",),
        services: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """A new did:peer:2 whose secrets are kept in `secrets`; see `pydidcomm.create_peer_did`.

        Raises:
            TypeError: `secrets` takes no new secrets; it has no `add_key`.
        """
        return await peer_did.create_peer_did(
            store(self.secrets),
            auth_keys_count,
            agreement_keys_count,
            service_endpoint=service_endpoint,
            routing_keys=routing_keys,
            accept=accept,
            services=services,
        )


def parsed(did: str, document: Any) -> DIDDocument:  # noqa: ANN401, what a resolver may answer
    """What a resolver answered, as a document."""
    if document is None:
        raise DidNotFoundError(did)
    return document if isinstance(document, DIDDocument) else DIDDocument(document)


def store(secrets: SecretsResolver) -> SecretsStore:
    """The secrets resolver, which has to take new secrets."""
    if not hasattr(secrets, "add_key"):
        message = "these secrets take no new ones: they have no add_key"
        raise TypeError(message)
    return cast("SecretsStore", secrets)
