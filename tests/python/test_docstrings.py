"""Every public name says what it is, and every example in a docstring runs."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
from enum import Enum
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

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
PARSER = doctest.DocTestParser()


def names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the module offers: its `__all__`, or what it defines."""
    offered = getattr(module, "__all__", None)
    for name, value in inspect.getmembers(module):
        is_own = getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
        if name in offered if offered is not None else is_own:
            yield f"{module.__name__}.{name}", value


def members(qualified: str, cls: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties; members of an Enum and fields of a class are told of by that class."""
    fields: Any = getattr(cls, "__dataclass_fields__", getattr(cls, "_fields", {}))
    # a class may be written in several private modules
    rooms = ("pydidcomm._party.", "pydidcomm.sync._party.")
    owners = [cls, *(owner for owner in cls.__mro__[1:] if owner.__module__.startswith(rooms))]
    for name, value in (pair for owner in owners for pair in vars(owner).items()):
        if not name.startswith("_") and not isinstance(value, Enum) and name not in fields:
            # a static method is told of by the function inside
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


def test_the_collection_reaches_python_and_compiled_names() -> None:
    for name in (
        "pydidcomm",
        "pydidcomm.sync",
        "pydidcomm.unpack",
        "pydidcomm.sync.unpack",
        "pydidcomm.Message",
        "pydidcomm.Message.as_dict",
        "pydidcomm.Message.from_dict",
        "pydidcomm.Message.body",
        "pydidcomm.Metadata.authenticated",
        "pydidcomm.DIDCommMessaging.pack",
        "pydidcomm.DIDCommMessaging.secrets",
        "pydidcomm.SecretsStore.add_key",
        "pydidcomm.errors.UntrustedMessageError",
        "pydidcomm.out_of_band.invitation",
    ):
        assert name in PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_a_docstring(name: str) -> None:
    # inspect.getdoc would take the docstring of a parent, which describes another thing
    text = PUBLIC[name].__doc__
    assert text, name
    assert text.strip()
    first = text.strip().splitlines()[0]
    assert first[-1] in ".:", first
    assert first[0] == first[0].upper() or first[0] in "`'", first


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str) -> None:
    test = PARSER.get_doctest(
        inspect.getdoc(EXAMPLES[name]) or "", {"__name__": "__main__"}, name, None, None
    )
    assert test.examples
    said: list[str] = []
    results = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert results.attempted == len(test.examples)
    assert results.failed == 0, "".join(said)


@pytest.mark.parametrize(
    "name", [name for name, value in names(pydidcomm) if inspect.iscoroutinefunction(value)]
)
def test_a_public_coroutine_function_has_an_example(name: str) -> None:
    assert name in EXAMPLES


@pytest.mark.parametrize(
    "name",
    [name for name, value in PUBLIC.items() if dataclasses.is_dataclass(value) and inspect.isclass(value)],
)
def test_every_field_of_an_option_is_told_of(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    for field in dataclasses.fields(PUBLIC[name]):
        assert f"    {field.name}: " in text


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, value in PUBLIC.items()
        if name.startswith("pydidcomm.errors.") and inspect.isclass(value)
    ],
)
def test_every_attribute_of_an_exception_is_told_of(name: str) -> None:
    cls = PUBLIC[name]
    assert issubclass(cls, (pydidcomm.DIDCommError, Warning))
    own = vars(cls).get("__init__")
    for argument in inspect.signature(own).parameters if own else ():
        assert argument == "self" or f"    {argument}: " in (cls.__doc__ or "")


def test_no_docstring_of_a_property_begins_with_a_type() -> None:
    # Sphinx's napoleon takes what stands before a colon for the type
    begins = {
        f"{name}.{member}": inspect.getdoc(getattr(value, member)) or ""
        for module in MODULES
        for name, value in names(module)
        if isinstance(value, type)
        for member, kind in inspect.getmembers(value, inspect.isdatadescriptor)
        if not member.startswith("_") and (inspect.isgetsetdescriptor(kind) or isinstance(kind, property))
    }
    assert len(begins) > 100
    odd = {
        name: first
        for name, doc in begins.items()
        if ": " in re.sub("`[^`]*`", "", first := doc.partition("\n")[0])
    }
    assert odd == {}
