"""The installed package: its names, its type information, and no run-time dependency."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import re
import subprocess
import sys
import typing
from importlib.resources import files
from types import ModuleType
from typing import Any

import pytest

import pydidcomm
from pydidcomm import errors, out_of_band, sync

ISSUE = [
    "Message",
    "FromPrior",
    "Attachment",
    "pack_plaintext",
    "pack_signed",
    "pack_encrypted",
    "unpack",
    "ResolversConfig",
    "PackEncryptedConfig",
    "UnpackConfig",
    "DIDResolver",
    "SecretsResolver",
    "SecretsStore",
    "InMemorySecrets",
    "Secret",
    "DIDDocument",
    "PrefixResolver",
    "LocalResolver",
    "DIDCommMessaging",
    "create_peer_did",
    "AnonCryptAlg",
    "AuthCryptAlg",
    "SignAlg",
    "MediaType",
    "Packed",
    "PackedPlaintext",
    "PackedSigned",
    "Metadata",
    "UnpackResult",
]


def public(module: ModuleType) -> set[str]:
    return {
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), ModuleType)
    } - {"annotations", "TYPE_CHECKING"}


@pytest.mark.parametrize("module", [pydidcomm, sync], ids=lambda module: module.__name__)
def test_all_is_complete_and_sorted(module: Any) -> None:  # noqa: ANN401, a module with __all__
    assert list(module.__all__) == sorted(module.__all__)
    assert set(module.__all__) == public(module)


def test_all_of_out_of_band_contains_only_existing_names() -> None:
    assert list(out_of_band.__all__) == sorted(out_of_band.__all__)
    for name in out_of_band.__all__:
        assert hasattr(out_of_band, name)


def test_every_documented_name_exists() -> None:
    assert set(ISSUE) <= set(pydidcomm.__all__)


def test_every_exception_is_exported_by_the_package() -> None:
    for name in (name for name in public(errors) if isinstance(getattr(errors, name), type)):
        if getattr(errors, name).__module__ == errors.__name__:
            assert getattr(pydidcomm, name) is getattr(errors, name)


def test_sync_has_every_operation_under_the_same_name_and_arguments() -> None:
    assert set(sync.__all__) == set(pydidcomm.__all__)
    for name in sync.__all__:
        one, other = getattr(pydidcomm, name), getattr(sync, name)
        assert not inspect.iscoroutinefunction(other)
        has_twin = inspect.iscoroutinefunction(one) or name in {"DIDCommMessaging", "unpack_each"}
        assert (one is other) is not has_twin, name
        if one is not other:
            assert signature(one) == signature(other), name
    for name, method in inspect.getmembers(pydidcomm.DIDCommMessaging, inspect.isfunction):
        if not name.startswith("_") and name != "aclose":
            assert signature(method) == signature(getattr(sync.DIDCommMessaging, name)), name


def signature(function: Any) -> str | list[str]:  # noqa: ANN401, a function or a class
    """The signature; of a function that takes an asynchronous iterable the names of its parameters."""
    found = inspect.signature(function)
    return list(found.parameters) if function.__name__ == "unpack_each" else str(found)


ONE_NAME = (
    "create_jwk_did create_key_did create_peer_did pack_many pack_plaintext pack_signed receive rewrap "
    "sign_attachment unpack unpack_each unpack_forward unpack_many verify_attachment wrap_in_forward"
)
METHODS = {
    "pack_encrypted": "pack",
    "pack_encrypted_to_each": "pack_to_each",
    **dict(zip(ONE_NAME.split(), ONE_NAME.split(), strict=True)),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_function_has_the_options_of_its_method_under_the_same_names(name: str) -> None:
    function = inspect.signature(getattr(pydidcomm, name)).parameters
    method = inspect.signature(getattr(pydidcomm.DIDCommMessaging, METHODS[name])).parameters
    # what the object has, and what only the method can take from the message
    own = {"resolvers_config", "secrets", "resolver", "self", "anonymous"}
    assert set(function) - own == set(method) - own


def test_types_are_shipped() -> None:
    package = files("pydidcomm")
    assert package.joinpath("py.typed").is_file()
    assert package.joinpath("_core.pyi").is_file()


def functions_of(value: Any) -> list[Any]:  # noqa: ANN401, anything public
    if not inspect.isclass(value):
        return [value] if inspect.isfunction(value) else []
    own = [getattr(member, "__func__", getattr(member, "fget", member)) for member in vars(value).values()]
    return [value, *filter(inspect.isfunction, own)]


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".sync",
        ".out_of_band",
        ".v1",
        ".sync.v1",
        ".errors",
        ".batches",
        ".diagnosis",
        ".dids",
        ".resolvers",
    ],
)
def test_type_hints_of_every_public_function_are_evaluated(name: str) -> None:
    module = importlib.import_module(f"pydidcomm{name}")
    checked = [
        function
        for name in getattr(module, "__all__", public(module))
        for function in functions_of(getattr(module, name))
        if "._" not in function.__module__ and function.__module__.startswith("pydidcomm")
    ]
    assert checked
    for function in checked:
        assert isinstance(typing.get_type_hints(function), dict)
        for member in vars(function).values() if inspect.isclass(function) else ():
            if inspect.isfunction(member):
                typing.get_type_hints(member)


def test_nothing_is_required_at_run_time() -> None:
    requires = importlib.metadata.requires("pydidcomm") or []
    assert [requirement for requirement in requires if "extra ==" not in requirement] == []
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", pydidcomm.__version__)
    assert importlib.metadata.version("pydidcomm") == pydidcomm.__version__


def fresh(program: str) -> set[str]:
    """The words that a fresh interpreter prints."""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    return set(run.stdout.split())


def loaded_by(statement: str) -> set[str]:
    """The packages that a fresh interpreter loads from files for the statement."""
    return fresh(f"""
import sys
before = set(sys.modules)
{statement}
compiled_in = {{*sys.builtin_module_names}}
print(*{{name.split(".")[0] for name in set(sys.modules) - before - compiled_in}})
""")


def test_importing_it_loads_nothing_else() -> None:
    # a dozen modules of the standard library would take far longer than the core
    # what is built into the interpreter, as atexit is, costs nothing
    assert loaded_by("import pydidcomm") - {*sys.builtin_module_names} == {"pydidcomm"}


@pytest.mark.slow
def test_a_name_and_its_module_are_loaded_on_first_use() -> None:
    program = "import pydidcomm; print(pydidcomm.{0}.__module__, {0!r} in vars(pydidcomm))"
    assert fresh(program.format("UnpackConfig")) == {"pydidcomm.config", "True"}
    assert fresh("import pydidcomm; print(pydidcomm.errors.DIDCommError.__name__)") == {"DIDCommError"}
    assert fresh("from pydidcomm import *; print(*(name for name in dir() if name[0] != '_'))") == set(
        pydidcomm.__all__
    )


def test_an_unknown_name_raises_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pydidcomm' has no attribute 'unpak'") as caught:
        getattr(pydidcomm, "unpak")  # noqa: B009, no type checker lets it pass
    assert (caught.value.name, caught.value.obj) == ("unpak", pydidcomm)


def test_using_it_loads_no_event_loop_and_no_other_package() -> None:
    imported = loaded_by("from pydidcomm import *; import pydidcomm.sync")
    assert "pydidcomm" in imported
    heavy = {
        "asyncio",
        "anyio",
        "trio",
        "cryptography",
        "pydantic",
        "ssl",
        "socket",
        "http",
        "logging",
        "json",
    }
    assert imported & heavy == set()
    assert imported - sys.stdlib_module_names == {"pydidcomm"}
