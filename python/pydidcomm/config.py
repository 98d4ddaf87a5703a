"""Options, each with a default that is right for most people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydidcomm._core import UnpackOptions
from pydidcomm.algorithms import AnonCryptAlg, AuthCryptAlg
from pydidcomm.resolvers import DIDResolver, SecretsResolver


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolversConfig:
    """Where DID documents and secrets come from.

    Attributes:
        secrets_resolver: Finds secret keys.
        did_resolver: Finds DID documents.
    """

    secrets_resolver: SecretsResolver
    did_resolver: DIDResolver


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEncryptedConfig:
    """How a message is encrypted.

    Attributes:
        enc_alg_auth: The content encryption of authcrypt; the specification allows one.
        enc_alg_anon: The content encryption of anoncrypt.
        protect_sender_id: Whether to hide the sender from everybody but the recipient, by an anoncrypt
            layer around the authcrypt layer.
        authcrypt_signed: Whether a message with both `frm` and `sign_frm` is authcrypted. By default it is
            signed and anoncrypted, as the specification advises: the signature proves the sender already.
        curves: The curves for key agreement that may be used, the preferred first. The message is encrypted
            on the first one on which the recipient has keys and, in authcrypt, the sender holds one.
        every_curve: Whether the recipient gets an envelope for each of these curves on which it has keys;
            see `Packed.envelopes`. For a recipient of which one does not know what it can compute on.
    """

    enc_alg_auth: AuthCryptAlg = AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW
    enc_alg_anon: AnonCryptAlg = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW
    protect_sender_id: bool = False
    authcrypt_signed: bool = False
    curves: Sequence[str] = ("X25519", "P-384", "P-256", "P-521")
    every_curve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackEncryptedParameters:
    """What a single message needs beside its options.

    Attributes:
        from_prior_issuer_kid: The key of the prior DID that signs `from_prior`; by default the first one
            under `authentication` whose secret is held.
    """

    from_prior_issuer_kid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackConfig:
    """How a message is unpacked.

    Attributes:
        expect_decrypt_by_all_keys: Whether the secrets of all recipient keys have to be held and to fit.
        accept_missing_apv: Whether an anoncrypt envelope without `apv` is read, as Veramo writes it; nothing
            binds its list of recipients then.
        max_bytes: The longest message that is read, in octets; None for 64 MiB.
        max_nesting: The deepest nesting of objects and arrays in a plaintext; None for 100, and never more
            than 127.
        max_layers: The most layers around a plaintext; None for 3, all that the specification knows.
        max_recipients: The most recipient keys of one envelope; None for 1000.
        max_signatures: The most signatures of one envelope, all of one signer; None for 1.
        max_forward_depth: The most forwards, each inside the one before, that are opened for one message;
            None for 10.
        prepared: All of this as the core reads it.

    Raises:
        TypeError: An option has another type.
        ValueError: A limit is negative.
    """

    expect_decrypt_by_all_keys: bool = False
    accept_missing_apv: bool = False
    max_bytes: int | None = None
    max_nesting: int | None = None
    max_layers: int | None = None
    max_recipients: int | None = None
    max_signatures: int | None = None
    max_forward_depth: int | None = None
    prepared: UnpackOptions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Reads the options once, for all messages."""
        object.__setattr__(self, "prepared", UnpackOptions(self))
