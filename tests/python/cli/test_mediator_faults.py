"""`pydidcomm mediator` with a configuration that is not one, and without a part that it needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.command_line import Terminal

pytestmark = pytest.mark.slow

WITHOUT = (
    "import sys; sys.modules[{!r}] = None; sys.argv[0] = 'pydidcomm'; import pydidcomm.cli as cli; cli.main()"
)


def test_a_configuration_that_is_not_text_is_2(alice: Terminal) -> None:
    config = alice.home / "mediator.toml"
    for content, reason in ((b"\xff", "not UTF-8"), (b"a =", "must be TOML")):
        config.write_bytes(content)
        ended = alice.run("mediator", "status", "--config", str(config), "--json")
        assert ended.returncode == 2
        assert reason in ended.stderr
        assert "codec" not in ended.stderr


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("tomli_w", ["mediator", "init", "--url", "https://example.com/", "--config", "{}/mediator.toml"]),
        ("uvicorn", ["listen", "--port", "0"]),
    ],
)
def test_a_part_that_is_missing_is_named_with_how_to_get_it(
    alice: Terminal, module: str, arguments: list[str]
) -> None:
    ended = alice.execute(
        sys.executable, "-c", WITHOUT.format(module), *(each.format(alice.home) for each in arguments)
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not [*alice.home.glob("mediator.toml*")]
