"""The configuration file of a command that serves."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import rich_click as click

from pydidcomm.cli._options import option

__all__ = ["config_option_of", "read_config", "require_absent", "write_config"]


_Command = TypeVar("_Command", bound=Callable[..., Any])
_Found = TypeVar("_Found")


class _Writable(Protocol):
    """Settings that have a text."""

    def text(self) -> str:
        """The TOML text."""
        ...


def config_option_of(program: str) -> Callable[[_Command], _Command]:
    """Add `--config`, which the command gets as `config`."""
    return option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar=f"PYDIDCOMM_{program.upper()}_CONFIG",
        default=Path(f"{program}.toml"),
        show_default=True,
        help="The configuration in TOML.",
    )


def require_absent(config: Path) -> None:
    """Refuse to write over a configuration.

    Raises:
        UsageError: There is one.
    """
    if config.exists():
        message = f"{config} exists: remove it, or name another file with --config"
        raise click.UsageError(message)


def read_config(read: Callable[[Path, Mapping[str, str]], _Found], config: Path, program: str) -> _Found:
    """The settings.

    Raises:
        UsageError: There is no such file, or it is not such a configuration.
    """
    try:
        return read(config, os.environ)
    except FileNotFoundError:
        message = f"there is no {config}: `pydidcomm {program} init` writes it"
        raise click.UsageError(message) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def write_config(config: Path, settings: _Writable) -> None:
    """Write the settings, for the owner alone, all or nothing."""
    text = settings.text()
    new = config.with_name(f"{config.name}.new")
    # the URL of PostgreSQL may have a password
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(config)
