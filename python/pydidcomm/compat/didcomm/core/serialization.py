"""Convert objects to JSON text and back."""

import json

import pydidcomm
from pydidcomm.compat._json import read_object
from pydidcomm.compat.didcomm.common.types import JSON, JSON_OBJ
from pydidcomm.compat.didcomm.errors import MalformedMessageCode, MalformedMessageError

__all__ = ["dict_to_json", "dict_to_json_bytes", "json_bytes_to_dict", "json_str_to_dict"]


def dict_to_json_bytes(msg: JSON_OBJ) -> bytes:
    """Return the JSON text of an object as bytes."""
    return dict_to_json(msg).encode()


def dict_to_json(msg: JSON_OBJ) -> JSON:
    """Return the JSON text of an object."""
    return json.dumps(msg, ensure_ascii=False)


def json_bytes_to_dict(json_bytes: bytes) -> JSON_OBJ:
    """Parse JSON from bytes."""
    return _object(json_bytes)


def json_str_to_dict(json_str: JSON) -> JSON_OBJ:
    """Parse JSON from a text."""
    return _object(json_str)


def _object(text: str | bytes) -> JSON_OBJ:
    try:
        return read_object(text)
    except (TypeError, pydidcomm.DIDCommError) as error:
        raise MalformedMessageError(MalformedMessageCode.INVALID_MESSAGE) from error
