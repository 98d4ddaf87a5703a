"""The configuration of a mediator: a TOML file, and environment variables that override it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from pydidcomm._settings import read_sections, write_sections
from pydidcomm.mediator import departures
from pydidcomm.mediator.records import Limits

__all__ = ["Settings"]

MOST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Section `[mediator]`."""

    base_url: str
    did: str
    previous_dids: tuple[str, ...] = ()
    verkey: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Section `[store]`: the path of an SQLite file, or the URL of a PostgreSQL database."""

    path: str = "mediator.db"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    """Section `[secrets]`: a file of mode 0600 with private JWKs, or an Askar wallet."""

    path: str = "mediator.keys"
    wallet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Section `[server]`."""

    host: str = "127.0.0.1"
    port: int = 8080
    max_bytes: int = 1_048_576
    max_sockets: int = 20_000
    max_concurrency: int = 1_000
    messages_per_second: int = 200
    burst: int = 1_000
    trusted_proxies: tuple[str, ...] = ()
    cors_origin: str = ""
    frames: str = "mirror"
    reply_when_unreachable: bool = False
    reveal_unknown: bool = False
    accept_any_type: bool = False
    attachments: str = "base64"
    accept_profiles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= MOST_PORT:
            message = f"[server] `port` must be from 0 to {MOST_PORT}, got {self.port}"
            raise ValueError(message)
        if set(self.accept_profiles) - {"veramo"}:
            message = f'[server] `accept_profiles` must be [] or ["veramo"], got {list(self.accept_profiles)}'
            raise ValueError(message)
        if self.attachments not in {"base64", "json"}:
            message = f'[server] `attachments` must be "base64" or "json", got {self.attachments!r}'
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionSettings:
    """Section `[admission]`: `mode` is "open", "closed", "list" or "token"."""

    mode: str = "open"
    dids: tuple[str, ...] = ()
    invitations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardSettings:
    """Section `[onward]`: `mode` is "off", "list" or "any"."""

    mode: str = "off"
    hosts: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("https", "wss")
    networks: tuple[str, ...] = ()
    rewrap: bool = False
    messages: int = departures.MAX_MESSAGES
    bytes: int = departures.MAX_BYTES
    per_next: int = departures.MAX_PER_NEXT
    age: int = departures.MAX_AGE
    delay: int = departures.MAX_DELAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All sections; paths are relative to the folder of the file.

    Attributes:
        folder: The folder of the file.
        mediator: Section `[mediator]`.
        store: Section `[store]`.
        secrets: Section `[secrets]`.
        server: Section `[server]`.
        admission: Section `[admission]`.
        limits: Section `[limits]`.
        onward: Section `[onward]`.
    """

    folder: Path
    mediator: Identity
    store: StoreSettings = field(default_factory=StoreSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    limits: Limits = field(default_factory=Limits)
    onward: OnwardSettings = field(default_factory=OnwardSettings)

    @classmethod
    def read(cls, path: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Self:
        r"""Read the configuration from a file, with overrides from environment variables.

        Args:
            path: The TOML file.
            environment: Variables such as `PYDIDCOMM_MEDIATOR_SERVER_PORT`.

        Raises:
            FileNotFoundError: The file does not exist.
            ValueError: A section or key is unknown or missing, or a value has the wrong type or is not
                allowed.

        Example:
            >>> import tempfile
            >>> from pathlib import Path
            >>> from pydidcomm.mediator.settings import Settings
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     file = Path(folder) / "mediator.toml"
            ...     _ = file.write_text('[mediator]\nbase_url = "https://m.example/"\ndid = "did:m:1"')
            ...     Settings.read(file, {"PYDIDCOMM_MEDIATOR_SERVER_PORT": "9000"}).server.port
            9000
        """
        return cls(folder=path.resolve().parent, **read_sections(cls, path, environment, "mediator"))

    def located(self, path: str) -> Path:
        """Return a configured path, resolved against the folder of the file."""
        return self.folder / os.path.expanduser(path)  # noqa: PTH111, of a text

    def with_did(self, did: str) -> Self:
        """Return the settings with a new DID; the current DID becomes the first of `previous_dids`."""
        before = self.mediator
        return replace(
            self, mediator=replace(before, did=did, previous_dids=(before.did, *before.previous_dids))
        )

    def text(self) -> str:
        """Return the TOML text of the values that differ from the defaults.

        Raises:
            ImportError: The extra `cli` is not installed.
        """
        return write_sections(self)
