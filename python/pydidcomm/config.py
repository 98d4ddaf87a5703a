"""The options of packing and unpacking, and the resolvers of a party."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

from pydidcomm._arguments import ArgumentTypeError
from pydidcomm._checks import check_made, check_mapping, check_whole, kind_of
from pydidcomm._config_values import member_of, tuple_of
from pydidcomm._context import prepare_context
from pydidcomm._core import Context, LocalResolver, PackOptions, PackParameters, UnpackOptions
from pydidcomm._options import Options
from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg
from pydidcomm.replay import ReplayWindow
from pydidcomm.resolvers import DIDResolver, DIDResolverWithOptions, SecretsResolver
from pydidcomm.resolvers._composite import find_long_form_writer, memory_of
from pydidcomm.resolvers.finding import SecretsFinder
from pydidcomm.resolvers.options import with_options

__all__ = [
    "AllowedSenders",
    "DIDs",
    "KidIn",
    "PackEncryptedConfig",
    "PackEncryptedParameters",
    "ResolversConfig",
    "UnpackConfig",
]

DIDs: TypeAlias = AbstractSet[str] | Sequence[str]
"""Several DIDs; pydantic has a schema for these two types, but not for their common base."""

AllowedSenders: TypeAlias = DIDs | Callable[[str], bool | Awaitable[bool]] | None
"""The DIDs of accepted senders, or a function that returns whether a DID is accepted; None for any sender."""

KidIn: TypeAlias = Literal["header", "protected"]
"""The header of a signature that holds `kid`; see `PackEncryptedConfig`."""

_set = object.__setattr__
"""How a frozen dataclass sets its own attributes."""


class _Found(Options):
    """What a config derives from its resolvers; derived again in each copy, since these are not options."""

    __slots__ = ("memory", "prepared", "resolver_with_options", "secrets_finder", "store_long_forms")

    prepared: Context
    memory: LocalResolver | None
    store_long_forms: Callable[[], Awaitable[None] | None] | None
    resolver_with_options: DIDResolverWithOptions | None
    secrets_finder: SecretsFinder | None


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class ResolversConfig(_Found):
    """The resolvers of DIDs and secrets, the clock and the replay window of a party.

    Attributes:
        secrets_resolver: Finds private keys.
        did_resolver: Resolves DIDs to their documents.
        clock: Returns the time in seconds since the epoch; None for `time.time`, looked up on each use.
        replay_window: Refuses a message that was unpacked before; None for no replay protection.
        remember_peers: Whether a private key in this process caches its static-static secrets with the keys
            of up to 1,024 peers, which saves one scalar multiplication in authcrypt. They are as secret as
            the key, and are zeroed with it. Secrets of external keys are not cached. The party also keeps
            private keys parsed that the secrets resolver returned as JWKs: 256 at most, each until it was
            not used for five minutes. The resolver is called each time, so a changed or removed JWK takes
            effect at once.
        max_document_entries: The most entries of lists that a DID document may have (keys, services,
            endpoints, routing keys); None for 4096. A larger document raises MalformedDocumentError.
        max_concurrency: The most requests to resolvers in progress at the same time in `pack_many` and
            `unpack_many`; the next request starts as soon as one has ended.

    Raises:
        TypeError: A resolver, the clock or the replay window lacks a method that it needs.
        ValueError: `max_document_entries` is negative, or `max_concurrency` is less than one.
    """

    secrets_resolver: SecretsResolver
    did_resolver: DIDResolver
    clock: Callable[[], float] | None = None
    replay_window: ReplayWindow | None = None
    remember_peers: bool = True
    max_document_entries: int | None = None
    # more are not faster with most networks and databases
    max_concurrency: int = 64

    def __post_init__(self) -> None:
        """Raises TypeError for an object without the methods that it needs, and derives the context."""
        if self.max_document_entries is not None:
            check_whole("max_document_entries", self.max_document_entries, least=0)
        check_whole("max_concurrency", self.max_concurrency, least=1)
        for name, value, methods in (
            ("secrets", self.secrets_resolver, ("get_key", "get_keys")),
            ("resolver", self.did_resolver, ("resolve",)),
        ):
            check_made(name, value, methods[0])
            missing = [method for method in methods if not hasattr(value, method)]
            if missing:
                message = (
                    f"`{name}` must have the methods {' and '.join(methods)}, got {type(value).__name__}: "
                    "secrets come first, the resolver second"
                )
                raise TypeError(message)
        check_made("replay_window", self.replay_window, "seen")
        if self.clock is not None and not callable(self.clock):
            message = f"`clock` must be a function that returns seconds, got {type(self.clock).__name__}"
            raise TypeError(message)
        if self.replay_window is not None and not hasattr(self.replay_window, "seen"):
            message = f"`replay_window` must have the method seen, got {type(self.replay_window).__name__}"
            raise TypeError(message)
        resolver, secrets = self.did_resolver, self.secrets_resolver
        taking = with_options(resolver)
        _set(self, "resolver_with_options", taking)
        _set(self, "secrets_finder", secrets if hasattr(secrets, "find") else None)
        _set(self, "memory", memory_of(resolver))
        _set(self, "store_long_forms", find_long_form_writer(resolver))
        context = prepare_context(
            secrets,
            resolver,
            takes_options=taking is not None,
            remember_peers=self.remember_peers,
            max_document_entries=self.max_document_entries,
        )
        _set(self, "prepared", context)


def check_resolvers(value: object) -> None:
    """Raises TypeError for what is not a `ResolversConfig`, for instance for swapped arguments."""
    if not isinstance(value, ResolversConfig):
        reason = f"`resolvers_config` must be ResolversConfig, got {kind_of(value)}: it comes first"
        raise ArgumentTypeError(reason)


class _PreparedUnpack(Options):
    """The options in the form that the core reads; prepared again in each copy."""

    __slots__ = ("prepared",)

    prepared: UnpackOptions


class _PreparedPack(Options):
    __slots__ = ("prepared",)

    prepared: PackOptions


class _PreparedParameters(Options):
    __slots__ = ("prepared",)

    prepared: PackParameters


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class PackEncryptedConfig(_PreparedPack):
    """The options for encryption.

    Attributes:
        enc_alg_auth: The content encryption of authcrypt: an `AuthCryptAlg` or its wire name. The
            specification allows one, A256CBC-HS512.
        enc_alg_anon: The content encryption of anoncrypt: an `AnonCryptAlg` or its wire name.
        protect_sender_id: Whether to hide the sender from all but the recipient, by an anoncrypt layer
            around the authcrypt layer.
        authcrypt_signed: Whether a message with both `frm` and `sign_frm` is authcrypted. By default it is
            signed and anoncrypted, as the specification advises, since the signature proves the sender.
        anoncrypt_authcrypt_signed: Whether such a message gets all three layers. The specification forbids
            this combination, and recipients may refuse it; anoncrypt(sign) hides and proves as much.
        profile: The profile of the recipient. "veramo" is for agents with `@veramo/did-comm`, which read
            authcrypt by draft 3 of ECDH-1PU: without `apu` and `apv`, and with a key derivation without the
            tag of the content. It is encrypted to one key, on X25519, because each of several recipients
            could forge messages from the sender to the others. Readers of DIDComm v2.1 refuse it. Anoncrypt
            is unchanged. Veramo opens one layer only, so `pack` with `sign_frm` raises ValueError: sign with
            `pack_signed(kid_in="protected")`.
        kid_in: The header of the signature that holds `kid`. "header" is the unprotected header, as in the
            examples of the specification. "protected" is for Veramo, which reads the protected header only.
        curves: The allowed curves for key agreement, the preferred first. The message is encrypted on the
            first curve on which the recipient has keys and, in authcrypt, the sender has a private key.
        every_curve: Whether to pack an envelope for each of these curves on which the recipient has keys;
            see `Packed.envelopes`. For a recipient whose supported curves are unknown.
        forward: Whether to wrap the message for the mediators in the recipient's document. A message without
            forwards is for the recipient directly, for instance on a connection that it opened.
        max_keys: The most keys that the message is encrypted to for one recipient: those of the recipient in
            all envelopes, and those of the mediators before the first delivery. `pack` raises ValueError for
            more; the documents of the peers determine how many there are.

    Raises:
        TypeError: An option has another type; a `str` is not a sequence of curves.
        ValueError: An algorithm is not in its enum, a curve is not one for key agreement, `profile` or
            `kid_in` has another value, `max_keys` is less than one, or `protect_sender_id` is set with
            "veramo".
        UnsupportedError: A curve is unknown.

    Example:
        >>> from pydidcomm import AnonCryptAlg, PackEncryptedConfig
        >>> PackEncryptedConfig(enc_alg_anon="XC20P").enc_alg_anon is AnonCryptAlg.XC20P_ECDH_ES_A256KW
        True
    """

    enc_alg_auth: AuthCryptAlg | str = AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW
    enc_alg_anon: AnonCryptAlg | str = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW
    protect_sender_id: bool = False
    authcrypt_signed: bool = False
    anoncrypt_authcrypt_signed: bool = False
    profile: Literal["didcomm/v2", "veramo"] = "didcomm/v2"
    kid_in: KidIn = "header"
    curves: Sequence[str] = ("X25519", "P-384", "P-256", "P-521")
    every_curve: bool = False
    forward: bool = True
    # what `unpack` reads by default
    max_keys: int = 1000

    def __post_init__(self) -> None:
        """Copies the collections and reads the algorithms, so that the repr shows the values in use."""
        _set(self, "enc_alg_auth", member_of("enc_alg_auth", AuthCryptAlg, self.enc_alg_auth))
        if self.enc_alg_auth != AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW:
            got = str(self.enc_alg_auth)
            message = f"`enc_alg_auth` must be 'A256CBC-HS512', got {got!r}, which is only read (from Veramo)"
            raise ValueError(message)
        _set(self, "enc_alg_anon", member_of("enc_alg_anon", AnonCryptAlg, self.enc_alg_anon))
        _set(self, "curves", tuple_of("curves", self.curves))
        check_whole("max_keys", self.max_keys, least=1)
        if self.profile == "veramo" and self.protect_sender_id:
            message = '`protect_sender_id` must not be set with `profile="veramo"`, which has one layer'
            raise ValueError(message)
        prepared = PackOptions(
            enc_alg_anon=self.enc_alg_anon,
            protect_sender_id=self.protect_sender_id,
            authcrypt_signed=self.authcrypt_signed,
            anoncrypt_authcrypt_signed=self.anoncrypt_authcrypt_signed,
            profile=self.profile,
            kid_in=self.kid_in,
            curves=self.curves,
            every_curve=self.every_curve,
            forward=self.forward,
            max_keys=self.max_keys,
        )
        _set(self, "prepared", prepared)


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class PackEncryptedParameters(_PreparedParameters):
    """The options of packing for a single message.

    Attributes:
        from_prior_issuer_kid: The key of the prior DID that signs `from_prior`; by default the first key
            under `authentication` whose secret was found.
        forward_service_id: The id of the recipient's service to use, absolute or as "#fragment"; by default
            all services, in the recipient's order.
        forward_schemes: The URI schemes that the sender supports, for instance ("wss", "https"); empty for
            any. The message is wrapped for endpoints with these schemes only.
        forward_headers: Headers of every forward, for instance `delay_milli`. `expires_time` is by default
            that of the message; a value of None omits it.

    Raises:
        TypeError: A parameter has another type.
        ValueError: `from_prior_issuer_kid` is not a DID URL, or `forward_headers` has a header that the
            forward sets itself.
    """

    from_prior_issuer_kid: str | None = None
    forward_service_id: str | None = None
    forward_schemes: Sequence[str] = ()
    forward_headers: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Copies the collections, and reads the options once."""
        _set(self, "forward_schemes", tuple_of("forward_schemes", self.forward_schemes))
        if self.forward_headers is not None:
            check_mapping("forward_headers", self.forward_headers)
            _set(self, "forward_headers", deepcopy(dict(self.forward_headers)))
        prepared = PackParameters(
            from_prior_issuer_kid=self.from_prior_issuer_kid,
            forward_service_id=self.forward_service_id,
            forward_schemes=self.forward_schemes,
            forward_headers=self.forward_headers,
        )
        _set(self, "prepared", prepared)


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class UnpackConfig(_PreparedUnpack):
    """The requirements and limits for unpacking.

    Attributes:
        expect_decrypt_by_all_keys: Whether the secret of every recipient key must be found and must decrypt
            the message.
        accept_missing_apv: Whether to read an anoncrypt envelope without `apv`, as Veramo writes it; its list
            of recipients is not authenticated.
        accept_profiles: Forms of messages to read although DIDComm v2.1 refuses them. "veramo", the only one,
            is what `@veramo/did-comm` writes: authcrypt by draft 3 of ECDH-1PU, anoncrypt without `apv`, and
            times as dates in words, which read as absent. `metadata.profile` is "veramo" then. Its authcrypt
            does not bind the content to the recipients: any recipient of a message that this sender encrypted
            to you and to others can forge a message from the sender to you, and `metadata.warnings` contains
            `WarningCode.AUTHCRYPT_DRAFT_3`. Envelopes to more than one key are refused, which does not
            prevent that. `require_profile` turns it off.
        tolerate_form_faults: Whether to read an optional part of an invalid form as absent, for instance
            `created_time` as a date in words: `metadata.form_faults` contains the part and its value. By
            default such a message is refused. `from`, `to`, `type`, `id`, `typ` and `from_prior` are never
            read as absent, `require_unexpired` refuses an `expires_time` that is not a number, and
            `require_profile` tolerates nothing.
        unwrap_re_wrapping_forward: Whether to open a forward that a mediator addressed to the recipient
            itself. The result is the message inside, whose claims must be proved without the forward.
        forward_unencrypted: Whether `unpack_forward` accepts a forward whose attachment is not an encrypted
            message; otherwise it raises MalformedMessageError.
        require_encrypted: Whether the message must be encrypted.
        require_authenticated: Whether the sender must be proved, by authcrypt or by a signature.
        require_signed: Whether the sender must have signed the message.
        require_unexpired: Whether to refuse a message after its `expires_time`; without this option,
            `metadata.expired` of such a message is True.
        require_profile: The profile that the message must conform to. "didcomm/v2", the only one, requires
            an encrypted message with the layers and algorithms that DIDComm v2.1 lists for senders, and with
            every recipient bound by `apv`.
        allowed_senders: The DIDs of accepted senders, in any form, or a function, plain or `async`, that
            returns whether a sender is accepted. The function is called with `metadata.sender`; a message
            without a proved sender is refused. A collection is copied: use a function where senders change.
        to_mismatch: Whether an encrypted message whose `to` does not contain the DID that it was encrypted
            to, or a message that is signed, not encrypted, and has no `to`, is an "error" or a "warning" in
            `metadata.warnings`. A message that is both signed and encrypted is refused in any case, since its
            signer addressed another recipient. A signed out-of-band invitation may lack `to`.
        own_dids: Our DIDs: an unencrypted message with none of them in `to` gets a warning.
        now: The time in seconds since the epoch for `expires_time` and for the times of a DID rotation; None
            for the time of the clock.
        max_bytes: The longest message in bytes; None for 64 MiB. Unpacking takes up to four times the length
            of a message in memory, and raises MemoryError where there is less.
        max_nesting: The deepest nesting of objects and arrays in a plaintext; None for 100, at most 127.
        max_layers: The most layers around a plaintext; None for 3, all that the specification defines.
        max_recipients: The most recipient keys of one envelope; None for 1000.
        max_to: The most entries of `to`; None for 250,000.
        max_attachments: The most attachments of one message; None for 10,000.
        max_signatures: The most signatures of one envelope, all by one signer; None for 1.
        max_forward_depth: The most nested forwards that are opened for one message; None for 10.
        max_ending_age: The maximum age, in seconds, of the announcement that a relationship ended, and of a
            rotation from a DID that is deactivated; None for 30 days. An older announcement of an end raises
            UntrustedMessageError, since it may be a replay.

    Raises:
        TypeError: An option has another type.
        ValueError: A limit is negative, or `to_mismatch` has another value.
        UnsupportedError: `require_profile` is not "didcomm/v2", or `accept_profiles` has another profile than
            "veramo".

    Example:
        >>> from pydidcomm import UnpackConfig
        >>> config = UnpackConfig(require_encrypted=True, allowed_senders={"did:example:alice"})
        >>> config.require_encrypted, config.to_mismatch
        (True, 'error')
    """

    expect_decrypt_by_all_keys: bool = False
    accept_missing_apv: bool = False
    accept_profiles: AbstractSet[str] | Sequence[str] = ()
    tolerate_form_faults: bool = False
    unwrap_re_wrapping_forward: bool = True
    forward_unencrypted: bool = False
    require_encrypted: bool = False
    require_authenticated: bool = False
    require_signed: bool = False
    require_unexpired: bool = False
    require_profile: str | None = None
    allowed_senders: AllowedSenders = None
    to_mismatch: Literal["error", "warning"] = "error"
    own_dids: DIDs = ()
    now: int | None = None
    max_bytes: int | None = None
    max_nesting: int | None = None
    max_layers: int | None = None
    max_recipients: int | None = None
    max_to: int | None = None
    max_attachments: int | None = None
    max_signatures: int | None = None
    max_forward_depth: int | None = None
    max_ending_age: int | None = None

    def __post_init__(self) -> None:
        """Copies the collections, and reads the options once for all messages."""
        allowed = self.allowed_senders
        if allowed is not None and not callable(allowed):
            _set(self, "allowed_senders", frozenset(tuple_of("allowed_senders", allowed)))
        _set(self, "own_dids", tuple_of("own_dids", self.own_dids))
        _set(self, "accept_profiles", tuple_of("accept_profiles", self.accept_profiles))
        for option in fields(self):
            value = getattr(self, option.name)
            if value is not None and (option.name == "now" or option.name.startswith("max_")):
                check_whole(option.name, value, least=0)
        _set(self, "prepared", UnpackOptions(self))
