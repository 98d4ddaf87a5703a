"""Crypto services over pydidcomm's core, with keys of Askar, Authlib or pydidcomm."""

from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import (
    FileBasedSecretsManager,
    InMemorySecretsManager,
)

__all__ = ["FileBasedSecretsManager", "InMemorySecretsManager"]
