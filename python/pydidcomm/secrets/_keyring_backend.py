"""The operations of the keyring of the desktop as a store of secrets."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import keyring
import keyring.backend
import keyring.errors

from pydidcomm._core import Secret
from pydidcomm.resolvers import KeyUse, NewKey
from pydidcomm.secrets._names import entry_name
from pydidcomm.secrets._thread_backend import ThreadBackend
from pydidcomm.secrets.errors import KeyExistsError, SecretsLockedError, SecretsUnavailableError

Answer = TypeVar("Answer")

INDEX = "index"
"""The name of the entry that lists the kids, since keyrings list nothing themselves."""

PLAINTEXT = ("keyrings.alt.file", "keyrings.alt.pyfs", "keyrings.alt.Gnome", "keyring.backends.null")
"""Backends that write what anybody with the file can read, or nothing at all."""


class KeyringBackend(ThreadBackend):
    """A keyring behind both faces."""

    def __init__(self, service: str, backend: "keyring.backend.KeyringBackend | None", remember: int) -> None:
        super().__init__(remember)
        self._service = service
        self._keyring = keyring.get_keyring() if backend is None else backend
        check_backend(self._keyring)

    def __repr__(self) -> str:
        kind = type(self._keyring)
        return f"service={self._service!r}, backend={kind.__module__}.{kind.__qualname__}"

    def find(self, kids: Sequence[str]) -> dict[str, Any]:
        """Those of the keys that are stored, by kid."""
        found: dict[str, Any] = {}
        for kid in kids:
            name = entry_name(kid)
            secret = self.recent.get(name) or self._read(name)
            if secret is not None:
                self.recent.put(name, secret)
                found[kid] = secret
        return found

    def _read(self, name: str) -> Secret | None:
        text = self._get(_key(name))
        return None if text is None else Secret(json.loads(text))

    def insert(self, secrets: Sequence[Secret]) -> None:
        """Store keys after their lines in the index: a line without a key, as of a crash, is not listed."""
        for secret in secrets:
            stored = self._read(entry_name(secret.kid))
            if stored is not None and stored.public_key != secret.public_key:
                raise KeyExistsError(secret.kid)
        self._index(add=[secret.kid for secret in secrets])
        for secret in secrets:
            name = entry_name(secret.kid)
            jwk = {**secret.expose_jwk(), "kid": secret.kid}
            self._set(_key(name), json.dumps(jwk, separators=(",", ":")))
            self.recent.put(name, secret)

    def make(self, curve: str, use: KeyUse) -> NewKey:
        """Generate a key here: a keyring keeps text, and makes no keys."""
        secret = Secret.generate(curve)
        if (curve, use) != ("Ed25519", "both"):
            return NewKey(secret.public_key, secret)
        from pydidcomm import _core  # noqa: PLC0415, for this curve alone

        _, (_, implied) = _core.encode_key_did(secret)
        return NewKey(secret.public_key, secret, NewKey(implied.public_key, implied))

    def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str]) -> None:  # noqa: ARG002
        """Store the long form of a new DID, then its keys."""
        self.write_long_forms(long_forms)
        self.insert([key.handle.renamed(kid) for kid, key in keys.items()])
        for short, known in long_forms.items():
            self.long_forms.recent.put(short, known)

    def remove(self, kid: str) -> bool:
        """Destroy the key, then its line in the index."""
        name = entry_name(kid)
        self.recent.drop(name)
        secret = self._read(name)
        if secret is None:
            return False
        call(lambda: self._keyring.delete_password(self._service, _key(name)))
        self._index(remove=secret.kid)
        return True

    def kids(self) -> list[str]:
        """The kids of the index whose keys are there."""
        return sorted(kid for kid in self._list() if self._read(entry_name(kid)) is not None)

    def _list(self) -> list[str]:
        text = self._get(INDEX)
        listed: list[str] = [] if text is None else json.loads(text)
        return listed

    def _index(self, add: Sequence[str] = (), remove: str | None = None) -> None:
        listed = dict.fromkeys([*self._list(), *add])
        listed.pop(remove or "", None)
        self._set(INDEX, json.dumps([*listed]))

    def read_long_form(self, did: str) -> str | None:
        """What the short form is the hash of."""
        return self._get(_long_form(did))

    def write_long_forms(self, long_forms: Mapping[str, str]) -> None:
        """Store long forms, each an entry."""
        for short, known in long_forms.items():
            self._set(_long_form(short), known)

    def _get(self, name: str) -> str | None:
        return call(lambda: self._keyring.get_password(self._service, name))

    def _set(self, name: str, text: str) -> None:
        backend: Any = self._keyring
        call(partial(backend.set_password, self._service, name, text))


def _key(name: str) -> str:
    return f"key:{name}"


def _long_form(did: str) -> str:
    return f"did:{did}"


def check_backend(backend: "keyring.backend.KeyringBackend") -> None:
    """Refuse a backend that keeps nothing, or keeps it in the open; of several, each of them."""
    module = type(backend).__module__
    if module.startswith("keyring.backends.fail"):
        names = "Secret Service or KWallet on Linux, Keychain on macOS, Credential Manager on Windows"
        message = f"no keyring is available, as in a session without a desktop; there must be one of {names}"
        raise SecretsUnavailableError(message)
    if module.startswith(PLAINTEXT):
        message = (
            f"the keyring backend {module}.{type(backend).__qualname__} does not keep secrets: use another"
        )
        raise SecretsUnavailableError(message)
    chained: Any = getattr(backend, "backends", ())
    for one in chained:
        check_backend(one)


def call(act: Callable[[], Answer]) -> Answer:
    """What the keyring answers; its exceptions become those of `pydidcomm.secrets`."""
    try:
        return act()
    except keyring.errors.KeyringLocked as error:
        message = "the keyring is locked: unlock it, and try again"
        raise SecretsLockedError(message) from error
    except Exception as error:
        # each backend has exceptions of its own, those of D-Bus for instance
        message = f"the keyring failed ({type(error).__name__})"
        raise SecretsUnavailableError(message) from error
