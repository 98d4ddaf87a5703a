"""A session with a token: one login per process, opened again if it is lost."""

import hmac
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import pkcs11
from pkcs11 import Attribute, ObjectClass
from pkcs11 import exceptions as faults

from pydidcomm.secrets.errors import SecretsLockedError, SecretsUnavailableError

__all__ = ["acquire", "release"]


_Answer = TypeVar("_Answer")

_LOST = (
    faults.SessionHandleInvalid,
    faults.SessionClosed,
    faults.UserNotLoggedIn,
    faults.ObjectHandleInvalid,
    faults.KeyHandleInvalid,
    faults.DeviceRemoved,
    faults.DeviceError,
    faults.TokenNotPresent,
    faults.GeneralError,
)
"""The exceptions of a session that was closed, or whose token was absent."""


class _Token:
    """A token and its session; locked, because the standard does not allow threads to share a session."""

    def __init__(self, module: str, label: str, pin: str) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._session: Any = None
        self._keys: dict[str, Any] = {}
        self._began()

    def _began(self) -> None:
        self.lock = threading.RLock()
        self._process = os.getpid()
        self._forked = False

    def reset_after_fork(self) -> None:
        """Prepare a forked process, which must initialize the module and log in by itself."""
        if self._process != os.getpid():
            self._began()
            self._session = None
            self._keys.clear()
            self._forked = True

    def has_pin(self, pin: str) -> bool:
        """Whether this is the PIN of the login; before the login, it replaces the stored PIN."""
        same = hmac.compare_digest(self._pin.encode(), pin.encode())
        if not same and self._session is None:
            # not logged in yet: the PIN of the other store may be the wrong one
            self._pin = pin
            return True
        return same

    def run(self, operation: Callable[[Any], _Answer]) -> _Answer:
        """Run the operation with the session; run it once more if the session was lost."""
        with self.lock:
            try:
                try:
                    return operation(self.session())
                except _LOST:
                    self.drop()
                    return operation(self.session())
            except faults.PKCS11Error as error:
                raise self._failure(error) from error

    def with_key(self, name: str, operation: Callable[[Any], _Answer]) -> _Answer:
        """Run the operation with the private key with this label."""

        def use(session: Any) -> _Answer:  # noqa: ANN401
            private = self._keys.get(name) or self.private_key(session, name)
            if private is None:
                message = "the key was removed from the token"
                raise SecretsUnavailableError(message)
            self._keys[name] = private
            return operation(private)

        return self.run(use)

    def private_key(self, session: Any, name: str) -> Any:  # noqa: ANN401
        """The private key with this label; None if there is none."""
        found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: name}))
        if len(found) > 1:
            message = f"the token has {len(found)} private keys with the label {name}: remove all but one"
            raise SecretsUnavailableError(message)
        return found[0] if found else None

    def forget(self, name: str) -> None:
        """Remove the cached object of a key."""
        self._keys.pop(name, None)

    def session(self) -> Any:  # noqa: ANN401
        """The session; opens it and logs in if necessary."""
        if self._session is None:
            module: Any = self._load()
            token = module.get_token(token_label=self._label)
            try:
                self._session = token.open(rw=True, user_pin=self._pin)
            except faults.UserAlreadyLoggedIn:
                # the program has logged in already, and the login is that of the whole process
                self._session = token.open(rw=True)
        return self._session

    def _load(self) -> Any:  # noqa: ANN401
        try:
            module: Any = pkcs11.lib(self._module)
        except (faults.PKCS11Error, RuntimeError, OSError) as error:
            message = "`module` cannot be loaded: it must be the path of a PKCS#11 library"
            raise SecretsUnavailableError(message) from error
        if self._forked:
            module.reinitialize()
            self._forked = False
        return module

    def drop(self) -> None:
        """Close the session, and drop its cached objects."""
        session, self._session = self._session, None
        self._keys.clear()
        if session is not None and self._process == os.getpid():
            try:
                session.close()
            except faults.PKCS11Error:
                # the session was lost already
                return

    def _failure(self, error: faults.PKCS11Error) -> Exception:
        name = type(error).__name__
        if isinstance(error, (faults.PinIncorrect, faults.PinInvalid, faults.PinLenRange)):
            return SecretsLockedError(
                "`pin` is not the PIN of the token; some tokens lock after a few attempts"
            )
        if isinstance(error, (faults.PinLocked, faults.PinExpired, faults.UserPinNotInitialized)):
            return SecretsLockedError(
                f"`pin` cannot be used ({name}): the security officer of the token must reset it"
            )
        if isinstance(error, (faults.NoSuchToken, faults.TokenNotPresent, faults.SlotIDInvalid)):
            return SecretsUnavailableError(f"there is no token with the label {self._label!r}")
        if isinstance(error, faults.DeviceMemory):
            return SecretsUnavailableError("the token is full: destroy keys by `remove_key`")
        if isinstance(error, faults.FunctionFailed):
            # a software token raises this for a full disk too
            return SecretsUnavailableError(f"the token failed ({name}): it may be full")
        return SecretsUnavailableError(f"the token failed ({name})")


_tokens: dict[tuple[str, str], list[Any]] = {}
"""The tokens of this process, each with the number of stores that use it."""

_guard = threading.Lock()


def acquire(module: str, label: str, pin: str) -> _Token:
    """The token of this process, which all stores of it share."""
    with _guard:
        held = _tokens.get((module, label))
        if held is None:
            held = _tokens[module, label] = [_Token(module, label, pin), 0]
        token: _Token = held[0]
        if not token.has_pin(pin):
            message = "`pin` is not the PIN with which this process has logged in to the token"
            raise SecretsLockedError(message)
        held[1] += 1
        return token


def release(module: str, label: str) -> None:
    """Release a token; after its last store, close the session."""
    with _guard:
        held = _tokens.get((module, label))
        if held is not None:
            held[1] -= 1
            if held[1] == 0:
                del _tokens[module, label]
                held[0].drop()
