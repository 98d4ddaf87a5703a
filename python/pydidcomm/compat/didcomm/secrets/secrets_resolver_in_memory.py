"""Secrets in memory; see `pydidcomm.InMemorySecrets`."""

from collections.abc import Sequence

from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret, SecretsResolver

__all__ = ["SecretsResolverInMemory"]


class SecretsResolverInMemory(SecretsResolver):
    """Finds these secrets.

    Args:
        secrets: The secrets.
    """

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = {secret.kid: secret for secret in secrets}

    async def get_key(self, kid: str) -> Secret | None:
        """Return the secret with this kid, or None."""
        return self._secrets.get(kid)

    async def get_keys(self, kids: Sequence[str]) -> list[str]:
        """Return the kids whose secrets are available."""
        return [secret.kid for secret in self._secrets.values() if secret.kid in kids]
