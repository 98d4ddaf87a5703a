"""The passphrase of a wallet: from the environment, a file, a keyring or a prompt, never from arguments."""

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
"""The name of the service under which the keyring has the passphrase, with the wallet's path as user."""

_LOCK_SECONDS: Final = 30.0
"""How long to wait for another command that makes the wallet: its keyring may ask the user."""

_MAX_BYTES: Final = 4096
"""The longest passphrase; a longer file was named by mistake, and is not read."""


def passphrase(wallet: Path, *, new: bool) -> str:
    """The passphrase of the wallet.

    Args:
        wallet: The file that it opens.
        new: Whether the wallet is made now; a prompt asks twice then, and the keyring gets a random one.

    Raises:
        SecretsLockedError: There is no passphrase, and no terminal to ask for one.
    """
    # the processes that this one starts have no use for it
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
        message = f"the file that {_FILE} names cannot be read: {error.strerror}"
        raise SecretsLockedError(message) from error
    if len(content) > _MAX_BYTES:
        message = f"the file that {_FILE} names is longer than {_MAX_BYTES} bytes"
        raise SecretsLockedError(message)
    try:
        found = content.decode().splitlines()[:1]
    except UnicodeDecodeError:
        # the error has the content
        message = f"the file that {_FILE} names is not UTF-8"
        raise SecretsLockedError(message) from None
    if not found or not found[0]:
        message = f"the file that {_FILE} names must have the passphrase in its first line"
        raise SecretsLockedError(message)
    return found[0]


def _from_keyring(wallet: Path, *, new: bool) -> str:
    from pydidcomm.secrets import _needs_keyring as _needs_keyring  # noqa: PLC0414, PLC0415, the extra
    from pydidcomm.secrets._keyring_password import read_password  # noqa: PLC0415

    found = read_password(_SERVICE, str(wallet))
    if found is None and new:
        found = _create_in_keyring(wallet)
    if found is None:
        message = f"the keyring has no passphrase for {wallet}: unset {_KEYRING} to be asked for it"
        raise SecretsLockedError(message)
    return found


def _create_in_keyring(wallet: Path) -> str:
    """A random passphrase that the keyring keeps, the same for each command that makes the wallet."""
    import secrets  # noqa: PLC0415, for a new wallet alone

    from pydidcomm.secrets._file_lock import FileLock  # noqa: PLC0415
    from pydidcomm.secrets._keyring_password import read_password, write_password  # noqa: PLC0415

    lock = FileLock(wallet.with_name(f"{wallet.name}-passphrase"))
    try:
        lock.wait(_LOCK_SECONDS)
    except OSError as error:
        message = f"there can be no wallet at {wallet}: {error.strerror or error}"
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
        # without a terminal getpass would read the message on stdin as the passphrase
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            found = getpass.getpass(f"{'New passphrase' if new else 'Passphrase'} of {wallet}: ")
            again = getpass.getpass("Again: ") if new else found
        except EOFError:
            sys.stderr.write("\n")
            message = "no passphrase was entered"
            raise SecretsLockedError(message) from None
        except getpass.GetPassWarning:
            message = f"the wallet is locked, and there is no terminal to ask for its passphrase: set {_FILE}"
            raise SecretsLockedError(message) from None
    if not found or found != again:
        message = "the two passphrases differ" if found else "the passphrase must not be empty"
        raise SecretsLockedError(message)
    return found
