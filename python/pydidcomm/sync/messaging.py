"""`DIDCommMessaging`, without `await`."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Self

from pydidcomm import _core, _operations, messaging, rotation
from pydidcomm._core import (
    Attachment,
    DIDDocument,
    Forwarded,
    InMemorySecrets,
    Message,
    Packed,
    PackedForward,
    PackedPlaintext,
    PackedSigned,
    UnpackResult,
    V1Message,
)
from pydidcomm._drive import drive_sync, now
from pydidcomm._party import dids
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.attachments import AttachmentSignature
from pydidcomm.batches import Outgoing, PackedMessage
from pydidcomm.config import (
    KidIn,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    UnpackConfig,
)
from pydidcomm.diagnosis import Diagnosis, diagnose_sync
from pydidcomm.outcome import Outcome, outcomes
from pydidcomm.peer_did import PeerMethod
from pydidcomm.replay import ReplayWindow
from pydidcomm.resolvers import DIDResolver, ResolveOptions, SecretsResolver
from pydidcomm.resolvers.options import NO_OPTIONS, resolve_with
from pydidcomm.sync import batches, functions

TYPE_CHECKING = False


class DIDCommMessaging:
    """One party: packs in its name, and unpacks what it is sent; see `pydidcomm.DIDCommMessaging`.

    Args:
        secrets: Finds its secret keys, with plain methods; an empty `InMemorySecrets` by default.
        resolver: Finds DID documents, with a plain method; by default those that need no network.
        clock: Tells the time in seconds since the epoch; None for `time.time`.
        replay_window: Remembers which messages were unpacked, with a plain method; None for no memory.
        remember_peers: Whether secret keys in this process remember what they share with those of peers.
        max_document_entries: The most entries of lists that a DID document may have; None for 4096.
        max_concurrency: As in `pydidcomm.DIDCommMessaging`; plain methods answer one at a time.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.sync import DIDCommMessaging
        >>> alice, bob = DIDCommMessaging(), DIDCommMessaging()
        >>> alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
        >>> hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        >>> bob.unpack(alice.pack(hello, to=bob_did, frm=alice_did).message).message.body
        {'msg': 'Hi Bob'}
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
            did_resolver=messaging.default_resolver(secrets) if resolver is None else resolver,
            clock=clock,
            replay_window=replay_window,
            remember_peers=remember_peers,
            max_document_entries=max_document_entries,
            max_concurrency=max_concurrency,
        )

    def __enter__(self) -> Self:
        """Returns the party; it is closed at the end of the block."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Closes what the party was given; see `close`."""
        self.close()

    def close(self) -> None:
        """Close the resolvers, the secrets and the replay window, each that has a method `close`."""
        failed: Exception | None = None
        for one in messaging.owned(self.resolvers_config):
            try:
                if hasattr(one, "close"):
                    now(one.close())
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

    def pack(  # noqa: PLR0913, all but the message are named
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
        """The message encrypted for one recipient; see `pydidcomm.DIDCommMessaging.pack`."""
        frm = _operations.sender_of(message, frm, anonymous=anonymous)
        operation = _operations.encrypted(self.resolvers_config, message, to, frm, sign_frm, config, params)
        result: Packed = drive_sync(operation, self.resolvers_config)
        return result

    def pack_to_each(  # noqa: PLR0913, all but the message are named
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
        """The message encrypted for each of several recipients; see `pydidcomm.pack_encrypted_to_each`."""
        frm = _operations.sender_of(message, frm, anonymous=anonymous)
        operation = _operations.encrypted_to_each(
            self.resolvers_config, message, to, frm, sign_frm, config, params
        )
        return outcomes(drive_sync(operation, self.resolvers_config))

    def pack_many(
        self,
        outgoing: Iterable[Outgoing],
        *,
        config: PackEncryptedConfig | None = None,
        threads: int | None = None,
    ) -> list[Outcome[Packed]]:
        """Each message encrypted for its recipient, on several threads; see `pydidcomm.pack_many`."""
        return batches.pack_many(self.resolvers_config, outgoing, config, threads=threads)

    def pack_signed(
        self, message: Message | Mapping[str, Any], *, sign_frm: str, kid_in: KidIn = "header"
    ) -> PackedSigned:
        """The message signed; see `pydidcomm.pack_signed`."""
        operation = _operations.signed(self.resolvers_config, message, sign_frm, kid_in)
        result: PackedSigned = drive_sync(operation, self.resolvers_config)
        _operations.warn_of_missing_to(message)
        return result

    def pack_plaintext(self, message: Message | Mapping[str, Any]) -> PackedPlaintext:
        """The message for anybody to read; see `pydidcomm.pack_plaintext`."""
        return functions.pack_plaintext(self.resolvers_config, message)

    def unpack(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult:
        """The message inside, and what was proved about it; see `pydidcomm.unpack`."""
        return functions.unpack(self.resolvers_config, packed_msg, config)

    def receive(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> UnpackResult | V1Message:
        """Unpack a message of DIDComm v2 or of v1; see `pydidcomm.DIDCommMessaging.receive`."""
        return functions.receive(self.resolvers_config, packed_msg, config)

    def unpack_many(
        self,
        packed_msgs: Iterable[str | bytes | Mapping[str, Any]],
        *,
        config: UnpackConfig | None = None,
        threads: int | None = None,
    ) -> list[Outcome[UnpackResult]]:
        """Each message as `unpack` returns it, or what it raises; see `pydidcomm.unpack_many`."""
        return batches.unpack_many(self.resolvers_config, packed_msgs, config, threads=threads)

    def unpack_each(
        self,
        packed_msgs: Iterable[PackedMessage],
        *,
        config: UnpackConfig | None = None,
        at_once: int = 1,
    ) -> Generator[Outcome[UnpackResult], None, None]:
        """Each message as `unpack` returns it, or what it raises; see `pydidcomm.sync.unpack_each`."""
        return batches.unpack_each(self.resolvers_config, packed_msgs, config, at_once=at_once)

    def sign_attachment(
        self, attachment: Attachment, *, sign_frm: str, content: bytes | None = None, compact: bool = False
    ) -> Attachment:
        """The attachment with a detached signature over its content; see `pydidcomm.sign_attachment`."""
        return functions.sign_attachment(
            self.resolvers_config, attachment, sign_frm, content, compact=compact
        )

    def verify_attachment(
        self, attachment: Attachment, *, content: bytes | None = None, signer: str | None = None
    ) -> AttachmentSignature:
        """Verify the signature of an attachment; see `pydidcomm.verify_attachment`."""
        return functions.verify_attachment(self.resolvers_config, attachment, content, signer=signer)

    def diagnose(
        self,
        packed_msg: str | bytes | Mapping[str, Any] | Packed | PackedSigned,
        *,
        config: UnpackConfig | None = None,
    ) -> Diagnosis:
        """Report what `unpack` needs for a message; see `pydidcomm.DIDCommMessaging.diagnose`."""
        return diagnose_sync(self.resolvers_config, packed_msg, config)

    def rotate(  # noqa: PLR0913, all of them are named
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
        """The message by which a peer learns of a new DID; see `pydidcomm.DIDCommMessaging.rotate`.

        Example:
            >>> from pydidcomm.sync import DIDCommMessaging
            >>> alice, bob = DIDCommMessaging(), DIDCommMessaging()
            >>> old, new = alice.create_peer_did(), alice.create_peer_did()
            >>> packed = alice.rotate(to=bob.create_peer_did(), old=old, new=new)
            >>> bob.unpack(packed.message).relationship_change.new == new
            True
        """
        now = _operations.time_of(self.resolvers_config)
        message = rotation.rotating(message, to=to, old=old, new=new, now=now, at=at)
        return self.pack(message, to=to, frm=new, sign_frm=sign_frm, config=config, params=params)

    def end_relationship(  # noqa: PLR0913, all of them are named
        self,
        *,
        to: str,
        frm: str,
        message: Message | None = None,
        at: int | None = None,
        config: PackEncryptedConfig | None = None,
        params: PackEncryptedParameters | None = None,
    ) -> Packed:
        """The message by which a peer learns of the end; see `pydidcomm.DIDCommMessaging.end_relationship`.

        Example:
            >>> from pydidcomm.sync import DIDCommMessaging
            >>> alice, bob = DIDCommMessaging(), DIDCommMessaging()
            >>> alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
            >>> packed = alice.end_relationship(to=bob_did, frm=alice_did)
            >>> bob.unpack(packed.message).relationship_change.did == alice_did
            True
        """
        now = _operations.time_of(self.resolvers_config)
        message = rotation.ending(message, to=to, frm=frm, now=now, at=at)
        return self.pack(message, to=to, anonymous=True, config=config, params=params)

    def unpack_forward(
        self, packed_msg: str | bytes | Mapping[str, Any], *, config: UnpackConfig | None = None
    ) -> Forwarded:
        """What a mediator is asked to hand on, and to whom; see `pydidcomm.unpack_forward`."""
        return functions.unpack_forward(self.resolvers_config, packed_msg, config)

    def wrap_in_forward(
        self,
        packed_msg: str | bytes | Mapping[str, Any],
        *,
        to: str,
        routing_keys: Sequence[str],
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """An encrypted message in one forward for each routing key; see `pydidcomm.wrap_in_forward`."""
        return functions.wrap_in_forward(
            self.resolvers_config, packed_msg, to, routing_keys, enc_alg_anon, headers
        )

    def rewrap(
        self,
        payload: str | bytes | Mapping[str, Any],
        next_hop: str,
        routing_keys: Sequence[str] = (),
        *,
        enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW,
        headers: Mapping[str, Any] | None = None,
    ) -> PackedForward:
        """What a forward carried, wrapped once more before it is handed on; see `pydidcomm.rewrap`."""
        return functions.rewrap(self.resolvers_config, payload, next_hop, routing_keys, enc_alg_anon, headers)

    def resolve(self, did: str, *, options: ResolveOptions = NO_OPTIONS) -> DIDDocument:
        """The document of the DID; see `pydidcomm.DIDCommMessaging.resolve`."""
        answer = now(resolve_with(self.resolver, did, options))
        return _core.document_of(did, answer, self.resolvers_config.max_document_entries)

    def create_peer_did(  # noqa: PLR0913, all but the counts are named
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
        """A new did:peer whose secrets are kept in `secrets`; see `pydidcomm.create_peer_did`."""
        return functions.create_peer_did(
            dids.store(self.secrets),
            auth_keys_count,
            agreement_keys_count,
            method=method,
            auth_curves=auth_curves,
            agreement_curves=agreement_curves,
            service_endpoint=service_endpoint,
            routing_keys=routing_keys,
            accept=accept,
            services=services,
            resolver=dids.local(self.resolver),
        )

    def create_key_did(self, *, curve: str = "Ed25519") -> str:
        """A new did:key whose secrets are kept in `secrets`; see `pydidcomm.create_key_did`."""
        return functions.create_key_did(dids.store(self.secrets), curve=curve)

    def create_jwk_did(self, *, curve: str = "P-256") -> str:
        """A new did:jwk whose secret is kept in `secrets`; see `pydidcomm.create_jwk_did`."""
        return functions.create_jwk_did(dids.store(self.secrets), curve=curve)
