"""`pydidcomm send`: pack and deliver a message, or deliver a packed message."""

from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import rich_click as click

from pydidcomm.cli._input import file_argument, is_envelope, message_of, read
from pydidcomm.cli._options import DID, option, packing_options
from pydidcomm.cli._output import json_option, progress, write_json, write_json_note, write_line, write_note
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import is_short, party, wallet_option
from pydidcomm.cli.pack import check, encrypt
from pydidcomm.errors import DeliveryError

__all__ = ["send"]

V1_MEDIA_TYPE: Final = "application/didcomm-envelope-enc"
"""The media type of a DIDComm v1 envelope, Aries RFC 0044."""


class _Envelope(NamedTuple):
    """A packed message from the input."""

    text: str
    media_type: str


@click.command()
@file_argument
@option("--to", type=DID, metavar="DID", help="The recipient of a message that is not packed yet.")
@packing_options
@option("--text", "said", metavar="TEXT", help="Send a basic message with this text; FILE is not read.")
@option("--url", metavar="URL", help="The endpoint; required for a packed message.")
@option("--allow-private", is_flag=True, help="Allow endpoints and DIDs on private networks.")
@wallet_option
@json_option
@in_event_loop
async def send(  # noqa: PLR0913, PLR0917, an argument an option
    file: IO[bytes],
    to: str | None,
    frm: str | None,
    sign: str | None,
    anonymous: bool,  # noqa: FBT001, options
    hide_sender: bool,  # noqa: FBT001
    said: str | None,
    url: str | None,
    allow_private: bool,  # noqa: FBT001
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Pack a message for --to and deliver it to the recipient's endpoints, or deliver a packed one to --url.

    Prints the endpoint that accepted the message. By default only public addresses are connected to.
    """
    check(to, frm, anonymous=anonymous, hide_sender=hide_sender)
    text = b"" if said is not None else read(file)
    if said is None and is_envelope(text):
        if url is None:
            message = "the message is packed already: add --url, the endpoint"
            raise click.UsageError(message)
        packed: Any = _parse_envelope(text)
    elif to is None:
        message = "the message is not packed: add --to, the recipient"
        raise click.UsageError(message)
    else:
        plain = message_of(text, said)
        sender = None if anonymous else frm or plain.frm
        needs_keys = bool(sign or sender) or is_short(to)
        async with party(wallet, needs_keys=needs_keys, allow_private=allow_private, peer=to) as one:
            packed = await encrypt(
                one, plain, to=to, frm=frm, sign=sign, anonymous=anonymous, hide_sender=hide_sender
            )
    sent = await _deliver(packed, url, allow_private=allow_private, as_json=as_json)
    if as_json:
        write_json({"uri": sent.uri, "status": sent.status, "tried": [list(each) for each in sent.tried]})
    else:
        write_line(f"delivered to {sent.uri} ({sent.status})")


def _parse_envelope(text: bytes) -> _Envelope:
    from pydidcomm import MediaType  # noqa: PLC0415, not for --help
    from pydidcomm.inspection import EncryptedView, inspect  # noqa: PLC0415

    outermost = inspect(text).outermost
    if isinstance(outermost, EncryptedView) and outermost.version == 1:
        media_type = V1_MEDIA_TYPE
    else:
        media_type = (MediaType.SIGNED if outermost.layer == "signed" else MediaType.ENCRYPTED).value
    return _Envelope(text.decode().strip(), media_type)


async def _deliver(packed: Any, url: str | None, *, allow_private: bool, as_json: bool) -> Any:  # noqa: ANN401
    from pydidcomm.cli._resolvers import allowed_networks  # noqa: PLC0415, not for --help
    from pydidcomm.transports.http import HttpTransport  # noqa: PLC0415, the extra `http`

    total = len(packed.text)
    with progress(total, "sending") as report:
        async with HttpTransport(allow=allowed_networks(allow_private=allow_private)) as transport:
            try:
                return await transport.send(packed, uri=url, progress=lambda done, _: report(done))
            except DeliveryError as error:
                if not allow_private and any(why.startswith("refused address") for _, why in error.tried):
                    hint = "--allow-private allows endpoints on this machine and in private networks"
                    if as_json:
                        write_json_note({"hint": hint})
                    else:
                        write_note(hint)
                raise
