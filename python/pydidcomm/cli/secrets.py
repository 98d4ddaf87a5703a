"""`pydidcomm secrets`: list, add and rotate the private keys of the wallet."""

from pathlib import Path
from typing import IO, Any

import rich_click as click

from pydidcomm.cli._input import file_argument, read
from pydidcomm.cli._options import DID, argument, option, private_option
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import open_wallet, party, wallet_option

__all__ = ["secrets"]


@click.group()
def secrets() -> None:
    """List, add and rotate the private keys of the wallet."""


@secrets.command("list")
@option("--reveal", is_flag=True, help="Print the private keys, one JWK per line.")
@wallet_option
@json_option
@in_event_loop
async def list_(reveal: bool, wallet: Path, as_json: bool) -> None:  # noqa: FBT001, options
    """List the keys of the wallet: kid and curve."""
    async with open_wallet(wallet) as store:
        for kid in await store.kids():
            key: Any = await store.get_key(kid)
            if reveal:
                write_json({**key.expose_jwk(), "kid": kid})
            elif as_json:
                write_json({"kid": kid, "curve": key.curve})
            else:
                write_line(f"{kid} {key.curve}")


@secrets.command()
@file_argument
@wallet_option
@json_option
@in_event_loop
async def add(file: IO[bytes], wallet: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Import private keys from FILE: one JWK with `kid` per line, or a JWK set."""
    found = _keys(read(file))
    async with open_wallet(wallet, create=True) as store:
        await store.add_keys(found)
    for key in found:
        if as_json:
            write_json({"kid": key.kid, "curve": key.curve})
        else:
            write_line(key.kid)


@secrets.command()
@argument("old", type=DID, metavar="DID")
@option("--to", required=True, type=DID, metavar="DID", help="The peer that receives the announcement.")
@private_option
@wallet_option
@json_option
@in_event_loop
async def rotate(
    old: str,
    to: str,
    allow_private: bool,  # noqa: FBT001, options
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Replace a DID by a new DID with new keys, and print the message that announces it to a peer.

    The new DID, on stderr or in `did` of the JSON, has the endpoints of the old DID. The keys of the old DID
    stay in the wallet, as the peer may use it until the message has arrived. Deliver the message with
    `pydidcomm send`.
    """
    async with party(wallet, needs_keys=True, allow_private=allow_private, peer=to) as one:
        new = await _successor(one, old)
        try:
            packed = await one.rotate(to=to, old=old, new=new)
        except Exception:
            await _forget(one, new)
            raise
    if as_json:
        write_json({"did": new, "text": packed.text, "media_type": packed.media_type})
    else:
        write_note(f"new DID: {new}")
        write_line(packed.text)


async def _successor(one: Any, old: str) -> str:  # noqa: ANN401, a DIDCommMessaging, whose import is late
    """Create a DID with the endpoints of the old one, and with keys on the same curves."""
    document = await one.resolve(old)
    services = [
        {name: value for name, value in service.items() if name != "id"}
        for service in document.as_dict().get("service", [])
    ]
    held = [await one.secrets.get_key(kid) for kid in document.key_agreement]
    curves = list(dict.fromkeys(key.curve for key in held if key is not None))
    method: Any = 4 if old.startswith("did:peer:4") else 2
    new: str = await one.create_peer_did(
        method=method, services=services, agreement_curves=curves or ["X25519"]
    )
    return new


async def _forget(one: Any, did: str) -> None:  # noqa: ANN401
    """Remove the keys of a DID that was never announced."""
    for kid in await one.secrets.kids():
        if kid.partition("#")[0] == did:
            await one.secrets.remove_key(kid)


def _keys(text: bytes) -> list[Any]:
    """Return the private keys of a JWK set, or of one JWK a line.

    Raises:
        ValueError: The text is another JSON or not JSON; the error does not quote it.
    """
    import json  # noqa: PLC0415, not for --help

    from pydidcomm import Secret  # noqa: PLC0415

    try:
        try:
            listed: Any = json.loads(text)
        except (ValueError, RecursionError):
            listed = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        message = "the input must be private keys, one JWK per line or a JWK set, got text that is not JSON"
        # the cause quotes the text
        raise ValueError(message) from None
    if listed.__class__ is dict:
        listed = listed.get("keys", [listed])
    if listed.__class__ is not list or not listed:
        message = "the input must be private keys, one JWK per line or a JWK set, got no key"
        raise ValueError(message)
    return [Secret(one) for one in listed]
