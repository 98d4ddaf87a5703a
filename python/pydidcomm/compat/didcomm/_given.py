"""Convert a message for packing to `pydidcomm.Message`."""

import time
from typing import Any, cast

import pydidcomm
from pydidcomm.compat.didcomm.common.types import JSON_OBJ
from pydidcomm.compat.didcomm.core.utils import get_did
from pydidcomm.compat.didcomm.message import FromPrior, GenericMessage

__all__ = ["convert_message", "write_parties"]


_NAMED = "_named"
"""The attribute with the parties that packing has filled in; they are replaced for another recipient."""


def convert_message(message: GenericMessage[Any] | JSON_OBJ) -> pydidcomm.Message:
    """Return the `pydidcomm.Message` of a message object or a JSON object, with `from_prior` as claims."""
    if isinstance(message, GenericMessage):
        if message.from_prior is not None and message.from_prior.iat is None:
            message.from_prior.iat = int(time.time())
        headers = message.as_dict()
        named: JSON_OBJ = message.__dict__.get(_NAMED, {})
        headers = {name: value for name, value in headers.items() if named.get(name, ...) != value}
    else:
        headers = dict(message)
    prior = headers.pop("from_prior", None)
    plain = pydidcomm.Message.from_dict(headers)
    if prior is None:
        return plain
    if isinstance(prior, dict):
        prior = FromPrior.from_dict(cast("JSON_OBJ", prior))
    return plain.replace(from_prior=pydidcomm.FromPrior(**prior.as_dict()))


def write_parties(
    message: GenericMessage[Any] | JSON_OBJ, *, sender: str | None, signed: bool, to: str | None = None
) -> None:
    """Write the parties that packing has filled in into the message object."""
    if isinstance(message, GenericMessage):
        before: JSON_OBJ = message.__dict__.get(_NAMED, {})
        now: JSON_OBJ = {}
        if message.frm is None or message.frm == before.get("from"):
            message.frm = now["from"] = None if sender is None else get_did(sender)
        if message.to is None or message.to == before.get("to"):
            message.to = now["to"] = None if to is None or not signed else [get_did(to)]
        message.__dict__[_NAMED] = now
