"""The root command; each subcommand is imported when it is called."""

import sys
import warnings
from importlib import import_module
from typing import Any, Final, NoReturn, cast

import rich_click as click

import pydidcomm
from pydidcomm.cli._options import version
from pydidcomm.cli._output import write_warning
from pydidcomm.cli._run import ReportingGroup, close_output, interrupt_at_once, report_unwritten
from pydidcomm.cli._streams import prepare

__all__ = ["root", "run"]


_COMMANDS: Final = {
    "did": "pydidcomm.cli.did:did",
    "secrets": "pydidcomm.cli.secrets:secrets",
    "pack": "pydidcomm.cli.pack:pack",
    "unpack": "pydidcomm.cli.unpack:unpack",
    "send": "pydidcomm.cli.send:send",
    "listen": "pydidcomm.cli.listen:listen",
    "invite": "pydidcomm.cli.invite:invite",
    "inspect": "pydidcomm.cli.inspect:inspect",
    "diagnose": "pydidcomm.cli.diagnose:diagnose",
    "bench": "pydidcomm.cli.bench:bench",
    "agent": "pydidcomm.cli.agent:agent",
    "mediator": "pydidcomm.cli.mediator:mediator",
}
"""The commands and groups as `module:name`, in the order of the help."""

_COMPLETION: Final = (
    'Completion: eval "$(_PYDIDCOMM_COMPLETE=bash_source pydidcomm)" in bash, zsh_source in zsh, fish_source '
    "in fish."
)


class _LazyGroup(ReportingGroup):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, that of click
        """Return the names in the order of `COMMANDS`."""
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command; return None for an unknown name."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        return cast("click.Command", getattr(import_module(module), name))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_COMPLETION,
)
@version(pydidcomm.__version__)
def root() -> None:
    """Pack, send, receive and inspect DIDComm v2.1 messages.

    Commands read stdin or FILE, and write to stdout. Private keys are in an encrypted wallet. Its passphrase
    is read from PYDIDCOMM_PASSPHRASE, from the file in PYDIDCOMM_PASSPHRASE_FILE, from the desktop keyring if
    PYDIDCOMM_KEYRING=1, or from a prompt.
    """


def run() -> NoReturn:
    """Run the command in `sys.argv`, and exit."""
    prepare()
    interrupt_at_once()
    cast("Any", warnings).showwarning = write_warning
    try:
        # it raises SystemExit
        root.main(prog_name="pydidcomm", standalone_mode=True)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    except OSError as error:
        # an error while writing --help or --version, which no command handles
        status = report_unwritten(error)
    sys.exit(close_output(status))
