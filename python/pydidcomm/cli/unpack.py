"""`pydidcomm unpack`: decrypt and verify a message."""

from pathlib import Path
from typing import IO

import rich_click as click

from pydidcomm.cli._input import file_argument, read
from pydidcomm.cli._options import option, private_option
from pydidcomm.cli._output import json_option, write_document, write_json, write_note
from pydidcomm.cli._received import facts, sender_line
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import is_short, party, wallet_option

__all__ = ["unpack"]


@click.command()
@file_argument
@option("--require-sender", is_flag=True, help="Refuse a message without an authenticated sender.")
@private_option
@wallet_option
@json_option
@in_event_loop
async def unpack(
    file: IO[bytes],
    require_sender: bool,  # noqa: FBT001, options
    allow_private: bool,  # noqa: FBT001
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Decrypt, verify and print a message; the verified sender is on stderr, or in `sender` of the JSON."""
    from pydidcomm import UnpackConfig  # noqa: PLC0415, not for --help

    text = read(file)
    config = UnpackConfig(require_authenticated=require_sender)
    async with party(wallet, needs_keys=needs_wallet(text), allow_private=allow_private) as one:
        received = await one.unpack(text, config=config)
    if as_json:
        write_json(facts(received))
        return
    write_note(sender_line(received))
    for warning in received.metadata.warnings:
        write_note(f"warning: {warning}")
    write_document(received.message.as_dict())


def needs_wallet(text: bytes) -> bool:
    """Return whether unpacking the message needs a private key or a DID document of the wallet.

    Raises:
        MalformedMessageError: The text is not a JSON object.
    """
    from pydidcomm.inspection import SignedView, inspect  # noqa: PLC0415, not for --help

    outermost = inspect(text).outermost
    if isinstance(outermost, SignedView):
        return any(map(is_short, outermost.claimed_signer_kids))
    return outermost.layer == "encrypted"
