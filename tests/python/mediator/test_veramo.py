"""Requests in the profile of Veramo: an option, and answered in kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm import Message, PackEncryptedConfig, UnpackConfig
from pydidcomm.mediator.connection import Connection
from pydidcomm.mediator.settings import Settings
from support.mediation import M3, Wallet, mediating

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm.transports._requests import Reply

pytestmark = pytest.mark.anyio


async def ask(wallet: Wallet, config: PackEncryptedConfig | None) -> Reply:
    message = Message(type=f"{M3}/mediate-request", body={}, custom_headers={"return_route": "all"})
    mediator = wallet.mediator
    packed = await wallet.party.pack(message, to=mediator.did, frm=wallet.did, config=config)
    return await mediator.receive(packed.text.encode(), Connection())


async def test_a_request_in_the_profile_is_refused_unless_it_is_an_option(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        wallet = await Wallet.new(mediator)
        assert (await ask(wallet, PackEncryptedConfig(profile="veramo"))).status == 400


async def test_an_answer_has_the_profile_of_its_request(tmp_path: Path) -> None:
    reads = UnpackConfig(accept_profiles={"veramo"})
    async with mediating(tmp_path, accept_profiles=["veramo"]) as mediator:
        wallet = await Wallet.new(mediator)
        for config, profile in ((PackEncryptedConfig(profile="veramo"), "veramo"), (None, None)):
            reply = await ask(wallet, config)
            answer = await wallet.party.unpack(reply.body, config=reads)
            assert answer.message.type == f"{M3}/mediate-grant"
            assert answer.metadata.profile == profile


def test_a_profile_that_is_not_known_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mediator.toml"
    text = '[mediator]\nbase_url = "https://m.example/"\ndid = "did:m:1"\n[server]\n'
    file.write_text(f'{text}accept_profiles = ["veramo"]\nattachments = "json"\n')
    assert Settings.read(file).server.accept_profiles == ("veramo",)
    for line, words in (
        ('accept_profiles = ["other"]', "`accept_profiles` must be [] or [\"veramo\"], got ['other']"),
        ('attachments = "links"', '`attachments` must be "base64" or "json", got \'links\''),
    ):
        file.write_text(f"{text}{line}\n")
        with pytest.raises(ValueError, match=r"\[server\] ") as caught:
            Settings.read(file)
        assert words in str(caught.value)
