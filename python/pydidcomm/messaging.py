"""The object that a program keeps for its life: its secrets, its resolver, and what they can do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from pydidcomm import _core, _operations, batches, key_did, peer_did, rotation, routing
from pydidcomm._admission import admitted
from pydidcomm._core import (
    Attachment,
    DIDDocument,
    Forwarded,
    InMemorySecrets,
    LocalResolver,
    Message,
    Packed,
    PackedForward,
    PackedPlaintext,
    PackedSigned,
    UnpackResult,
    V1Message,
)
from pydidcomm._drive import drive
from pydidcomm._loops import is_awaitable
from pydidcomm._together import resolved_together
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.attachments import AttachmentSignature
from pydidcomm.batches import Outgoing
from pydidcomm.config import (
    KidIn,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
)
from pydidcomm.diagnosis import Diagnosis, diagnose
from pydidcomm.peer_did import PeerMethod
from pydidcomm.replay import ReplayWindow
from pydidcomm.resolvers import DIDResolver, PrefixResolver, SecretsResolver, SecretsStore

TYPE_CHECKING = False


class DIDCommMessaging:
    """One party: packs in its name, and unpacks what it is sent.

    Args:
        secrets: Finds its secret keys; an empty `InMemorySecrets` by default.
        resolver: Finds DID documents; by default those that need no network, did:key, did:jwk and did:peer.
        clock: Tells the time in seconds since the epoch; None for `time.time`.
        replay_window: Remembers which messages were unpacked, so that none is taken twice, for instance an
            `InMemoryReplayWindow`; None for no memory.
        remember_peers: Whether secret keys in this process remember what they share with those of peers.
        max_document_entries: The most entries of lists that a DID document may have; None for 4096.
        max_concurrency: The most answers that `pack_many` and `unpack_many` await at the same time.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message
        >>> async def main():
        ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        ...     packed = await alice.pack(hello, to=bob_did, frm=alice_did)
        ...     received = await bob.unpack(packed.message)
        ...     return received.message.body["msg"], received.sender == alice_did
        >>> asyncio.run(main())
        ('Hi Bob', True)
    """

    def __init__(  # noqa: PLR0913, all but the first two are named
        self,
        secrets: SecretsResolver | None = None,
        resolver: DIDResolver | None = None,
        *,
        clock: Callable[[], float] | None = None,
        replay_window: ReplayWindow | None = None,
        remember_peers: bool = True,
        max_document_entries: int | None = None,
        max_concurrency: int = 64,
    ) -> None:
        self.resolvers_config = ResolversConfig(
            secrets_resolver=InMemorySecrets() if secrets is None else secrets,
            did_resolver=LocalResolver() if resolver is None else resolver,
            clock=clock,
            replay_window=replay_window,
            remember_peers=remember_peers,
            max_document_entries=max_document_entries,
            max_concurrency=max_concurrency,
        )

    async def __aenter__(self) -> "DIDCommMessaging":  # noqa: PYI034, Self came with Python 3.11
        """Returns the party; it is closed at the end of the block."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Closes what the party was given; see `aclose`."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the resolvers, the secrets and the replay window, each that has a method `aclose`.

        The party itself holds nothing open. Each is closed once, also where another one fails.

        Raises:
            Exception: What the first `aclose` that fails raises.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging
            >>> async def main():
            ...     async with DIDCommMessaging() as party:
            ...         return await party.create_peer_did()
            >>> asyncio.run(main()).startswith("did:peer:2")
            True
        """
        failed: Exception | None = None
        for one in owned(self.resolvers_config):
            try:
                if hasattr(one, "aclose"):
                    await one.aclose()
            except Exception as error:  # noqa: BLE001, the others are closed first
                failed = failed or error
        if failed is not None:
            raise failed

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
        anonymous: bool = False,
        sign_frm: str | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """The message encrypted for one recipient; see `pydidcomm.pack_encrypted`.

        Args:
            message: What to pack.
            to: The recipient: a DID, or the DID URL of one of its keys under `keyAgreement`.
            frm: The sender, a DID or the DID URL of one of its keys; by default `frm` of the message. The
                message is authcrypted, which proves the sender; without a sender it is anoncrypted.
            anonymous: Whether the message is anoncrypted though it has `frm`, which nothing proves then.
            sign_frm: The signer, a DID or the DID URL of one of its keys.
            config: How to encrypt.
            params: What this message needs in addition.

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
        frm = _operations.sender_of(message, frm, anonymous=anonymous)
        operation = _operations.encrypted(self.resolvers_config, message, to, frm, sign_frm, config, params)
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
    ) -> list[Packed]:
        """The message encrypted for each of several recipients; see `pydidcomm.pack_encrypted_to_each`.

        `frm` is by default that of the message, unless it is `anonymous`; see `pack`.
        """
        frm = _operations.sender_of(message, frm, anonymous=anonymous)
        operation = _operations.encrypted_to_each(
            self.resolvers_config, message, to, frm, sign_frm, config, params
        )
        entries = await drive(operation, await resolved_together(self.resolvers_config, to))
        return _operations.for_each(to, entries)

    async def pack_many(
        self,
        outgoing: Iterable[Outgoing],
        *,
        config: PackEncryptedConfig | None = None,
        threads: int | None = None,
    ) -> list[Packed | Exception]:
        """Each message encrypted for its recipient, on several threads; see `pydidcomm.pack_many`."""
        return await batches.pack_many(self.resolvers_config, outgoing, config, threads=threads)

    async def pack_signed(
        self, message: Message | Mapping[str, Any], *, sign_frm: str, kid_in: KidIn = "header"
    ) -> PackedSigned:
        """The message signed; see `pydidcomm.pack_signed`."""
        operation = _operations.signed(self.resolvers_config, message, sign_frm, kid_in)
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
            message: What to say beside; an empty message by default.
            at: When the DID was rotated, in seconds since the epoch; now, unless it is given.
            sign_frm: The signer of the message, a key of `new`; see `pydidcomm.pack_encrypted`.
            config: How to encrypt.
            params: What this message needs beside.

        Raises:
            ValueError: `message` is from somebody else, or announces a rotation already.
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
        now = _operations.time_of(self.resolvers_config)
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

        It is anoncrypted, for it is from nobody any more; a key of `frm` signs the announcement in it.
        DIDComm v2.1, section "Ending a Relationship".

        Args:
            to: The peer: a DID, or the DID URL of one of its keys under `keyAgreement`.
            frm: The DID by which the peer knows us.
            message: What to say beside, without `frm`; an empty message by default.
            at: When the relationship ended, in seconds since the epoch; now, unless it is given.
            config: How to encrypt.
            params: What this message needs beside.

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
        now = _operations.time_of(self.resolvers_config)
        message = rotation.ending(message, to=to, frm=frm, now=now, at=at)
        return await self.pack(message, to=to, anonymous=True, config=config, params=params)

    async def sign_attachment(
        self, attachment: Attachment, *, sign_frm: str, content: bytes | None = None, compact: bool = False
    ) -> Attachment:
        """The attachment with a detached signature over its content; see `pydidcomm.sign_attachment`."""
        operation = _operations.attachment_signed(
            self.resolvers_config, attachment, sign_frm, content, compact=compact
        )
        result: Attachment = await drive(operation, self.resolvers_config)
        return result

    async def verify_attachment(
        self, attachment: Attachment, *, content: bytes | None = None, signer: str | None = None
    ) -> AttachmentSignature:
        """Verify the signature of an attachment; see `pydidcomm.verify_attachment`."""
        operation = _operations.attachment_verified(self.resolvers_config, attachment, content, signer)
        return AttachmentSignature(*await drive(operation, self.resolvers_config))

    async def unpack_forward(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> Forwarded:
        """What a mediator is asked to hand on, and to whom; see `pydidcomm.unpack_forward`."""
        return await routing.unpack_forward(self.resolvers_config, packed_msg, config)

    async def wrap_in_forward(
        self,
        packed_msg: str | bytes | Mapping[str, Any],
        *,
        to: str,
        routing_keys: Sequence[str],
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """An encrypted message in one forward for each routing key; see `pydidcomm.wrap_in_forward`."""
        return await routing.wrap_in_forward(
            self.resolvers_config, packed_msg, to, routing_keys, enc_alg_anon, headers
        )

    async def rewrap(
        self,
        payload: str | bytes | Mapping[str, Any],
        next_hop: str,
        routing_keys: Sequence[str] = (),
        *,
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """What a forward carried, wrapped once more before it is handed on; see `pydidcomm.rewrap`."""
        return await routing.rewrap(
            self.resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers
        )

    async def resolve(self, did: str) -> DIDDocument:
        """The document of the DID.

        Raises:
            DidNotFoundError: The resolver does not know the DID.
            DidDeactivatedError: The DID is deactivated.
            MalformedDocumentError: The document breaks its specification, or is that of another DID.
        """
        document: Any = self.resolver.resolve(did)
        if is_awaitable(document):
            document = await document
        return _core.document_of(did, document, self.resolvers_config.max_document_entries)

    async def create_peer_did(  # noqa: PLR0913, all but the counts are named
        self,
        auth_keys_count: int = 1,
        agreement_keys_count: int = 1,
        *,
        method: PeerMethod = 2,
        auth_curves: Sequence[str] = ("Ed25519",),
        agreement_curves: Sequence[str] = ("X25519",),
        service_endpoint: str | None = None,
        routing_keys: Sequence[str] = (),
        accept: Sequence[str] = ("didcomm/v2",),
        services: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """A new did:peer whose secrets are kept in `secrets`; see `pydidcomm.create_peer_did`.

        A `LocalResolver` of this party remembers it, so that a short form resolves here too.

        Raises:
            TypeError: `secrets` takes no new secrets; it has no `add_key`.
        """
        return await peer_did.create_peer_did(
            store(self.secrets),
            auth_keys_count,
            agreement_keys_count,
            method=method,
            auth_curves=auth_curves,
            agreement_curves=agreement_curves,
            service_endpoint=service_endpoint,
            routing_keys=routing_keys,
            accept=accept,
            services=services,
            resolver=local(self.resolver),
        )

    async def create_key_did(self, *, curve: str = "Ed25519") -> str:
        """A new did:key whose secrets are kept in `secrets`; see `pydidcomm.create_key_did`.

        Raises:
            TypeError: `secrets` takes no new secrets; it has no `add_key`.
        """
        return await key_did.create_key_did(store(self.secrets), curve=curve)

    async def create_jwk_did(self, *, curve: str = "P-256") -> str:
        """A new did:jwk whose secret is kept in `secrets`; see `pydidcomm.create_jwk_did`.

        Raises:
            TypeError: `secrets` takes no new secrets; it has no `add_key`.
        """
        return await key_did.create_jwk_did(store(self.secrets), curve=curve)


def owned(resolvers: ResolversConfig) -> list[Any]:
    """What a party was given, each once; of resolvers behind prefixes, each of them."""
    resolver = resolvers.did_resolver
    behind = resolver.resolvers() if isinstance(resolver, PrefixResolver) else []
    each: list[Any] = [*behind, resolver, resolvers.secrets_resolver, resolvers.replay_window]
    return list({id(one): one for one in each if one is not None}.values())


def local(resolver: DIDResolver) -> LocalResolver | None:
    """The part of a resolver that remembers the DIDs of this party; None where there is none."""
    if isinstance(resolver, PrefixResolver):
        return resolver.memory()
    return resolver if isinstance(resolver, LocalResolver) else None


def store(secrets: SecretsResolver) -> SecretsStore:
    """The secrets resolver, which has to take new secrets."""
    if not hasattr(secrets, "add_key"):
        message = "these secrets take no new ones: they have no add_key"
        raise TypeError(message)
    return cast("SecretsStore", secrets)
