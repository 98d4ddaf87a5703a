"""Secrets of a mediator in a file of mode 0600."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydidcomm import InMemorySecrets, Secret
from pydidcomm.secrets.errors import SecretsLockedError

__all__ = ["KeyFile"]


class KeyFile:
    """Secrets as JWKs in a file that its owner alone may read. They are in memory while it is open.

    Example:
        >>> import tempfile
        >>> from pydidcomm import Secret
        >>> from pydidcomm.mediator.key_file import KeyFile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     KeyFile(f"{folder}/keys").add_key(Secret.generate("X25519", kid="did:example:m#1"))
        ...     KeyFile(f"{folder}/keys").get_keys(["did:example:m#1"])
        ['did:example:m#1']
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Reads the file, if it is there.

        Args:
            path: The file.

        Raises:
            SecretsLockedError: Others may read the file, or it is malformed.
        """
        self._path = Path(path)
        self._keys = InMemorySecrets()
        if not self._path.exists():
            return
        if os.name == "posix" and self._path.stat().st_mode & 0o077:
            message = f"others may read the secrets in {self._path}: chmod 600 {self._path}"
            raise SecretsLockedError(message)
        try:
            for entry in json.loads(self._path.read_text(encoding="utf-8")):
                self._keys.add_key(Secret(entry["jwk"], entry["kid"]))
        except (ValueError, KeyError, TypeError):
            # the error may quote a key
            message = f"{self._path} is not a file of secrets"
            raise SecretsLockedError(message) from None

    def add_key(self, secret: Secret | Mapping[str, Any]) -> None:
        """Keep a secret; it is on the disk when this returns.

        Args:
            secret: The secret, with its key id.

        Raises:
            OSError: The file cannot be written.
        """
        self._keys.add_key(secret)
        entries = [{"kid": kid, "jwk": self._expose(kid)} for kid in sorted(self._keys.kids())]
        new = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(entries, file)
            file.flush()
            os.fsync(file.fileno())
        # a crash leaves the file as it was, or as it is to be
        new.replace(self._path)

    def _expose(self, kid: str) -> dict[str, Any]:
        secret = self._keys.get_key(kid)
        return {} if secret is None else secret.expose_jwk()

    @property
    def in_memory(self) -> InMemorySecrets:
        """The secrets that were read; what is added to them is not written."""
        return self._keys

    def get_key(self, kid: str) -> Secret | None:
        """The secret of a key id; None where it is not there."""
        return self._keys.get_key(kid)

    def get_keys(self, kids: list[str]) -> list[str]:
        """Those of the key ids whose secret is there."""
        return self._keys.get_keys(kids)

    def __repr__(self) -> str:
        return f"KeyFile({str(self._path)!r})"
