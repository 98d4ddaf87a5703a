"""The configuration of `pydidcomm agent`: a TOML file, and environment variables that override it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

from pydidcomm._settings import read_sections, write_sections
from pydidcomm.protocols import BasicMessage, DiscoverFeatures, Protocol, Receipts, TrustPing, UserProfile

__all__ = ["LISTEN", "PROTOCOLS", "Settings"]

LISTEN: Final = "http://127.0.0.1:8040/didcomm"
"""The default URL of an agent, on the loopback interface."""

PROTOCOLS: Final[Mapping[str, Callable[[], Protocol]]] = MappingProxyType(
    {
        "trust-ping": TrustPing,
        "discover-features": DiscoverFeatures,
        "basic-message": BasicMessage,
        "receipts": Receipts,
        "user-profile": UserProfile,
    }
)
"""The protocols by name, in addition to empty messages and problem reports, which are always present."""


_ALL_ADDRESSES: Final = ("http://0.0.0.0:", "http://[::]:")
"""Prefixes of URLs with the wildcard address: a server can listen on it, a peer cannot connect to it."""


def _is_did(text: str) -> bool:
    scheme, _, rest = text.partition(":")
    return scheme == "did" and all(rest.partition(":")[::2])


def _is_endpoint(text: str) -> bool:
    scheme, _, rest = text.partition("://")
    return _is_did(text) or (scheme in {"http", "https", "ws", "wss"} and bool(rest))


def _is_postgres(text: str) -> bool:
    """Return whether the text is a URL with a database, and a host or a parameter `host`."""
    try:
        url = urlsplit(text)
        host = url.hostname or dict(parse_qsl(url.query)).get("host")
    except ValueError:
        return False
    return url.scheme in {"postgres", "postgresql"} and bool(host) and bool(url.path.strip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Section `[agent]`.

    `routers` are references `module:name` to a `Router`, or to a function that returns one; modules are also
    searched in the folder of the file. `label` is the name in the user profile and the invitation, `worker`
    the name of this process among those that share a database.
    """

    label: str = ""
    protocols: tuple[str, ...] = ("trust-ping", "discover-features", "basic-message")
    routers: tuple[str, ...] = ()
    mediator: str = ""
    worker: str = ""

    def __post_init__(self) -> None:
        unknown = [name for name in self.protocols if name not in PROTOCOLS]
        if unknown:
            message = f"[agent] `protocols` must be of {', '.join(PROTOCOLS)}; got {unknown[0]!r}"
            raise ValueError(message)
        if self.mediator and not _is_did(self.mediator):
            message = f"[agent] `mediator` must be a DID (did:method:...), got {self.mediator!r}"
            raise ValueError(message)
        wrong = [one for one in self.routers if not all(one.partition(":"))]
        if wrong:
            message = f"[agent] `routers` must be references such as shop.handlers:router, got {wrong[0]!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Section `[store]`: the path of an encrypted SQLite file, or the URL of a PostgreSQL database."""

    path: str = "agent.db"
    url: str = ""

    def __post_init__(self) -> None:
        if not self.path and not self.url:
            message = "[store] `path` must not be empty without `url`: name a file, for instance agent.db"
            raise ValueError(message)
        if self.url and not _is_postgres(self.url):
            # the text leaves out the URL, which may contain a password
            message = "[store] `url` must be a PostgreSQL URL, postgres://user:password@host/database"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Section `[server]`: an empty `listen` means that only a mediator receives."""

    listen: str = LISTEN
    endpoint: str = ""
    allow: tuple[str, ...] = ()
    accept_any_type: bool = False
    accept_profiles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.endpoint and not _is_endpoint(self.endpoint):
            message = (
                "[server] `endpoint` must be a URL such as https://example.com/didcomm, or a DID, got "
                f"{self.endpoint!r}"
            )
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSettings:
    """Section `[invitation]`: the invitation that `run` prints, for any number of peers."""

    goal: str = ""
    goal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All sections; paths are relative to the folder of the file.

    Attributes:
        folder: The folder of the file.
        agent: Section `[agent]`.
        store: Section `[store]`.
        server: Section `[server]`.
        invitation: Section `[invitation]`.
    """

    folder: Path
    agent: AgentSettings = field(default_factory=AgentSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    invitation: InvitationSettings = field(default_factory=InvitationSettings)

    def __post_init__(self) -> None:
        if not self.server.listen and not self.server.endpoint and not self.agent.mediator:
            message = "the agent cannot be reached: set [server] `listen` or [agent] `mediator`"
            raise ValueError(message)
        reached = self.server.endpoint or self.agent.mediator or self.server.listen
        if reached.startswith(_ALL_ADDRESSES):
            message = (
                "[server] `listen` is a wildcard address, to which peers cannot connect: set "
                "[server] `endpoint`, for instance to https://example.com/didcomm"
            )
            raise ValueError(message)

    @classmethod
    def read(cls, path: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Self:
        r"""Read the configuration from a file, with overrides from environment variables.

        Args:
            path: The TOML file.
            environment: Variables such as `PYDIDCOMM_AGENT_SERVER_LISTEN`.

        Raises:
            FileNotFoundError: The file does not exist.
            ValueError: A section or key is unknown, or a value has the wrong type or is not allowed.

        Example:
            >>> import tempfile
            >>> from pathlib import Path
            >>> from pydidcomm.agent.settings import Settings
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     file = Path(folder) / "agent.toml"
            ...     _ = file.write_text('[agent]\nlabel = "Shop"')
            ...     Settings.read(file, {"PYDIDCOMM_AGENT_AGENT_PROTOCOLS": "trust-ping"}).agent.protocols
            ('trust-ping',)
        """
        return cls(folder=path.resolve().parent, **read_sections(cls, path, environment, "agent"))

    def location(self) -> str:
        """Return the URL of the store, or its path, resolved against the folder of the file."""
        return self.store.url or str(self.folder / os.path.expanduser(self.store.path))  # noqa: PTH111, a text

    def protocols(self) -> list[Protocol]:
        """Return the configured protocols; the user profile shows `label`."""
        label = self.agent.label
        return [
            UserProfile({"displayName": label}) if name == "user-profile" and label else PROTOCOLS[name]()
            for name in self.agent.protocols
        ]

    def text(self) -> str:
        """Return the TOML text of the values that differ from the defaults.

        Raises:
            ImportError: The extra `cli` is not installed.
        """
        return write_sections(self)
