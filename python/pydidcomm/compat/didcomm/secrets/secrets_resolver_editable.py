"""A secrets resolver that stores new secrets; see `pydidcomm.SecretsStore`."""

from abc import abstractmethod
from collections.abc import Sequence

from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret, SecretsResolver

__all__ = ["SecretsResolverEditable"]


class SecretsResolverEditable(SecretsResolver):
    """Finds secrets, and stores new ones."""

    @abstractmethod
    async def add_key(self, secret: Secret) -> None:
        """Store the secret."""

    @abstractmethod
    async def get_kids(self) -> Sequence[str]:
        """Return the kids of all secrets."""
