"""Every public name says what it is, and every example in a docstring runs."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re

import pytest

import pydidcomm
from support.docstrings import EXAMPLES, MODULES, PUBLIC, names

PARSER = doctest.DocTestParser()


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
def test_every_field_of_an_option_is_documented(name: str) -> None:
    text = inspect.getdoc(PUBLIC[name]) or ""
    for field in dataclasses.fields(PUBLIC[name]):
        if not field.name.startswith("_"):
            assert f"    {field.name}: " in text


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, value in PUBLIC.items()
        if name.startswith("pydidcomm.errors.") and inspect.isclass(value)
    ],
)
def test_every_attribute_of_an_exception_is_documented(name: str) -> None:
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
