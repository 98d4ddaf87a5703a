"""The operations of a secrets store in a token."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pkcs11 import Attribute, ObjectClass

from pydidcomm._core import Secret
from pydidcomm.errors import UnsupportedError
from pydidcomm.resolvers import KeyUse, NewKey
from pydidcomm.secrets import _pkcs11_token
from pydidcomm.secrets._names import entry_name
from pydidcomm.secrets._pkcs11_keys import curve_for, generate, handles
from pydidcomm.secrets._thread_backend import ThreadBackend
from pydidcomm.secrets.errors import KeyExistsError

__all__ = ["Pkcs11Backend"]


_APPLICATION = "pydidcomm"
"""The CKA_APPLICATION of the data objects with long forms of did:peer."""

_UNNAMED = "pydidcomm new "
"""The beginning of a key's label until its DID is known."""


class Pkcs11Backend(ThreadBackend):
    """The operations of a token."""

    def __init__(self, module: str, label: str, pin: str, remember: int) -> None:
        super().__init__(remember)
        self._module = module
        self._label = label
        self._token = _pkcs11_token.acquire(module, label, pin)

    def __repr__(self) -> str:
        return f"token={self._label!r}"

    def reset_after_fork(self) -> None:
        """Log in again in a forked process."""
        self._token.reset_after_fork()

    def open(self) -> None:
        """Log in."""
        self._token.run(lambda session: session)

    def close(self) -> None:
        """Close the store; the last store of a token in the process logs out."""
        super().close()
        _pkcs11_token.release(self._module, self._label)

    def find(self, kids: Sequence[str]) -> dict[str, Any]:
        """The handles of the keys in the token, of those in `kids`, by kid."""
        found: dict[str, Any] = {}
        for kid in kids:
            name = entry_name(kid)
            known = self.recent.get(name) or self._token.run(partial(self._handles, name))
            if known is not None:
                self.recent.put(name, known)
                found[kid] = known
        return found

    def _handles(self, name: str, session: Any) -> Any:  # noqa: ANN401
        private = self._token.private_key(session, name)

        def run(operation: Callable[[Any], bytes]) -> bytes:
            octets: bytes = self.run_sync("use", name, operation)
            return octets

        async def run_awaited(operation: Callable[[Any], bytes]) -> bytes:
            octets: bytes = await self.run("use", name, operation)
            return octets

        return None if private is None else handles(private, run, run_awaited)

    def use(self, name: str, operation: Callable[[Any], bytes]) -> bytes:
        """Run an operation with a private key."""
        return self._token.with_key(name, operation)

    def make(self, curve: str, use: KeyUse) -> NewKey:
        """Generate a key in the token; it is labelled when the DID is known."""
        curve_for(curve, use)
        label = f"{_UNNAMED}{uuid.uuid4()}"
        public_key, public, private = self._token.run(lambda session: generate(session, curve, use, label))
        return NewKey(public_key, (public, private))

    def store_did(self, did: str, keys: Mapping[str, NewKey], long_forms: Mapping[str, str]) -> None:  # noqa: ARG002
        """Store the long form of a new DID, then label its keys with their kids."""
        self.write_long_forms(long_forms)

        def name_them(session: Any) -> None:  # noqa: ANN401
            for kid in keys:
                if self._token.private_key(session, entry_name(kid)) is not None:
                    raise KeyExistsError(kid)
            for kid, key in keys.items():
                for part in key.handle:
                    part[Attribute.LABEL] = entry_name(kid)

        self._token.run(name_them)
        for short, known in long_forms.items():
            self.long_forms.recent.put(short, known)

    def insert(self, secrets: Sequence[Secret]) -> None:
        """Raise UnsupportedError: a token accepts no keys from outside."""
        for secret in secrets:
            what = (
                "import into a token, which generates its keys itself (`create_peer_did`); a private key on"
            )
            raise UnsupportedError(what, secret.curve)

    def remove(self, kid: str) -> bool:
        """Destroy a key pair, and return whether there was one."""
        name = entry_name(kid)

        def destroy(session: Any) -> bool:  # noqa: ANN401
            found = False
            for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
                for part in list(session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: name})):
                    part.destroy()
                    found = found or kind == ObjectClass.PRIVATE_KEY
            return found

        self.recent.drop(name)
        self._token.forget(name)
        return self._token.run(destroy)

    def kids(self) -> list[str]:
        """The kids of the private keys that are labelled with a DID URL."""

        def labels(session: Any) -> list[str]:  # noqa: ANN401
            found = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            return [str(private.label) for private in found]

        names = [name for name in self._token.run(labels) if name.startswith("did:")]
        return sorted(map(self._kid, names))

    def _kid(self, name: str) -> str:
        """The kid for a label; a did:peer:3, the short form of a did:peer:2, is replaced by the long form."""
        did, mark, fragment = name.partition("#")
        known = self.read_long_form(did) if did.startswith("did:peer:3") else None
        return name if known is None else f"{known}{mark}{fragment}"

    def read_long_form(self, did: str) -> str | None:
        """The long form of a short form, which is its hash; None if it is not stored."""

        def read(session: Any) -> str | None:  # noqa: ANN401
            for data in session.get_objects(self._data(did)):
                return bytes(data[Attribute.VALUE]).decode()
            return None

        return self._token.run(read)

    def write_long_forms(self, long_forms: Mapping[str, str]) -> None:
        """Store long forms as data objects."""

        def write(session: Any) -> None:  # noqa: ANN401
            for short, known in long_forms.items():
                # the short form is the hash of the long one, so a stored one is the same
                if not list(session.get_objects(self._data(short))):
                    value = {Attribute.TOKEN: True, Attribute.VALUE: known.encode()}
                    session.create_object({**self._data(short), **value})

        self._token.run(write)

    @staticmethod
    def _data(did: str) -> dict[Attribute, Any]:
        return {
            Attribute.CLASS: ObjectClass.DATA,
            Attribute.APPLICATION: _APPLICATION,
            Attribute.LABEL: did,
        }
