"""Names of types, methods, media types and headers; the DIDs are those of pydid."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from pydid.did import DID
from pydid.did_url import DIDUrl

from pydidcomm.algorithms import MediaType

__all__ = [
    "DID",
    "DID_URL",
    "JWT_TYPE",
    "DIDCommMessageMediaTypes",
    "DIDCommMessageProtocolTypes",
    "DIDCommMessageTypes",
    "DIDDocServiceTypes",
    "DIDUrl",
    "JOSEFields",
    "VerificationMaterial",
    "VerificationMaterialFormat",
    "VerificationMethodType",
]

JSON_OBJ: TypeAlias = dict[str, Any]
JSON_VALUE: TypeAlias = str | int | bool | float | dict[str, Any] | list[Any] | None
JSON: TypeAlias = str
JWK: TypeAlias = JSON
JWT: TypeAlias = JSON
JWS: TypeAlias = JSON
DID_URL: TypeAlias = DIDUrl
DID_OR_DID_URL: TypeAlias = DID | DID_URL
JWT_TYPE = "JWT"


class VerificationMethodType:
    """The types of verification methods; pydidcomm reads them all, and Multikey."""

    JSON_WEB_KEY_2020 = "JsonWebKey2020"
    X25519_KEY_AGREEMENT_KEY_2019 = "X25519KeyAgreementKey2019"
    ED25519_VERIFICATION_KEY_2018 = "Ed25519VerificationKey2018"
    X25519_KEY_AGREEMENT_KEY_2020 = "X25519KeyAgreementKey2020"
    ED25519_VERIFICATION_KEY_2020 = "Ed25519VerificationKey2020"
    OTHER = "Other"


class VerificationMaterialFormat(Enum):
    """The format of a key."""

    JWK = 1
    BASE58 = 2
    MULTIBASE = 3
    OTHER = 1000


@dataclass
class VerificationMaterial:
    """A key with its format.

    Attributes:
        format: The format of the key.
        value: The text of the key; for a JWK its JSON text.
    """

    format: VerificationMaterialFormat
    value: str


class DIDDocServiceTypes(Enum):
    """The type of a DIDComm service."""

    DID_COMM_MESSAGING = "DIDCommMessaging"


class DIDCommMessageTypes(Enum):
    """The media types of `pydidcomm.MediaType`, with and without `application/`."""

    ENCRYPTED = MediaType.ENCRYPTED.value
    ENCRYPTED_SHORT = MediaType.ENCRYPTED.value.removeprefix("application/")
    SIGNED = MediaType.SIGNED.value
    SIGNED_SHORT = MediaType.SIGNED.value.removeprefix("application/")
    PLAINTEXT = MediaType.PLAINTEXT.value
    PLAINTEXT_SHORT = MediaType.PLAINTEXT.value.removeprefix("application/")


DIDCommMessageMediaTypes = DIDCommMessageTypes


class DIDCommMessageProtocolTypes(Enum):
    """The types of messages that the library creates."""

    FORWARD = "https://didcomm.org/routing/2.0/forward"


class JOSEFields:
    """The names of members and headers of JOSE objects."""

    JOSE_ALG = "alg"
    JOSE_JKU = "jku"
    JOSE_JWK = "jwk"
    JOSE_KID = "kid"
    JOSE_X5U = "x5u"
    JOSE_X5C = "x5c"
    JOSE_X5T = "x5t"
    JOSE_X5T_S256 = "x5t#S256"
    JOSE_TYP = "typ"
    JOSE_CTY = "cty"
    JOSE_CRIT = "crit"
    JOSE_ENC = "enc"
    JOSE_ZIP = "zip"
    JOSE_EPK = "epk"
    JOSE_APU = "apu"
    JOSE_APV = "apv"
    JOSE_IV = "iv"
    JOSE_TAG = "tag"
    JOSE_P2S = "p2s"
    JOSE_P2C = "p2c"
    JOSE_ISS = "iss"
    JOSE_SUB = "sub"
    JOSE_AUD = "aud"
    JOSE_B64 = "b64"
    JOSE_PPT = "ppt"
    JOSE_URL = "url"
    JOSE_NONCE = "nonce"
    JWS_PROTECTED = "protected"
    JWS_HEADER = "header"
    JWS_PAYLOAD = "payload"
    JWS_SIGNATURE = "signature"
    JWE_PROTECTED = "protected"
    JWE_UNPROTECTED = "unprotected"
    JWE_HEADER = "header"
    JWE_ENCRYPTED_KEY = "encrypted_key"
    JWE_IV = "iv"
    JWE_CIPHERTEXT = "ciphertext"
    JWE_TAG = "tag"
    JWE_AAD = "aad"
