"""Secrets in memory, and in a file."""

import atexit
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydidcomm.compat.didcomm_messaging.crypto.base import S, SecretsManager

__all__ = ["FileBasedSecretsManager", "InMemorySecretsManager"]

_OWNER_ALONE = 0o600
"""The file contains plaintext secrets: only its owner may read it."""


class InMemorySecretsManager(SecretsManager[S]):
    """Secrets in memory, by kid."""

    def __init__(self, secrets: dict[str, S] | None = None) -> None:
        self.secrets: dict[str, S] = secrets or {}

    async def get_secret_by_kid(self, kid: str) -> S | None:
        """Return the secret with that kid, or None."""
        return self.secrets.get(kid)

    async def add_secret(self, secret: S) -> None:
        """Store the secret under its kid."""
        self.secrets[secret.kid] = secret


class FileBasedSecretsManager(SecretsManager[S]):
    """Secrets in memory that are read from a file, and written to it by `flush` and when Python exits.

    The file has one unencrypted JSON object for each line: for development. Only its owner may read it.

    Args:
        path: The file.
        serializer: Converts a secret to a JSON object.
        deserializer: Creates a secret from its kid and its JSON object.
        secrets: The initial secrets; those in the file take precedence.
    """

    def __init__(
        self,
        path: str,
        serializer: Callable[[S], dict[str, Any]],
        deserializer: Callable[[str, dict[str, Any]], S],
        secrets: dict[str, S] | None = None,
    ) -> None:
        self._path = Path(path)
        self._serializer = serializer
        self._deserializer = deserializer
        self._secrets: dict[str, S] = secrets or {}
        if self._path.exists():
            self._read()
        atexit.register(self._write)

    @property
    def path(self) -> str:
        """The file."""
        return str(self._path)

    async def get_secret_by_kid(self, kid: str) -> S | None:
        """Return the secret with that kid, or None."""
        return self._secrets.get(kid)

    async def add_secret(self, secret: S) -> None:
        """Store the secret under its kid."""
        self._secrets[secret.kid] = secret

    async def flush(self) -> None:
        """Writes the file."""
        self._write()

    def _read(self) -> None:
        for line in self._path.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            data: dict[str, Any] = json.loads(line)
            if kid := data.get("kid"):
                self._secrets[kid] = self._deserializer(kid, data)

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            json.dumps({**self._serializer(secret), "kid": kid}) for kid, secret in self._secrets.items()
        ]
        unfinished = self._path.with_suffix(".tmp")
        unfinished.unlink(missing_ok=True)
        created = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
        with os.fdopen(created, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        unfinished.replace(self._path)
