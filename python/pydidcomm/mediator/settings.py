"""The configuration of a mediator: a TOML file, and environment variables that override it."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self, cast, get_type_hints

from pydidcomm.mediator.records import Limits

__all__ = ["Settings"]

OTHERS: Final = frozenset({"PYDIDCOMM_MEDIATOR_CONFIG"})
"""Variables that are no keys: this one names the file."""

PREFIX: Final = "PYDIDCOMM_MEDIATOR_"
"""Environment variables are this, the section and the key in capitals, joined by `_`."""


MOST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Section `[mediator]`."""

    base_url: str
    did: str
    previous_dids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Section `[store]`: a file of SQLite, or the URL of PostgreSQL."""

    path: str = "mediator.db"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    """Section `[secrets]`: a file of mode 0600 with JWKs, or an Askar wallet."""

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

    def __post_init__(self) -> None:
        if not 0 <= self.port <= MOST_PORT:
            message = f"[server] `port` must be at most {MOST_PORT}, got {self.port}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionSettings:
    """Section `[admission]`: `mode` is "open", "closed", "list" or "token"."""

    mode: str = "open"
    dids: tuple[str, ...] = ()
    invitations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it; paths are relative to the folder of the file.

    Attributes:
        folder: The folder of the file.
        mediator: Section `[mediator]`.
        store: Section `[store]`.
        secrets: Section `[secrets]`.
        server: Section `[server]`.
        admission: Section `[admission]`.
        limits: Section `[limits]`.
    """

    folder: Path
    mediator: Identity
    store: StoreSettings = field(default_factory=StoreSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def read(cls, path: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Self:
        r"""Read a file, and the variables that override it.

        Args:
            path: The TOML file.
            environment: Variables such as `PYDIDCOMM_MEDIATOR_SERVER_PORT`.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: A section or key is unknown, missing, or has another type.

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
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            message = f"{path} is not TOML: {why}"
            raise ValueError(message) from error
        sections = get_type_hints(cls)
        del sections["folder"]
        unknown = sorted(set(found) - set(sections))
        if unknown:
            message = f"{path}: unknown section [{unknown[0]}]; there are {', '.join(sections)}"
            raise ValueError(message)
        known = {
            f"{PREFIX}{name}_{key}".upper() for name, kind in sections.items() for key in get_type_hints(kind)
        }
        stray = sorted(each for each in environment if each.startswith(PREFIX) and each not in known | OTHERS)
        if stray:
            message = f"the environment variable {stray[0]} names no section and key of the configuration"
            raise ValueError(message)
        made: dict[str, Any] = {
            name: _section(kind, name, found.get(name, {}), environment, path)
            for name, kind in sections.items()
        }
        return cls(folder=path.resolve().parent, **made)

    def located(self, path: str) -> Path:
        """A path of the file, relative to its folder."""
        return self.folder / os.path.expanduser(path)  # noqa: PTH111, of a text

    def with_did(self, did: str) -> Self:
        """The settings with a new DID, the present one being the newest of the previous ones."""
        before = self.mediator
        return replace(
            self, mediator=replace(before, did=did, previous_dids=(before.did, *before.previous_dids))
        )

    def text(self) -> str:
        """The TOML text, of what differs from the defaults and all of `[mediator]`.

        Raises:
            ImportError: The extra `mediator` is not installed.
        """
        import tomli_w  # noqa: PLC0415, the extra `mediator`

        sections: dict[str, dict[str, Any]] = {}
        for section in fields(self):
            value = getattr(self, section.name)
            if not is_dataclass(value):
                continue
            written = {key.name: getattr(value, key.name) for key in fields(value)}
            changed = {
                key.name: written[key.name] for key in fields(value) if written[key.name] != key.default
            }
            if changed:
                sections[section.name] = changed
        return tomli_w.dumps(sections)


def _section(
    kind: Any,  # noqa: ANN401, a class of this module
    name: str,
    found: object,
    environment: Mapping[str, str],
    path: Path,
) -> Any:  # noqa: ANN401
    where = f"{path}: [{name}]"
    if not isinstance(found, dict):
        message = f"{where} must be a section"
        raise ValueError(message)  # noqa: TRY004, of a file
    members = cast("dict[str, object]", found)
    kinds = get_type_hints(kind)
    unknown = sorted(set(members) - set(kinds))
    if unknown:
        message = f"{where} has the unknown key `{unknown[0]}`; there are {', '.join(kinds)}"
        raise ValueError(message)
    values: dict[str, Any] = {}
    for key, expected in kinds.items():
        variable = f"{PREFIX}{name}_{key}".upper()
        if variable in environment:
            values[key] = _of_text(environment[variable], expected, variable)
        elif key in members:
            values[key] = _of_toml(members[key], expected, f"{where} `{key}`")
    try:
        return kind(**values)
    except TypeError as error:
        missing = [each for each in ("base_url", "did") if each in kinds and each not in values]
        message = f"{where} lacks `{missing[0]}`: `pydidcomm mediator init` writes it"
        raise ValueError(message) from error


def _of_toml(value: object, expected: object, where: str) -> object:
    plain = {str: "a string", bool: "true or false", int: "an integer"}
    for kind, named in plain.items():
        if expected is not kind:
            continue
        # `true` is an int to Python, and not to an operator
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        message = f"{where} must be {named}, got {value!r}"
        raise ValueError(message)
    if isinstance(value, list) and all(isinstance(each, str) for each in cast("list[object]", value)):
        return tuple(cast("list[str]", value))
    message = f"{where} must be an array of strings, got {value!r}"
    raise ValueError(message)


def _of_text(value: str, expected: object, variable: str) -> object:
    if expected is str:
        return value
    if expected is bool and value in {"true", "false"}:
        return value == "true"
    if expected is int and value.isascii() and value.isdigit():
        return int(value)
    if expected not in {bool, int}:
        return tuple(each.strip() for each in value.split(",") if each.strip())
    named = "true or false" if expected is bool else "an integer"
    message = f"the environment variable {variable} must be {named}, got {value!r}"
    raise ValueError(message)
