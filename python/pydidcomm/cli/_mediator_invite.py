"""`pydidcomm mediator invite`: the invitation of a mediator, and invitation tokens."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import rich_click as click

from pydidcomm.cli._mediator_parts import config_option, open_store, read_settings
from pydidcomm.cli._options import option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note, write_warning
from pydidcomm.cli._run import in_event_loop

if TYPE_CHECKING:
    from pydidcomm.invitations import Invitation
    from pydidcomm.mediator import InvitationToken
    from pydidcomm.mediator.settings import Settings

__all__ = ["invite"]


_USES: Final = 1
_DAYS: Final = 7
_MOST_DAYS: Final = 3_650
"""Ten years; for unlimited admission use the mode "open"."""
_MOST_LISTED: Final = 1_000


@click.command()
@option("--uses", type=click.IntRange(1, 1_000_000), help="Parties that the token admits; 1 by default.")
@option("--days", type=click.IntRange(1, _MOST_DAYS), help="Days until the token expires; 7 by default.")
@option("--label", metavar="TEXT", help="A remark that --list shows.")
@option("--list", "listed", is_flag=True, help="List the tokens, newest first.")
@option("--revoke", metavar="NAME", help="Delete a token by its name in the list.")
@config_option
@json_option
@in_event_loop
async def invite(  # noqa: PLR0913, PLR0917, an argument an option
    uses: int | None,
    days: int | None,
    label: str | None,
    listed: bool,  # noqa: FBT001, options
    revoke: str | None,
    config: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the invitation as a URL and a QR code; create, list and revoke tokens.

    A token is an invitation that admits --uses parties for --days. With `mode = "token"` in [admission] each
    call creates a token; otherwise --uses, --days or --label create one.
    """
    settings = read_settings(config)
    made = uses is not None or days is not None or label is not None
    if (listed or revoke is not None) and (made or (listed and revoke is not None)):
        message = "--list and --revoke cannot be combined with each other or with --uses, --days and --label"
        raise click.UsageError(message)
    if listed:
        await _list(settings, as_json=as_json)
    elif revoke is not None:
        await _revoke(settings, revoke)
    elif made or settings.admission.mode == "token":
        await _make(settings, uses or _USES, days or _DAYS, label or "", as_json=as_json)
    else:
        invitation = _invitation(settings)
        _show(invitation, _for_v1(settings, invitation), as_json=as_json)


def _invitation(settings: "Settings") -> "Invitation":
    from pydidcomm.invitations import Invitation  # noqa: PLC0415, not for --help

    return Invitation.to(
        settings.mediator.did,
        settings.mediator.base_url,
        goal_code="request-mediate",
        goal="Mediate messages",
    )


def _for_v1(settings: "Settings", invitation: "Invitation") -> dict[str, object]:
    """Return the member with the invitation for DIDComm v1, or none if DIDComm v1 is disabled."""
    from pydidcomm.mediator.v1_exchange import invitation_url  # noqa: PLC0415, not for --help

    verkey = settings.mediator.verkey
    if not verkey:
        return {}
    return {"url_v1": invitation_url(verkey, settings.mediator.base_url, invitation.message.id)}


async def _make(settings: "Settings", uses: int, days: int, label: str, *, as_json: bool) -> None:
    invitation, now = _invitation(settings), time.time()
    expires = now + days * 86_400
    store = await open_store(settings)
    try:
        name = await store.invitations.add(
            invitation.message.id, uses=uses, at=now, expires=expires, label=label
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    finally:
        await store.aclose()
    more = {"name": name, "uses": uses, "expires": int(expires), **_for_v1(settings, invitation)}
    _show(invitation, more, as_json=as_json)
    mode = settings.admission.mode
    if mode != "token":
        text = f'[admission] `mode` is "{mode}", which does not use tokens: set `mode = "token"`'
        write_warning(text, UserWarning)
    if not as_json:
        write_note(f"token {name}: admits {uses}, until {_format_duration(expires)}")


def _show(invitation: "Invitation", more: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        write_json({"url": invitation.url, **more})
        return
    write_line(invitation.url)
    if "url_v1" in more:
        write_line(str(more["url_v1"]))
    for line in (invitation.qr().text() or "").splitlines():
        write_note(line)


async def _list(settings: "Settings", *, as_json: bool) -> None:
    store = await open_store(settings)
    try:
        found: list[InvitationToken] = await store.invitations.tokens(_MOST_LISTED)
    finally:
        await store.aclose()
    now = time.time()
    for each in found:
        if as_json:
            write_json(asdict(each))
            continue
        state = "expired" if each.expires <= now else f"until {_format_duration(each.expires)}"
        write_line(f"{each.name}  {each.used:>7} of {each.uses:<7}  {state:22}  {each.label}".rstrip())


async def _revoke(settings: "Settings", name: str) -> None:
    store = await open_store(settings)
    try:
        gone = await store.invitations.revoke(name)
    finally:
        await store.aclose()
    if not gone:
        message = f"the token {name!r} does not exist: --list shows the names"
        raise click.UsageError(message)


def _format_duration(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
