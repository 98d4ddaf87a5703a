"""The interfaces of crypto services and secrets, which an application may implement."""

from pydidcomm.compat.didcomm_messaging.crypto.base import (
    CryptoService,
    P,
    PublicKey,
    S,
    SecretKey,
    SecretsManager,
)

__all__ = ["CryptoService", "P", "PublicKey", "S", "SecretKey", "SecretsManager"]
