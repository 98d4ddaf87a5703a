"""The read-only dict and list for JSON of an immutable object: a change would be lost, so it raises."""

from __future__ import annotations

# type checkers treat it as true, and `typing.TYPE_CHECKING` would cost the import of typing
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["ReadOnlyDict", "ReadOnlyList"]


def _refuse(self: Any, *_arguments: Any, **_named: Any) -> NoReturn:  # noqa: ANN401, of the methods of dict and list
    kind = "dict" if isinstance(self, dict) else "list"
    message = (
        f"this {kind} is read-only: change a copy (`copy.deepcopy(...)`), and create a new object with it, "
        "for instance by `message.replace(body=...)`"
    )
    raise TypeError(message)


class ReadOnlyDict(dict):  # type: ignore[type-arg]
    """An immutable `dict`; a copy of it is a plain `dict`."""

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class ReadOnlyList(list):  # type: ignore[type-arg]
    """An immutable `list`; a copy of it is a plain `list`."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)
