"""The algorithms and media types of the specification: strings equal to their wire names."""

from enum import StrEnum

__all__ = ["AnonCryptAlg", "AuthCryptAlg", "MediaType", "SignAlg"]


class AnonCryptAlg(StrEnum):
    """The content encryption of anoncrypt. DIDComm v2.1, section "ECDH-ES key wrapping"."""

    A256CBC_HS512_ECDH_ES_A256KW = "A256CBC-HS512"
    """The default: every other implementation reads it."""
    A256GCM_ECDH_ES_A256KW = "A256GCM"
    XC20P_ECDH_ES_A256KW = "XC20P"


class AuthCryptAlg(StrEnum):
    """The content encryption of authcrypt. DIDComm v2.1, section "ECDH-1PU key wrapping"."""

    A256CBC_HS512_ECDH_1PU_A256KW = "A256CBC-HS512"
    """The only one that packing writes."""
    A256GCM_ECDH_1PU_A256KW = "A256GCM"
    """Read from Veramo, see `UnpackConfig.accept_profiles`; never written."""
    XC20P_ECDH_1PU_A256KW = "XC20P"
    """Read from Veramo; never written."""


class SignAlg(StrEnum):
    """The signature algorithms. DIDComm v2.1, section "DIDComm Signed Messages"."""

    ED25519 = "EdDSA"
    ES256 = "ES256"
    ES256K = "ES256K"
    ES384 = "ES384"
    """Verified, never written, since recipients need not support it."""
    ES512 = "ES512"
    """Verified, never written."""


class MediaType(StrEnum):
    """The media types of messages. DIDComm v2.1, section "IANA Media Types"."""

    ENCRYPTED = "application/didcomm-encrypted+json"
    SIGNED = "application/didcomm-signed+json"
    PLAINTEXT = "application/didcomm-plain+json"
