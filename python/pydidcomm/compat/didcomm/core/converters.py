"""The ids of messages and attachments, as values or as functions that generate them."""

from typing import Any

from pydidcomm.compat.didcomm.core.utils import id_generator_default

__all__ = ["converter__didcomm_id", "converter__id"]


def converter__id(_id: Any = None) -> Any:  # noqa: ANN401
    """Return the id: a new one for None, the result of a function."""
    if _id is None:
        return id_generator_default()
    return _id() if callable(_id) else _id


converter__didcomm_id = converter__id
