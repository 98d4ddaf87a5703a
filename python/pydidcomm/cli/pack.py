"""`pydidcomm pack`: pack a message."""

from pathlib import Path
from typing import IO, Any

import rich_click as click

from pydidcomm.cli._input import file_argument, message_of, read
from pydidcomm.cli._options import DID, option, packing_options, private_option
from pydidcomm.cli._output import json_option, write_json, write_line
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import is_short, party, wallet_option

__all__ = ["pack"]


@click.command()
@file_argument
@option("--to", type=DID, metavar="DID", help="The recipient; without it the message is not encrypted.")
@packing_options
@option("--text", "said", metavar="TEXT", help="Pack a basic message with this text; FILE is not read.")
@private_option
@wallet_option
@json_option
@in_event_loop
async def pack(  # noqa: PLR0913, PLR0917, an argument an option
    file: IO[bytes],
    to: str | None,
    frm: str | None,
    sign: str | None,
    anonymous: bool,  # noqa: FBT001, options
    hide_sender: bool,  # noqa: FBT001
    said: str | None,
    allow_private: bool,  # noqa: FBT001
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Pack a message: encrypted with --to, signed with --sign, both, or neither.

    FILE is a DIDComm message in JSON, with `type` and `body`; a missing `id` is added.
    """
    check(to, frm, anonymous=anonymous, hide_sender=hide_sender)
    message = message_of(b"" if said is not None else read(file), said)
    sender = None if anonymous else frm or message.frm
    needs_keys = bool(sign or (to and sender)) or is_short(to)
    async with party(wallet, needs_keys=needs_keys, allow_private=allow_private, peer=to) as one:
        if to is not None:
            packed: Any = await encrypt(
                one, message, to=to, frm=frm, sign=sign, anonymous=anonymous, hide_sender=hide_sender
            )
        elif sign is not None:
            packed = await one.pack_signed(message, sign_frm=sign)
        else:
            packed = await one.pack_plaintext(message)
    if as_json:
        write_json(
            {
                "text": packed.text,
                "media_type": packed.media_type,
                "endpoints": [each.uri for each in getattr(packed, "deliveries", ())],
            }
        )
    else:
        write_line(packed.text)


def check(to: str | None, frm: str | None, *, anonymous: bool, hide_sender: bool) -> None:
    """Raise an error for options that contradict each other.

    Raises:
        UsageError: Two options contradict each other.
    """
    if anonymous and (frm or hide_sender):
        message = "--anonymous cannot be combined with --from and --hide-sender"
        raise click.UsageError(message)
    if to is None and (frm or anonymous or hide_sender):
        message = "--from, --anonymous and --hide-sender are for encrypted messages: add --to"
        raise click.UsageError(message)


async def encrypt(  # noqa: PLR0913, all but two are named
    one: Any,  # noqa: ANN401, a DIDCommMessaging, whose import is late
    message: Any,  # noqa: ANN401
    *,
    to: str,
    frm: str | None,
    sign: str | None,
    anonymous: bool,
    hide_sender: bool,
) -> Any:  # noqa: ANN401
    """Encrypt a message for one recipient."""
    from pydidcomm import PackEncryptedConfig  # noqa: PLC0415, not for --help

    config = PackEncryptedConfig(protect_sender_id=hide_sender)
    return await one.pack(message, to=to, frm=frm, sign_frm=sign, anonymous=anonymous, config=config)
