"""The operations of a secrets store in the keyring of the desktop."""

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

__all__ = ["KeyringBackend", "call", "check_backend"]


_Answer = TypeVar("_Answer")

_INDEX = "index"
"""The name of the entry that lists the kids, because keyrings cannot list their entries."""

_PLAINTEXT = ("keyrings.alt.file", "keyrings.alt.pyfs", "keyrings.alt.Gnome", "keyring.backends.null")
"""The backends that store secrets without encryption, or not at all."""


class KeyringBackend(ThreadBackend):
    """The operations of a keyring."""

    def __init__(self, service: str, backend: "keyring.backend.KeyringBackend | None", remember: int) -> None:
        super().__init__(remember)
        self._service = service
        self._keyring = keyring.get_keyring() if backend is None else backend
        check_backend(self._keyring)

    def __repr__(self) -> str:
        kind = type(self._keyring)
        return f"service={self._service!r}, backend={kind.__module__}.{kind.__qualname__}"

    def find(self, kids: Sequence[str]) -> dict[str, Any]:
        """The stored keys, of those in `kids`, by kid."""
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
        """Store keys, first their kids in the index: `kids` omits a kid without a key, as after a crash."""
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
        """Generate a key in this process, because a keyring cannot."""
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
        """Destroy a key, then remove its kid from the index; return whether there was one."""
        name = entry_name(kid)
        self.recent.drop(name)
        secret = self._read(name)
        if secret is None:
            return False
        call(lambda: self._keyring.delete_password(self._service, _key(name)))
        self._index(remove=secret.kid)
        return True

    def kids(self) -> list[str]:
        """The kids in the index whose keys exist."""
        return sorted(kid for kid in self._list() if self._read(entry_name(kid)) is not None)

    def _list(self) -> list[str]:
        text = self._get(_INDEX)
        listed: list[str] = [] if text is None else json.loads(text)
        return listed

    def _index(self, add: Sequence[str] = (), remove: str | None = None) -> None:
        listed = dict.fromkeys([*self._list(), *add])
        listed.pop(remove or "", None)
        self._set(_INDEX, json.dumps([*listed]))

    def read_long_form(self, did: str) -> str | None:
        """The long form of a short form, which is its hash; None if it is not stored."""
        return self._get(_long_form(did))

    def write_long_forms(self, long_forms: Mapping[str, str]) -> None:
        """Store long forms, each in its own entry."""
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
    """Raise for a backend that stores secrets without encryption or not at all; checks chained ones too."""
    module = type(backend).__module__
    if module.startswith("keyring.backends.fail"):
        names = "Secret Service or KWallet on Linux, Keychain on macOS, Credential Manager on Windows"
        message = f"no keyring is available, for instance because there is no desktop session: use {names}"
        raise SecretsUnavailableError(message)
    if module.startswith(_PLAINTEXT):
        name = f"{module}.{type(backend).__qualname__}"
        message = f"the keyring backend {name} does not store secrets safely: use another one"
        raise SecretsUnavailableError(message)
    chained: Any = getattr(backend, "backends", ())
    for one in chained:
        check_backend(one)


def call(act: Callable[[], _Answer]) -> _Answer:
    """Call the keyring, and map its exceptions to those of `pydidcomm.secrets`."""
    try:
        return act()
    except keyring.errors.KeyringLocked as error:
        message = "the keyring is locked: unlock it, and try again"
        raise SecretsLockedError(message) from error
    except Exception as error:
        # each backend has exceptions of its own, for instance those of D-Bus
        message = f"the keyring failed ({type(error).__name__})"
        raise SecretsUnavailableError(message) from error
