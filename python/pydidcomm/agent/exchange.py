"""Export and import of relationships as JSON, to move them into another store."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from inspect import isawaitable
from typing import Any, Final, TypeVar, cast

from pydidcomm import DIDCommMessaging, Secret
from pydidcomm.agent.pages import all_records, all_relationships
from pydidcomm.agent.records import (
    INVITATION,
    MEDIATION,
    OWN_DID,
    RECIPIENT,
    RETIRED,
    InvitationRecord,
    MediationRecord,
    RetiredRecord,
)
from pydidcomm.errors import MalformedMessageError, SecretNotFoundError
from pydidcomm.protocols._codec import read
from pydidcomm.stores import Done, Record, Relationship, Store

__all__ = ["FORMAT", "export_store", "restore_export"]

Value = TypeVar("Value")

FORMAT: Final = "pydidcomm-agent/1"
"""The member `format` of an export."""

AT_ONCE: Final = 100
"""Entries per transaction."""

_OBJECTS: Final[Mapping[str, tuple[str, type[InvitationRecord | MediationRecord | RetiredRecord]]]] = {
    "invitations": (INVITATION, InvitationRecord),
    "mediators": (MEDIATION, MediationRecord),
    "retired": (RETIRED, RetiredRecord),
}
"""Members of an export that are lists of records, with the kind and the class of each."""

_TEXTS: Final = {"dids": OWN_DID, "recipients": RECIPIENT}
"""Members of an export that map record keys to texts, with the kind of each."""


async def export_store(store: Store, messaging: DIDCommMessaging, *, private_keys: bool) -> dict[str, Any]:
    """Return the relationships of a store as a JSON object, see `Agent.export`.

    Args:
        store: The store.
        messaging: Resolves our DIDs.
        private_keys: Whether to include the private keys of our DIDs.

    Raises:
        SecretNotFoundError: The private key of a DID is not in the store.
        ValueError: A private key is not exportable.
    """
    relationships = [asdict(one) async for one in all_relationships(store)]
    found: dict[str, Any] = {"format": FORMAT, "relationships": relationships}
    for name, (kind, _) in _OBJECTS.items():
        found[name] = [json.loads(record.value) async for record in all_records(store, kind)]
    for name, kind in _TEXTS.items():
        found[name] = {record.key: record.value.decode() async for record in all_records(store, kind)}
    if private_keys:
        found["private_keys"] = [
            await _jwk(messaging, kid) for did in _own_dids(found) for kid in await _kids(messaging, did)
        ]
    # plain JSON types, without tuples
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


async def restore_export(store: Store, export: Mapping[str, Any]) -> int:
    """Store the entries of an export; return the number of new relationships.

    Args:
        store: The store.
        export: The object that `exported` returned.

    Raises:
        ValueError: `export` has another format, or a malformed entry.
        TypeError: `export` is not an object, or the secrets of the store are read-only.
    """
    given = cast("object", export)
    if not isinstance(given, Mapping):
        problem = f"`export` must be the object that `Agent.export` returned, got {type(given).__name__}"
        raise TypeError(problem)
    if export.get("format") != FORMAT:
        problem = f"`export` must have the format {FORMAT!r}, got {export.get('format')!r}"
        raise ValueError(problem)
    # all entries are checked before the first one is stored
    relationships = [
        _relationship(number, one) for number, one in enumerate(_read_list(export, "relationships"))
    ]
    records = [*_read_records(export)]
    secrets = [_secret(number, one) for number, one in enumerate(_read_list(export, "private_keys"))]
    for secret in secrets:
        kept: Any = getattr(store.secrets, "add_key", None)
        if kept is None:
            problem = "`export` has private keys, and the secrets of the store are read-only (no `add_key`)"
            raise TypeError(problem)
        answer = kept(secret)
        if isawaitable(answer):
            await answer
    new = [one for one in relationships if await store.relationship(one.id) is None]
    added = [one for one in records if await store.record(one.kind, one.key) is None]
    for first in range(0, len(new), AT_ONCE):
        await store.commit(Done(relationships=tuple(new[first : first + AT_ONCE])))
    for first in range(0, len(added), AT_ONCE):
        await store.commit(Done(records=tuple(added[first : first + AT_ONCE])))
    return len(new)


def _own_dids(found: Mapping[str, Any]) -> Iterable[str]:
    """Return our DIDs in an export, each once."""
    dids: dict[str, None] = {}
    for one in found["relationships"]:
        dids |= dict.fromkeys((one["ours"], *one["our_history"]))
    for name in ("invitations", "retired"):
        dids |= dict.fromkeys(one["did"] for one in found[name])
    return dids | dict.fromkeys(found["dids"].values()) | dict.fromkeys(found["recipients"])


async def _kids(messaging: DIDCommMessaging, did: str) -> list[str]:
    document = await messaging.resolve(did)
    return list(dict.fromkeys((*document.key_agreement, *document.authentication)))


async def _jwk(messaging: DIDCommMessaging, kid: str) -> dict[str, Any]:
    found: Any = messaging.secrets.get_key(kid)
    if isawaitable(found):
        found = await found
    if found is None:
        raise SecretNotFoundError([kid])
    if not hasattr(found, "expose_jwk"):
        problem = f"the private key {kid} is not exportable (no `expose_jwk`): export without `private_keys`"
        raise ValueError(problem)
    return {**found.expose_jwk(), "kid": kid}


def _read_list(export: Mapping[str, Any], name: str) -> list[Any]:
    found: Any = export.get(name, [])
    kind = type(found).__name__
    if not isinstance(found, list):
        problem = f"`export`: {name} must be a list, got {kind}"
        raise ValueError(problem)  # noqa: TRY004, of a file
    return list(cast("Iterable[Any]", found))


def _read_dataclass(kind: Callable[..., Value], value: object, where: str) -> Value:
    """Read a dataclass from a JSON object, and check the types of its members; null means the default."""
    try:
        return read(kind, value, where)
    except MalformedMessageError as error:
        problem = f"`export`: {error.part} is {error.reason}"
        raise ValueError(problem) from error


def _relationship(number: int, value: Any) -> Relationship:  # noqa: ANN401, of a file
    where = f"relationships[{number}]"
    made = _read_dataclass(Relationship, value, where)
    known = [one.name for one in fields(Relationship)]
    unknown = sorted(set(value).difference(known))
    if unknown:
        problem = f"`export`: {where} has the unknown member {unknown[0]!r}; there are {', '.join(known)}"
        raise ValueError(problem)
    return made


def _read_records(export: Mapping[str, Any]) -> Iterable[Record]:
    for name, (_, kind) in _OBJECTS.items():
        for number, one in enumerate(_read_list(export, name)):
            _read_dataclass(kind, one, f"{name}[{number}]")
            try:
                # `from_json` does not replace null with the default
                yield kind.from_json(json.dumps(one).encode()).record()
            except (TypeError, KeyError) as error:
                problem = f"`export`: {name}[{number}] is malformed: {error}"
                raise ValueError(problem) from error
    for name, text_kind in _TEXTS.items():
        found = export.get(name, {})
        texts = cast("dict[str, Any]", found if isinstance(found, dict) else {"": None})
        if not all(isinstance(one, str) for one in texts.values()):
            problem = f"`export`: {name} must be an object whose values are strings"
            raise ValueError(problem)
        yield from (Record(kind=text_kind, key=key, value=text.encode()) for key, text in texts.items())


def _secret(number: int, value: Any) -> Secret:  # noqa: ANN401, of a file
    try:
        return Secret(value)
    except (ValueError, TypeError) as error:
        # the text of the library may quote the key
        problem = f"`export`: private_keys[{number}] must be a private JWK with a `kid`"
        raise ValueError(problem) from error
