"""The wallet of the command line: an Askar store in a file, opened where a command needs keys."""

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
"""How the file begins."""

TIMEOUT_SECONDS: Final = 30.0
"""A call to the wallet; opening it takes half a second of Argon2, several on a busy machine."""


def _default_path() -> Path:
    """The file of the wallet: `pydidcomm/wallet.db` in the user's folder for the data of programs."""
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
    """Add `--wallet`, which the command gets as `wallet`."""
    return option(
        "--wallet",
        type=click.Path(path_type=Path, dir_okay=False, resolve_path=True),
        envvar="PYDIDCOMM_WALLET",
        default=_default_path,
        show_default="pydidcomm/wallet.db in XDG_DATA_HOME",
        help="The file with the keys.",
    )(command)


@asynccontextmanager
async def open_wallet(wallet: Path, *, create: bool = False) -> AsyncGenerator["AskarSecrets"]:
    """The wallet, open.

    Raises:
        NotFoundError: There is none, and `create` is not set.
        SecretsLockedError: Its passphrase is wrong, or cannot be had.
        SecretsUnavailableError: It may not be written, another program locks it, or it is not a wallet.
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
            # the store gives no reason
            why = error if new else "another program uses it, or it is not a wallet"
            message = f"the wallet {wallet} cannot be opened: {why}"
            raise SecretsUnavailableError(message) from error
        yield secrets


def _prepare(wallet: Path, *, create: bool) -> bool:
    """Whether the wallet has to be made; its folder is, for its owner alone."""
    try:
        if wallet.exists():
            check_file(wallet, "wallet")
            return False
        if create:
            wallet.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return True
    except OSError as error:
        message = f"there can be no wallet at {wallet}: {error.strerror}"
        raise SecretsUnavailableError(message) from error
    message = f"there is no wallet at {wallet}: `pydidcomm did new` makes one"
    raise NotFoundError(message)


def check_file(path: Path, what: str) -> None:
    """Refuse a file of another kind before a passphrase is asked for, and before SQLite writes into it.

    Raises:
        SecretsUnavailableError: It is not.
    """
    fault = None
    # SQLite locks the file even to read it
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        fault = "it must be a file that may be read and written"
    else:
        with path.open("rb") as file:
            if file.read(len(_SQLITE)) != _SQLITE:
                fault = "it is another file, not an SQLite database"
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
    """The party whose keys are in the wallet; without `needs_keys` one without keys, and no passphrase.

    The long form of `peer` is stored in the wallet: the peer may answer with the short form.
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
    """Store the long form of a did:peer:4, where it is one that the wallet does not have."""
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
    """Whether the DID is a hash, whose document only the wallet can have."""
    from pydidcomm import short_form  # noqa: PLC0415

    if did is None or not did.startswith(("did:peer:1", "did:peer:3", "did:peer:4")):
        return False
    did = did.partition("#")[0]
    return short_form(did) == did
