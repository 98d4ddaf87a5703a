"""The public names with a docstring, and those whose docstring has an example."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from enum import Enum
from operator import itemgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pydidcomm

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = [
    pydidcomm,
    *(
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(pydidcomm.__path__, "pydidcomm.")
        if not any(part.startswith("_") for part in module.name.split("."))
    ),
]


def names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the module offers: its `__all__`, or what it defines."""
    offered = getattr(module, "__all__", None)
    for name, value in inspect.getmembers(module):
        is_own = getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
        if name in offered if offered is not None else is_own:
            yield f"{module.__name__}.{name}", value


def members(qualified: str, cls: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties; the class documents its fields and the members of an Enum."""
    fields: Any = getattr(cls, "__dataclass_fields__", getattr(cls, "_fields", {}))
    # a class may be written in several private modules
    rooms = ("pydidcomm._party.", "pydidcomm.sync._party.")
    owners = [cls, *(owner for owner in cls.__mro__[1:] if owner.__module__.startswith(rooms))]
    for name, value in sorted((pair for owner in owners for pair in vars(owner).items()), key=itemgetter(0)):
        if not name.startswith("_") and not isinstance(value, Enum) and name not in fields:
            # the docstring of a static method is that of its function
            yield f"{qualified}.{name}", getattr(value, "__func__", value)


def documented() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in MODULES:
        found[module.__name__] = module
        for qualified, value in names(module):
            found[qualified] = value
            if inspect.isclass(value):
                found |= members(qualified, value)
    return found


# constants have no docstring at run time; what is a plain value or an alias of types is left out
PUBLIC: dict[str, Any] = {
    name: value
    for name, value in documented().items()
    if inspect.isroutine(value)
    or inspect.isclass(value)
    or inspect.isdatadescriptor(value)
    or isinstance(value, ModuleType)
}
EXAMPLES = {name: value for name, value in PUBLIC.items() if ">>>" in (inspect.getdoc(value) or "")}
