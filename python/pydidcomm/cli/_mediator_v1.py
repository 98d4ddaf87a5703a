"""`pydidcomm mediator v1`: enable DIDComm v1 for a mediator."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from pydidcomm.cli._config import write_config
from pydidcomm.cli._mediator_parts import config_option, open_party, read_settings
from pydidcomm.cli._output import json_option, write_json, write_line, write_note
from pydidcomm.cli._run import in_event_loop

if TYPE_CHECKING:
    from pydidcomm import DIDCommMessaging

__all__ = ["require_verkey", "v1"]


@click.command("v1")
@config_option
@json_option
@in_event_loop
async def v1(config: Path, as_json: bool) -> None:  # noqa: FBT001, an option
    """Enable DIDComm v1: create its key if the configuration has none, and show key and invitation."""
    from pydidcomm import v1 as didcomm_v1  # noqa: PLC0415, not for --help
    from pydidcomm.mediator.v1_exchange import invitation_url  # noqa: PLC0415

    settings = read_settings(config)
    verkey = settings.mediator.verkey
    made = not verkey
    if made:
        async with open_party(settings, create=True) as party:
            secrets: Any = party.secrets
            verkey = await didcomm_v1.create_verkey(secrets)
        write_config(config, replace(settings, mediator=replace(settings.mediator, verkey=verkey)))
    did = f"did:key:{didcomm_v1.public_key(verkey).multikey()}"
    url = invitation_url(verkey, settings.mediator.base_url, str(uuid.uuid4()))
    if as_json:
        write_json({"verkey": verkey, "did_key": did, "invitation": url})
        return
    write_line(verkey)
    write_line(did)
    write_line(url)
    if made:
        write_note("restart the mediator; remove `verkey` from [mediator] to refuse DIDComm v1 again")


async def require_verkey(party: "DIDCommMessaging", verkey: str) -> None:
    """Raise an error if the private key for DIDComm v1 is missing.

    Raises:
        UsageError: The secrets lack the key, or it is malformed.
    """
    from pydidcomm import v1 as didcomm_v1  # noqa: PLC0415
    from pydidcomm.errors import NotFoundError  # noqa: PLC0415

    if not verkey:
        return
    try:
        packed = await didcomm_v1.pack(party.resolvers_config, b"{}", to=[verkey])
        await didcomm_v1.unpack(party.resolvers_config, packed.text)
    except (ValueError, NotFoundError):
        message = (
            f"the secrets have no private key for [mediator] `verkey`, {verkey[:60]!r}: remove `verkey`, and "
            "run `pydidcomm mediator v1` to create a key"
        )
        raise click.UsageError(message) from None
