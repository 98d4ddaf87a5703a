"""`pydidcomm invite`: create an out-of-band invitation as URL and QR code, or read one."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from pydidcomm.cli._options import DID, option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop

if TYPE_CHECKING:
    from pydidcomm.invitations import Invitation

__all__ = ["invite"]


@click.command()
@option("--from", "frm", type=DID, metavar="DID", help="The DID of the inviter, which becomes public.")
@option("--url", metavar="URL", help="The base URL, to which the invitation is added as a parameter.")
@option("--goal", metavar="TEXT", help="The purpose of the invitation, for display.")
@option("--goal-code", metavar="CODE", help="The purpose of the invitation, for programs.")
@option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Write the QR code to this file.")
@option("--read", "given", metavar="URL", help="Read an invitation, and print the DID of the inviter.")
@option("--allow-private", is_flag=True, help="Allow to fetch a short URL from private networks.")
@json_option
@in_event_loop
async def invite(  # noqa: PLR0913, PLR0917, an argument an option
    frm: str | None,
    url: str | None,
    goal: str | None,
    goal_code: str | None,
    png: Path | None,
    given: str | None,
    allow_private: bool,  # noqa: FBT001, options
    as_json: bool,  # noqa: FBT001
) -> None:
    """Create an invitation and print its URL, on a terminal also its QR code; or --read one."""
    if given is not None:
        if frm or url or goal or goal_code or png:
            message = "--read cannot be combined with --from, --url, --goal, --goal-code and --png"
            raise click.UsageError(message)
        await _read(given, allow_private=allow_private, as_json=as_json)
        return
    if frm is None or url is None:
        message = "a new invitation needs --from and --url"
        raise click.UsageError(message)
    from pydidcomm.invitations import Invitation  # noqa: PLC0415, not for --help

    made = Invitation.to(frm, url, goal=goal, goal_code=goal_code)
    if png is not None:
        made.qr().png(png)
    if as_json:
        write_json({"url": made.url, "message": made.message.as_dict()})
        return
    write_line(made.url)
    if sys.stdout.isatty():
        _show_code(made)


def _show_code(made: "Invitation") -> None:
    width = shutil.get_terminal_size().columns
    try:
        code = made.qr().text(width=width)
    except (ImportError, ValueError) as error:
        write_note(f"no QR code: {error}")
        return
    if code is None:
        write_note(f"the QR code is wider than {width} columns: --png writes it to a file")
    else:
        for line in code.splitlines():
            write_line(line)


async def _read(given: str, *, allow_private: bool, as_json: bool) -> None:
    from pydidcomm.cli._resolvers import allowed_networks  # noqa: PLC0415, not for --help
    from pydidcomm.invitations import fetch_invitation  # noqa: PLC0415

    message = await fetch_invitation(given, allow=allowed_networks(allow_private=allow_private))
    if as_json:
        write_json({"from": message.frm, "message": message.as_dict()})
        return
    write_note(f"invitation (not authenticated): {message.body.get('goal') or 'no goal'}")
    write_line(message.frm or "")
