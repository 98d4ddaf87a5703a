"""`pydidcomm diagnose`: report why a message cannot be unpacked."""

from pathlib import Path
from typing import IO

import rich_click as click
from click.exceptions import Exit

from pydidcomm.cli._errors import FAILURE, status_of
from pydidcomm.cli._input import file_argument, read
from pydidcomm.cli._options import private_option
from pydidcomm.cli._output import json_option, write_json, write_line
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import party, wallet_option
from pydidcomm.cli.unpack import needs_wallet
from pydidcomm.errors import DIDCommError

__all__ = ["diagnose"]


@click.command()
@file_argument
@private_option
@wallet_option
@json_option
@in_event_loop
async def diagnose(
    file: IO[bytes],
    allow_private: bool,  # noqa: FBT001, options
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Report what unpacking a message needs and what is missing, one check per line.

    The exit status is that of `unpack`. Do not send the report to the peer: it reveals which private keys are
    in the wallet.
    """
    text = read(file)
    async with party(wallet, needs_keys=_needs_keys(wallet, text), allow_private=allow_private) as one:
        report = await one.diagnose(text)
    for check in report.checks:
        if as_json:
            write_json(
                {
                    "subject": check.subject,
                    "name": check.name,
                    "passed": check.passed,
                    "detail": check.detail,
                }
            )
        else:
            write_line(str(check))
    if report.error is not None:
        raise Exit(status_of(report.error) or FAILURE)


def _needs_keys(wallet: Path, text: bytes) -> bool:
    """Return whether to open the wallet; without it, the keys of the message are reported as missing."""
    try:
        return wallet.exists() and needs_wallet(text)
    except DIDCommError:
        # the report itself will contain that the text is not an envelope
        return False
