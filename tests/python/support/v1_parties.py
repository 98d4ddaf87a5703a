"""Parties of DIDComm v1, each with its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydidcomm import (
    InMemorySecrets,
    LocalResolver,
    ResolversConfig,
    sync,
)
from pydidcomm.sync import v1 as now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydidcomm import ReplayWindow
    from pydidcomm.resolvers import SecretsResolver


PING = {"@type": "https://didcomm.org/trust_ping/1.0/ping", "@id": "518be002", "comment": "é", "n": 2**70}


def party(config: ResolversConfig) -> sync.DIDCommMessaging:
    return sync.DIDCommMessaging(
        config.secrets_resolver, config.did_resolver, replay_window=config.replay_window
    )


class Cast:
    """Three people and what each of them holds."""

    def __init__(self) -> None:
        self.secrets = {name: InMemorySecrets() for name in ("alice", "bob", "carol")}
        self.alice, self.bob, self.carol = (now.create_verkey(own) for own in self.secrets.values())

    def config(self, name: str, replay_window: ReplayWindow | None = None) -> ResolversConfig:
        return resolvers(self.secrets[name], replay_window)

    def packed(self, content: Mapping[str, Any] | str | bytes = PING, *to: str, frm: bool = True) -> str:
        sender = self.alice if frm else None
        return now.pack(self.config("alice"), content, to or (self.bob,), sender).message


def resolvers(secrets: SecretsResolver, replay_window: ReplayWindow | None = None) -> ResolversConfig:
    return ResolversConfig(
        secrets_resolver=secrets, did_resolver=LocalResolver(), replay_window=replay_window
    )
