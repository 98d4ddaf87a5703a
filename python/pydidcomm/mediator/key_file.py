"""Private keys of a mediator in a file of mode 0600."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydidcomm import InMemorySecrets, Secret
from pydidcomm.secrets.errors import SecretsLockedError

__all__ = ["KeyFile"]


class KeyFile:
    """Secrets resolver with JWKs in a file that only its owner may read; the keys stay in memory.

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
        """Read the file, if it exists.

        Args:
            path: The file.

        Raises:
            SecretsLockedError: Other users may read the file, or it is malformed.
        """
        self._path = Path(path)
        self._keys = InMemorySecrets()
        if not self._path.exists():
            return
        if os.name == "posix" and self._path.stat().st_mode & 0o077:
            message = f"other users may read the private keys in {self._path}: run chmod 600 {self._path}"
            raise SecretsLockedError(message)
        try:
            for entry in json.loads(self._path.read_text(encoding="utf-8")):
                self._keys.add_key(Secret(entry["jwk"], entry["kid"]))
        except (ValueError, KeyError, TypeError):
            # the cause may quote a key
            message = f"{self._path} must be a JSON array of objects with `kid` and `jwk`"
            raise SecretsLockedError(message) from None

    def add_key(self, secret: Secret | Mapping[str, Any]) -> None:
        """Store a private key; it is on the disk when this returns.

        Args:
            secret: The private key, with its key id.

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
        # atomic: a crash leaves either the old file or the new one
        new.replace(self._path)

    def _expose(self, kid: str) -> dict[str, Any]:
        secret = self._keys.get_key(kid)
        return {} if secret is None else secret.expose_jwk()

    @property
    def in_memory(self) -> InMemorySecrets:
        """The private keys that were read; keys added to this object are not written."""
        return self._keys

    def get_key(self, kid: str) -> Secret | None:
        """Return the private key of a key id, or None."""
        return self._keys.get_key(kid)

    def get_keys(self, kids: list[str]) -> list[str]:
        """Return the key ids, of those given, that have a private key here."""
        return self._keys.get_keys(kids)

    def __repr__(self) -> str:
        return f"KeyFile({str(self._path)!r})"
