"""Options for packing and unpacking, and the resolvers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

from pydidcomm._arguments import ArgumentTypeError
from pydidcomm._checks import check_made, check_mapping, check_whole, kind_of
from pydidcomm._config_values import member_of, tuple_of
from pydidcomm._context import prepare_context
from pydidcomm._core import Context, PackOptions, PackParameters, UnpackOptions
from pydidcomm._options import Options
from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg
from pydidcomm.replay import ReplayWindow
from pydidcomm.resolvers import DIDResolver, DIDResolverWithOptions, SecretsResolver
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
"""Some DIDs; pydantic has a schema for both, and none for what they have in common."""

AllowedSenders: TypeAlias = DIDs | Callable[[str], bool | Awaitable[bool]] | None
"""The DIDs from which messages are taken, or a function that tells whether one is; None for any."""

KidIn: TypeAlias = Literal["header", "protected"]
"""The header of a signature that holds `kid`; see `PackEncryptedConfig`."""

_set = object.__setattr__
"""How a frozen dataclass sets its own attributes."""


class _Found(Options):
    """What a config finds out about its resolvers: made anew in every copy, for these are not options."""

    __slots__ = ("prepared", "resolver_with_options", "secrets_finder")

    prepared: Context
    resolver_with_options: DIDResolverWithOptions | None
    secrets_finder: SecretsFinder | None


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False, repr=False)
class ResolversConfig(_Found):
    """The resolvers of DIDs and secrets.

    Attributes:
        secrets_resolver: Finds secret keys.
        did_resolver: Finds DID documents.
        clock: Tells the time in seconds since the epoch, None for `time.time`,
            looked up on each use.
        replay_window: Remembers which messages were unpacked, so that none is taken
            twice; None for no memory.
        remember_peers: Whether a secret key in this process remembers what it shares with the keys of the
            peers it has met, 1,024 at most: authcrypt with one of them then costs a multiplication less. It
            is as secret as the key, and is zeroed with it. External keys are not cached.
        max_document_entries: The most entries of lists that a DID document may have (keys, services,
            endpoints, routing keys); None for 4096. A larger document is a MalformedDocumentError.
        max_concurrency: The most answers that `pack_many` and `unpack_many` await at the same time. The next
            question is asked as one is answered.

    Raises:
        ValueError: `max_document_entries` is negative, or `max_concurrency` is less than one.
    """

    secrets_resolver: SecretsResolver
    did_resolver: DIDResolver
    clock: Callable[[], float] | None = None
    replay_window: ReplayWindow | None = None
    remember_peers: bool = True
    max_document_entries: int | None = None
    # more would be no faster for most networks and databases
    max_concurrency: int = 64

    def __post_init__(self) -> None:
        """Refuses objects without the methods that each of them needs."""
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
        context = prepare_context(
            secrets,
            resolver,
            takes_options=taking is not None,
            remember_peers=self.remember_peers,
            max_document_entries=self.max_document_entries,
        )
        _set(self, "prepared", context)


def check_resolvers(value: object) -> None:
    """Refuses what is not a `ResolversConfig`, for instance the message where the two were swapped."""
    if not isinstance(value, ResolversConfig):
        reason = f"`resolvers_config` must be ResolversConfig, got {kind_of(value)}: it comes first"
        raise ArgumentTypeError(reason)


class _PreparedUnpack(Options):
    """The options as the core reads them; prepared again in each copy."""

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
    """How a message is encrypted.

    Attributes:
        enc_alg_auth: The content encryption of authcrypt, an `AuthCryptAlg` or its name on the wire; the
            specification allows one.
        enc_alg_anon: The content encryption of anoncrypt, an `AnonCryptAlg` or its name on the wire.
        protect_sender_id: Whether to hide the sender from everybody but the recipient, by an anoncrypt
            layer around the authcrypt layer.
        authcrypt_signed: Whether a message with both `frm` and `sign_frm` is authcrypted. By default it is
            signed and anoncrypted, as the specification advises: the signature proves the sender already.
        anoncrypt_authcrypt_signed: Whether such a message gets all three layers. The specification forbids
            it, and recipients may refuse it; anoncrypt around a signature hides and proves as much.
        profile: How the recipient reads. "veramo" is for agents that use `@veramo/did-comm`, which read
            authcrypt by draft 3 of ECDH-1PU: it has neither `apu` nor `apv`, and its key derivation leaves
            out the tag of the content. It is written to one key, on X25519, because each recipient of
            several could write to the others in the name of the sender. Readers of DIDComm v2.1 refuse it.
            Anoncrypt stays as it is: Veramo reads it. It opens one layer, so `pack` with `sign_frm` raises
            ValueError: sign with `pack_signed(kid_in="protected")`.
        kid_in: The header of the signature that holds `kid`. "header" is the unprotected header, as in the
            examples of the specification. "protected" is for Veramo, which reads the protected header only.
        curves: The curves for key agreement that may be used, the preferred first. The message is encrypted
            on the first one on which the recipient has keys and, in authcrypt, the sender holds one.
        every_curve: Whether the recipient gets an envelope for each of these curves on which it has keys;
            see `Packed.envelopes`. For a recipient of which one does not know what it can compute on.
        forward: Whether the message is wrapped for the mediators that the recipient's document names. A
            message that is not wrapped goes to the recipient alone, for instance on a connection it opened.
        max_keys: The most keys that the message is encrypted to for one recipient: those of the recipient in
            every envelope, and those of the mediators before the first delivery. The documents of the peers
            choose how many there are; `pack` raises ValueError for more.

    Raises:
        TypeError: An option has another type; a `str` is not a sequence of curves.
        ValueError: An algorithm is not one of its enum, a curve is not one for key agreement, `profile` or
            `kid_in` is another word, `max_keys` is less than one, or `protect_sender_id` is on for "veramo".
        UnsupportedError: A curve is not known.

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
        """Copies the collections and reads the algorithms, so that what is shown is what is used."""
        _set(self, "enc_alg_auth", member_of("enc_alg_auth", AuthCryptAlg, self.enc_alg_auth))
        if self.enc_alg_auth != AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW:
            message = "`enc_alg_auth` must be 'A256CBC-HS512', the only one that is written"
            raise ValueError(message)
        _set(self, "enc_alg_anon", member_of("enc_alg_anon", AnonCryptAlg, self.enc_alg_anon))
        _set(self, "curves", tuple_of("curves", self.curves))
        check_whole("max_keys", self.max_keys, least=1)
        if self.profile == "veramo" and self.protect_sender_id:
            message = '`profile="veramo"` has one layer: leave `protect_sender_id` out'
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
    """Options of a single message.

    Attributes:
        from_prior_issuer_kid: The key of the prior DID that signs `from_prior`; by default the first one
            under `authentication` whose secret is held.
        forward_service_id: The service of the recipient that is used, absolute or as "#fragment"; by default
            all of them, in the recipient's order.
        forward_schemes: The URI schemes that the sender can use, for instance ("wss", "https"); by default
            any. Messages are wrapped for such endpoints only.
        forward_headers: Headers of every forward, for instance `delay_milli`. `expires_time` is that of the
            message unless it is given here; None for no such header.

    Raises:
        TypeError: A parameter has another type.
        ValueError: `from_prior_issuer_kid` is not a DID URL, or `forward_headers` has a header that is not
            for the sender to choose.
    """

    from_prior_issuer_kid: str | None = None
    forward_service_id: str | None = None
    forward_schemes: Sequence[str] = ()
    forward_headers: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Copies the collections."""
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
    """How a message is unpacked.

    Attributes:
        expect_decrypt_by_all_keys: Whether the secrets of all recipient keys have to be held and to fit.
        accept_missing_apv: Whether an anoncrypt envelope without `apv` is read, as Veramo writes it; nothing
            binds its list of recipients then.
        accept_profiles: Forms of messages that are read although DIDComm v2.1 refuses them. "veramo", the
            only one, is what `@veramo/did-comm` writes: authcrypt by draft 3 of ECDH-1PU, anoncrypt without
            `apv`, and times as dates in words, which read as absent. `metadata.profile` is "veramo" then.
            The sender of its authcrypt is proved less, since nothing binds the content to the recipients:
            any recipient of a message that this sender encrypted to you and to others can write to you in
            its name, and `metadata.warnings` says so (`WarningCode.AUTHCRYPT_DRAFT_3`). Envelopes to more
            than one key are refused, which does not prevent that. `require_profile` turns it off.
        tolerate_form_faults: Whether a part that the receiver can do without is read as absent where its form
            is not the specification's, for instance `created_time` as a date in words: `metadata.form_faults`
            has the part and its value. By default such a message is refused. Sender, recipients, `type`,
            `id`, `typ` and `from_prior` are never read as absent, `require_unexpired` refuses an
            `expires_time` that is not a number, and `require_profile` tolerates nothing.
        unwrap_re_wrapping_forward: Whether a forward that a mediator made for ourselves is opened; what lies
            inside is then the result, and has to prove what it claims by itself.
        forward_unencrypted: Whether `unpack_forward` takes a forward whose attachment is not an encrypted
            message; otherwise it raises MalformedMessageError.
        require_encrypted: Whether a message has to arrive encrypted.
        require_authenticated: Whether its sender has to be proved, by authcrypt or by a signature.
        require_signed: Whether its sender has to have signed it.
        require_unexpired: Whether a message whose `expires_time` has come is refused; otherwise
            `metadata.expired` tells.
        require_profile: A profile that the message has to keep to. "didcomm/v2", the only one that this
            library speaks, demands that it is encrypted, in the layers and with the algorithms that DIDComm
            v2.1 lists for senders, every recipient bound by `apv`.
        allowed_senders: The DIDs from which messages are taken, in any form, or a function, plain or `async`,
            that returns whether one is. The function is called with `metadata.sender`; a message without a
            proved sender is refused. A collection is copied: use a function where the senders change.
        to_mismatch: Whether an encrypted message whose `to` does not name the DID that it was encrypted to,
            or a message that is signed, not encrypted, and has no `to`, is an "error" or a "warning" in
            `metadata.warnings`. A message that is both signed and encrypted is refused in any case: its
            signer meant another recipient. An out-of-band invitation may be signed without `to`.
        own_dids: Our DIDs: a message in the open that is to none of them has a warning.
        now: The time in seconds since the epoch at which `expires_time` and the times of a DID rotation are
            judged; None for that of the clock.
        max_bytes: The longest message that is read, in bytes; None for 64 MiB. To unpack one takes up to
            four times its length in memory; where there is less, it raises MemoryError.
        max_nesting: The deepest nesting of objects and arrays in a plaintext; None for 100, and never more
            than 127.
        max_layers: The most layers around a plaintext; None for 3, all that the specification knows.
        max_recipients: The most recipient keys of one envelope; None for 1000.
        max_to: The most entries of `to`; None for 250,000.
        max_attachments: The most attachments of one message; None for 10,000.
        max_signatures: The most signatures of one envelope, all of one signer; None for 1.
        max_forward_depth: The most forwards, each inside the one before, that are opened for one message;
            None for 10.
        max_ending_age: How long ago a peer may have ended the relationship, in seconds; None for 30 days. A
            copy of an older announcement that is sent again is refused with UntrustedMessageError.

    Raises:
        TypeError: An option has another type.
        ValueError: A limit is negative, or `to_mismatch` is neither word.
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
        """Copies the collections and reads the options once, for all messages."""
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
