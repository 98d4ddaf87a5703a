"""The services that come with the package: over pydidcomm's core, with keys of Askar, Authlib or our own."""

from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import (
    FileBasedSecretsManager,
    InMemorySecretsManager,
)

__all__ = ["FileBasedSecretsManager", "InMemorySecretsManager"]
