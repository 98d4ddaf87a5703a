"""Commands of `pydidcomm mediator` in the process of the test, which costs no start of an interpreter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from pydidcomm.cli.mediator import mediator

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

URL = "https://mediator.example/"


def called(folder: Path, command: str | tuple[str, ...], *words: str) -> Result:
    """The result of a command that ends by itself; one of a group is a tuple."""
    named = (command,) if isinstance(command, str) else command
    return CliRunner().invoke(mediator, [*named, "--config", str(folder / "mediator.toml"), *words])


def lines(folder: Path, command: str | tuple[str, ...], *words: str) -> list[dict[str, Any]]:
    """The JSON objects that a command writes."""
    result = called(folder, command, *words, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def initialized(folder: Path, more: str = "") -> str:
    """The DID of a new mediator; `more` is added to its configuration."""
    result = called(folder, "init", "--url", URL)
    assert result.exit_code == 0, result.output
    with (folder / "mediator.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    return result.stdout.strip()
