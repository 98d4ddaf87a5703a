"""The algorithms of `pydidcomm.algorithms`, each with its `alg` and `enc` of a JWE."""

from enum import Enum
from typing import NamedTuple

__all__ = ["AnonCryptAlg", "AuthCryptAlg", "SignAlg"]


class Algs(NamedTuple):
    """The names of an encryption in a JWE."""

    alg: str
    enc: str


class AnonCryptAlg(Enum):
    """The content encryption of anoncrypt; `pydidcomm.AnonCryptAlg` has the same members."""

    A256CBC_HS512_ECDH_ES_A256KW = Algs("ECDH-ES+A256KW", "A256CBC-HS512")
    XC20P_ECDH_ES_A256KW = Algs("ECDH-ES+A256KW", "XC20P")
    A256GCM_ECDH_ES_A256KW = Algs("ECDH-ES+A256KW", "A256GCM")


class AuthCryptAlg(Enum):
    """The content encryption of authcrypt; `pydidcomm.AuthCryptAlg` has this member."""

    A256CBC_HS512_ECDH_1PU_A256KW = Algs("ECDH-1PU+A256KW", "A256CBC-HS512")


class SignAlg(Enum):
    """The signature algorithms; `pydidcomm.SignAlg` has the same members."""

    ED25519 = "EdDSA"
    ES256 = "ES256"
    ES256K = "ES256K"
    ES384 = "ES384"
    """Not in the original: pydidcomm reads such signatures, and never writes them."""
    ES512 = "ES512"
    """Likewise."""
