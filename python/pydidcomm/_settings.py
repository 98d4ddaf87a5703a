"""Configuration files in TOML: sections as frozen dataclasses, keys overridden by environment variables."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, cast, get_type_hints

__all__ = ["read_sections", "write_sections"]


def read_sections(
    kind: type[object], path: Path, environment: Mapping[str, str], program: str
) -> dict[str, Any]:
    """Read the sections of a file, each as its dataclass, by name.

    Args:
        kind: The dataclass of the whole file; its field `folder` is not a section.
        path: The file.
        environment: The environment variables. Those that override a key are `PYDIDCOMM_`, the program, the
            section and the key in capitals, joined by `_`.
        program: The name of the command, for instance "mediator".

    Raises:
        FileNotFoundError: The file does not exist.
        ValueError: The file is not TOML, or a section or key is unknown, missing, or has another type.
    """
    prefix = f"PYDIDCOMM_{program}_".upper()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        message = f"{path} must be TOML: {why}"
        raise ValueError(message) from error
    sections = get_type_hints(kind)
    del sections["folder"]
    unknown = sorted(set(found) - set(sections))
    if unknown:
        message = f"{path} has the unknown section [{unknown[0]}]; the sections are {', '.join(sections)}"
        raise ValueError(message)
    # the path of the file
    known = {f"{prefix}CONFIG"}
    for name, section in sections.items():
        known |= {f"{prefix}{name}_{key}".upper() for key in get_type_hints(section)}
    stray = sorted(each for each in environment if each.startswith(prefix) and each not in known)
    if stray:
        message = f"the environment variable {stray[0]} does not match a section and key of the configuration"
        raise ValueError(message)
    reader = _Reader(path, environment, prefix, program)
    return {name: reader.section(section, name, found.get(name, {})) for name, section in sections.items()}


def write_sections(settings: object) -> str:
    """Return the TOML text of the settings that differ from their defaults.

    Args:
        settings: The dataclass of the whole file.

    Raises:
        ImportError: The extra `cli` is not installed.
    """
    import tomli_w  # noqa: PLC0415, the extra `cli`

    sections: dict[str, dict[str, Any]] = {}
    for section in fields(cast("Any", settings)):
        value = getattr(settings, section.name)
        if not is_dataclass(value):
            continue
        changed = {
            key.name: getattr(value, key.name)
            for key in fields(value)
            if getattr(value, key.name) != key.default
        }
        if changed:
            sections[section.name] = changed
    return tomli_w.dumps(sections)


class _Reader:
    """Reads the sections of one file."""

    def __init__(self, path: Path, environment: Mapping[str, str], prefix: str, program: str) -> None:
        self._path = path
        self._environment = environment
        self._prefix = prefix
        self._program = program

    def section(self, kind: Any, name: str, found: object) -> Any:  # noqa: ANN401, a dataclass
        where = f"{self._path}: [{name}]"
        if not isinstance(found, dict):
            message = f"{where} must be a section, got {found!r}"
            raise ValueError(message)  # noqa: TRY004, of a file
        members = cast("dict[str, object]", found)
        kinds = get_type_hints(kind)
        unknown = sorted(set(members) - set(kinds))
        if unknown:
            message = f"{where} has the unknown key `{unknown[0]}`; the keys are {', '.join(kinds)}"
            raise ValueError(message)
        values: dict[str, Any] = {}
        for key, expected in kinds.items():
            variable = f"{self._prefix}{name}_{key}".upper()
            if variable in self._environment:
                values[key] = _convert_text(self._environment[variable], expected, variable)
            elif key in members:
                values[key] = _convert_toml(members[key], expected, f"{where} `{key}`")
        required = [each.name for each in fields(kind) if each.default is MISSING]
        missing = [key for key in required if key not in values]
        if missing:
            message = f"{where} lacks `{missing[0]}`: `pydidcomm {self._program} init` writes it"
            raise ValueError(message)
        return kind(**values)


def _convert_toml(value: object, expected: object, where: str) -> object:
    plain = {str: "a string", bool: "true or false", int: "an integer"}
    for kind, named in plain.items():
        if expected is not kind:
            continue
        # in Python a bool is an int
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        message = f"{where} must be {named}, got {value!r}"
        raise ValueError(message)
    if isinstance(value, list) and all(isinstance(each, str) for each in cast("list[object]", value)):
        return tuple(cast("list[str]", value))
    message = f"{where} must be an array of strings, got {value!r}"
    raise ValueError(message)


def _convert_text(value: str, expected: object, variable: str) -> object:
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
