"""Secrets in an unencrypted file, for demonstrations."""

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret
from pydidcomm.compat.didcomm.secrets.secrets_resolver_editable import SecretsResolverEditable
from pydidcomm.compat.didcomm.secrets.secrets_util import jwk_to_secret, secret_to_jwk_dict

__all__ = ["SecretsResolverDemo"]


class SecretsResolverDemo(SecretsResolverEditable):
    """Finds secrets in a file, and writes new secrets into it.

    Args:
        file_path: The file, a JSON array of JWKs; it is created if it does not exist.
    """

    def __init__(self, file_path: str | PathLike[str] = "secrets.json") -> None:
        self.file_path = file_path
        path = Path(file_path)
        jwks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        self._secrets: dict[str, Secret] = {jwk["kid"]: jwk_to_secret(jwk) for jwk in jwks}
        if not path.exists():
            self._save()

    def _save(self) -> None:
        jwks = [secret_to_jwk_dict(secret) for secret in self._secrets.values()]
        Path(self.file_path).write_text(json.dumps(jwks), encoding="utf-8")

    async def add_key(self, secret: Secret) -> None:
        """Store the secret."""
        self._secrets[secret.kid] = secret
        self._save()

    async def get_kids(self) -> list[str]:
        """Return the kids of all secrets."""
        return [*self._secrets]

    async def get_key(self, kid: str) -> Secret | None:
        """Return the secret with this kid, or None."""
        return self._secrets.get(kid)

    async def get_keys(self, kids: Sequence[str]) -> list[str]:
        """Return the kids whose secrets are available."""
        return [secret.kid for secret in self._secrets.values() if secret.kid in kids]
