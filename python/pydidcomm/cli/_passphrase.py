"""Read the passphrase of a wallet from the environment, a file, a keyring or a prompt."""

import os
import sys
from pathlib import Path
from typing import Final

from pydidcomm.secrets.errors import SecretsLockedError, SecretsUnavailableError

__all__ = ["passphrase"]


_VARIABLE: Final = "PYDIDCOMM_PASSPHRASE"
_FILE: Final = "PYDIDCOMM_PASSPHRASE_FILE"
_KEYRING: Final = "PYDIDCOMM_KEYRING"
_SERVICE: Final = "pydidcomm"
"""The service name of the passphrase in the keyring; the user name is the path of the wallet."""

_LOCK_SECONDS: Final = 30.0
"""Seconds to wait for another command that creates the wallet: the keyring may prompt the user."""

_MAX_BYTES: Final = 4096
"""The longest passphrase file, in bytes; a longer file is refused as a mistake."""


def passphrase(wallet: Path, *, new: bool) -> str:
    """Return the passphrase of a wallet.

    Args:
        wallet: The file of the wallet.
        new: Whether the wallet is being created: a prompt then asks twice, and a keyring without a passphrase
            gets a random one.

    Raises:
        SecretsLockedError: The passphrase cannot be read, and no terminal can prompt for it.
    """
    # removed, so that child processes do not inherit it
    found = os.environ.pop(_VARIABLE, "")
    if found:
        return found
    file = os.environ.get(_FILE)
    if file:
        return _from_file(Path(file))
    if os.environ.get(_KEYRING) == "1":
        return _from_keyring(wallet, new=new)
    return _prompt(wallet, new=new)


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        message = f"the file in {_FILE} cannot be read: {error.strerror}"
        raise SecretsLockedError(message) from error
    if len(content) > _MAX_BYTES:
        message = f"the file in {_FILE} must not be longer than {_MAX_BYTES} bytes"
        raise SecretsLockedError(message)
    try:
        found = content.decode().splitlines()[:1]
    except UnicodeDecodeError:
        # the cause quotes the content
        message = f"the file in {_FILE} must be UTF-8 text"
        raise SecretsLockedError(message) from None
    if not found or not found[0]:
        message = f"the file in {_FILE} must have the passphrase in its first line"
        raise SecretsLockedError(message)
    return found[0]


def _from_keyring(wallet: Path, *, new: bool) -> str:
    from pydidcomm.secrets import _needs_keyring as _needs_keyring  # noqa: PLC0414, PLC0415, the extra
    from pydidcomm.secrets._keyring_password import read_password  # noqa: PLC0415

    found = read_password(_SERVICE, str(wallet))
    if found is None and new:
        found = _create_in_keyring(wallet)
    if found is None:
        message = f"the keyring has no passphrase for {wallet}: unset {_KEYRING} to enter it at a prompt"
        raise SecretsLockedError(message)
    return found


def _create_in_keyring(wallet: Path) -> str:
    """Store a random passphrase in the keyring; concurrent commands get the same one."""
    import secrets  # noqa: PLC0415, for a new wallet alone

    from pydidcomm.secrets._file_lock import FileLock  # noqa: PLC0415
    from pydidcomm.secrets._keyring_password import read_password, write_password  # noqa: PLC0415

    lock = FileLock(wallet.with_name(f"{wallet.name}-passphrase"))
    try:
        lock.wait(_LOCK_SECONDS)
    except OSError as error:
        message = f"the wallet {wallet} cannot be created: {error.strerror or error}"
        raise SecretsUnavailableError(message) from error
    try:
        found = read_password(_SERVICE, str(wallet))
        if found is None:
            found = secrets.token_urlsafe(32)
            write_password(_SERVICE, str(wallet), found)
        return found
    finally:
        lock.release()


def _prompt(wallet: Path, *, new: bool) -> str:
    import getpass  # noqa: PLC0415, for a prompt alone
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        # without a terminal getpass would read the passphrase from stdin, which contains the message
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            found = getpass.getpass(f"{'New passphrase' if new else 'Passphrase'} of {wallet}: ")
            again = getpass.getpass("Again: ") if new else found
        except EOFError:
            sys.stderr.write("\n")
            message = "no passphrase was entered"
            raise SecretsLockedError(message) from None
        except getpass.GetPassWarning:
            message = f"the wallet {wallet} is locked, and there is no terminal for a prompt: set {_FILE}"
            raise SecretsLockedError(message) from None
    if not found or found != again:
        message = "the two passphrases differ" if found else "the passphrase must not be empty"
        raise SecretsLockedError(message)
    return found
