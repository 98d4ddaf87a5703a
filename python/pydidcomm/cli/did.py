"""`pydidcomm did`: create, list and resolve DIDs."""

from pathlib import Path
from typing import Any, Final

import rich_click as click

from pydidcomm.cli._options import DID, argument, option, private_option
from pydidcomm.cli._output import json_option, write_document, write_json, write_line
from pydidcomm.cli._run import in_event_loop
from pydidcomm.cli._wallet import is_short, open_wallet, party, wallet_option

__all__ = ["did"]

METHODS: Final = ("peer:0", "peer:2", "peer:4", "key", "jwk")


@click.group()
def did() -> None:
    """Create, list and resolve DIDs."""


@did.command()
@option("--method", type=click.Choice(METHODS), default="peer:2", show_default=True)
@option("--endpoint", metavar="URI", help="The service endpoint: a URL, or the DID of a mediator.")
@option("--routing-key", "routing_keys", multiple=True, type=DID, metavar="KID", help="A key of a mediator.")
@option("--curve", metavar="NAME", help="The curve; by default X25519, Ed25519 for key and P-256 for jwk.")
@wallet_option
@json_option
@in_event_loop
async def new(  # noqa: PLR0913, PLR0917, an argument an option
    method: str,
    endpoint: str | None,
    routing_keys: tuple[str, ...],
    curve: str | None,
    wallet: Path,
    as_json: bool,  # noqa: FBT001, an option
) -> None:
    """Create a DID, store its private keys in the wallet, and print the DID."""
    if not method.startswith("peer") and (endpoint or routing_keys):
        message = "--endpoint needs --method peer:2 or peer:4: did:key and did:jwk have no endpoint"
        raise click.UsageError(message)
    if routing_keys and endpoint is None:
        message = "--routing-key needs --endpoint"
        raise click.UsageError(message)
    async with party(wallet, needs_keys=True, create=True) as one:
        if method == "key":
            made = await one.create_key_did(curve=curve or "Ed25519")
        elif method == "jwk":
            made = await one.create_jwk_did(curve=curve or "P-256")
        else:
            number: Any = int(method[-1])
            made = await one.create_peer_did(
                method=number,
                # the only key of a did:peer:0 must be for encryption, to receive messages
                auth_keys_count=0 if number == 0 else 1,
                agreement_curves=[curve or "X25519"],
                service_endpoint=endpoint,
                routing_keys=routing_keys,
            )
    if as_json:
        write_json({"did": made})
    else:
        write_line(made)


@did.command()
@argument("did_", type=DID, metavar="[DID]", required=False)
@wallet_option
@json_option
@in_event_loop
async def show(did_: str | None, wallet: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """List the DIDs of the wallet, or the keys of one of them."""
    from pydidcomm import same_party  # noqa: PLC0415, not for --help
    from pydidcomm.errors import NotFoundError  # noqa: PLC0415

    async with open_wallet(wallet) as secrets:
        kids = await secrets.kids()
    dids: dict[str, list[str]] = {}
    for kid in kids:
        dids.setdefault(kid.partition("#")[0], []).append(kid)
    if did_ is None:
        for one, keys in dids.items():
            if as_json:
                write_json({"did": one, "kids": keys})
            else:
                write_line(one)
        return
    own = [kid for one, keys in dids.items() if same_party(one, did_) for kid in keys]
    if not own:
        message = f"the wallet has no private key of {did_}: `pydidcomm did show` lists its DIDs"
        raise NotFoundError(message)
    if as_json:
        write_json({"did": did_, "kids": own})
        return
    for kid in own:
        write_line(kid)


@did.command()
@argument("did_", type=DID, metavar="DID")
@option("--universal", metavar="URL", help="A Universal Resolver, whose documents are trusted.")
@private_option
@wallet_option
@json_option
@in_event_loop
async def resolve(
    did_: str,
    universal: str | None,
    allow_private: bool,  # noqa: FBT001, an option
    wallet: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Print the DID document of a DID."""
    write = write_json if as_json else write_document
    if universal is not None:
        from pydidcomm import DIDCommMessaging  # noqa: PLC0415, not for --help
        from pydidcomm.cli._resolvers import allowed_networks  # noqa: PLC0415
        from pydidcomm.resolvers.universal import UniversalResolver  # noqa: PLC0415, the extra `http`

        resolver = UniversalResolver(universal, allow=allowed_networks(allow_private=allow_private))
        async with DIDCommMessaging(resolver=resolver) as service:
            write((await service.resolve(did_)).as_dict())
        return
    async with party(wallet, needs_keys=is_short(did_), allow_private=allow_private) as one:
        write((await one.resolve(did_)).as_dict())
