"""New keys as JWKs, and secrets from JWKs; `pydidcomm.Secret` generates them."""

import base64
import hashlib
import json
from typing import Any

import pydidcomm
from pydidcomm.compat._described import describe_member
from pydidcomm.compat.didcomm.common.types import (
    VerificationMaterial,
    VerificationMaterialFormat,
    VerificationMethodType,
)
from pydidcomm.compat.didcomm.errors import DIDCommValueError
from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret

__all__ = [
    "generate_ed25519_keys_as_jwk_dict",
    "generate_x25519_keys_as_jwk_dict",
    "jwk_to_secret",
    "secret_to_jwk_dict",
]


def jwk_to_secret(jwk: dict[str, Any]) -> Secret:
    """Return the secret of a JWK, with its `kid`."""
    material = VerificationMaterial(VerificationMaterialFormat.JWK, json.dumps(jwk))
    return Secret(jwk["kid"], VerificationMethodType.JSON_WEB_KEY_2020, material)


def secret_to_jwk_dict(secret: Secret) -> dict[str, Any]:
    """Return the JWK of a secret.

    Raises:
        DIDCommValueError: The secret has another format.
    """
    if secret.verification_material.format is not VerificationMaterialFormat.JWK:
        message = f"Unsupported format {describe_member(secret.verification_material.format)}"
        raise DIDCommValueError(message)
    jwk: dict[str, Any] = json.loads(secret.verification_material.value)
    return jwk | {"kid": secret.kid}


def generate_ed25519_keys_as_jwk_dict() -> tuple[dict[str, Any], dict[str, Any]]:
    """Generate a key that signs: the secret and the public JWK."""
    return _generate("Ed25519")


def generate_x25519_keys_as_jwk_dict() -> tuple[dict[str, Any], dict[str, Any]]:
    """Generate a key for agreement: the secret and the public JWK."""
    return _generate("X25519")


def _generate(curve: str) -> tuple[dict[str, Any], dict[str, Any]]:
    # the thumbprint (RFC 7638) is the kid until the DID is known
    secret = pydidcomm.Secret.generate(curve)
    public = secret.public_jwk()
    required = json.dumps({name: public[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    digest = hashlib.sha256(required.encode()).digest()
    kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return secret.expose_jwk() | {"kid": kid}, public | {"kid": kid}
