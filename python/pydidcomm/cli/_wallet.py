"""The wallet of the command line: an Askar store in a file, opened only if a command needs keys."""

import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import rich_click as click

from pydidcomm.cli._options import option
from pydidcomm.cli._passphrase import passphrase
from pydidcomm.errors import NotFoundError
from pydidcomm.secrets.errors import SecretsLockedError, SecretsUnavailableError

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging
    from pydidcomm.secrets.askar import AskarSecrets

__all__ = ["TIMEOUT_SECONDS", "check_file", "is_short", "open_wallet", "party", "wallet_option"]


_Command = TypeVar("_Command", bound=Callable[..., Any])

_SQLITE: Final = b"SQLite format 3\0"
"""The first bytes of an SQLite file."""

TIMEOUT_SECONDS: Final = 30.0
"""Timeout of a call to the wallet; opening takes half a second of Argon2, or several on a busy machine."""


def _default_path() -> Path:
    """Return the default file of the wallet: `pydidcomm/wallet.db` in the user's data folder."""
    home = os.environ.get("XDG_DATA_HOME")
    if home:
        return Path(home) / "pydidcomm" / "wallet.db"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path.home() / ".local" / "share"
    return base / "pydidcomm" / "wallet.db"


def wallet_option(command: _Command) -> _Command:
    """Add `--wallet`, passed to the command as `wallet`."""
    return option(
        "--wallet",
        type=click.Path(path_type=Path, dir_okay=False, resolve_path=True),
        envvar="PYDIDCOMM_WALLET",
        default=_default_path,
        show_default="pydidcomm/wallet.db in XDG_DATA_HOME",
        help="The file with the private keys.",
    )(command)


@asynccontextmanager
async def open_wallet(wallet: Path, *, create: bool = False) -> AsyncGenerator["AskarSecrets"]:
    """Open the wallet while the block runs.

    Args:
        wallet: The file.
        create: Whether to create a wallet that does not exist.

    Raises:
        NotFoundError: The wallet does not exist, and `create` is not set.
        SecretsLockedError: The passphrase is wrong, or cannot be read.
        SecretsUnavailableError: The file is not writable, is locked by another program, or is not a wallet.
    """
    from pydidcomm.secrets.askar import AskarSecrets  # noqa: PLC0415, the extra `askar`

    new = _prepare(wallet, create=create)
    words = passphrase(wallet, new=new)
    async with AsyncExitStack() as stack:
        opening = AskarSecrets.open(wallet, passphrase=words, create=new, timeout=TIMEOUT_SECONDS)
        try:
            secrets = await stack.enter_async_context(opening)
        except SecretsLockedError as error:
            message = f"the passphrase does not open the wallet {wallet}"
            raise SecretsLockedError(message) from error
        except SecretsUnavailableError as error:
            # askar does not report the reason
            why = error if new else "another program uses it, or it is not a wallet"
            message = f"the wallet {wallet} cannot be opened: {why}"
            raise SecretsUnavailableError(message) from error
        yield secrets


def _prepare(wallet: Path, *, create: bool) -> bool:
    """Return whether the wallet must be created; create its folder with mode 0700."""
    try:
        if wallet.exists():
            check_file(wallet, "wallet")
            return False
        if create:
            wallet.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return True
    except OSError as error:
        message = f"the wallet {wallet} cannot be created: {error.strerror}"
        raise SecretsUnavailableError(message) from error
    message = f"the wallet {wallet} does not exist: `pydidcomm did new` creates it"
    raise NotFoundError(message)


def check_file(path: Path, what: str) -> None:
    """Raise an error for a file of another kind, before a prompt and before SQLite writes into it.

    Raises:
        SecretsUnavailableError: The file is not a readable and writable SQLite database.
    """
    fault = None
    # even a read needs write permission, as SQLite locks the file
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        fault = "it must be a readable and writable file"
    else:
        with path.open("rb") as file:
            if file.read(len(_SQLITE)) != _SQLITE:
                fault = "it is not an SQLite database"
    if fault is not None:
        message = f"the {what} {path} cannot be opened: {fault}"
        raise SecretsUnavailableError(message)


@asynccontextmanager
async def party(
    wallet: Path,
    *,
    needs_keys: bool,
    create: bool = False,
    allow_private: bool = False,
    peer: str | None = None,
) -> AsyncGenerator["DIDCommMessaging"]:
    """Return a party for the block: with the keys of the wallet, or without keys and passphrase.

    Args:
        wallet: The file of the wallet.
        needs_keys: Whether to open the wallet.
        create: Whether to create a wallet that does not exist.
        allow_private: Whether to fetch documents from hosts that are not public.
        peer: A DID whose long form is stored in the wallet: the peer may answer with the short form.
    """
    from pydidcomm import DIDCommMessaging, InMemoryReplayWindow  # noqa: PLC0415, not for --help
    from pydidcomm.cli._resolvers import local_and, network  # noqa: PLC0415

    others = network(allow_private=allow_private)
    if not needs_keys:
        async with DIDCommMessaging(resolver=local_and(others)) as one:
            yield one
        return
    async with open_wallet(wallet, create=create) as secrets:
        resolver = secrets.did_resolver(others)
        window = InMemoryReplayWindow()
        async with DIDCommMessaging(secrets=secrets, resolver=resolver, replay_window=window) as one:
            if peer is not None and peer.startswith("did:peer:4"):
                await _remember(resolver, peer)
            yield one


async def _remember(resolver: Any, peer: str) -> None:  # noqa: ANN401, a StoredDids
    """Store the long form of a did:peer:4, unless the wallet has it."""
    from pydidcomm import short_form  # noqa: PLC0415, not for --help

    short = short_form(peer)
    if short in {None, peer} or await _resolve(resolver, short) is not None:
        return
    resolver.memory().remember(peer)
    stored = resolver.store_long_forms()
    if stored is not None:
        await stored


async def _resolve(resolver: Any, did: Any) -> Any:  # noqa: ANN401
    found = resolver.resolve(did)
    return await found if isawaitable(found) else found


def is_short(did: str | None) -> bool:
    """Return whether the DID is a short form, whose document can only be in the wallet."""
    from pydidcomm import short_form  # noqa: PLC0415

    if did is None or not did.startswith(("did:peer:1", "did:peer:3", "did:peer:4")):
        return False
    did = did.partition("#")[0]
    return short_form(did) == did
