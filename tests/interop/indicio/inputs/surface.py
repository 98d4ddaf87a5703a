"""The public names of the package, with their signatures."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201

import dataclasses
import importlib
import inspect

MODULES = """
crypto crypto.base crypto.jwe crypto.backend.askar crypto.backend.authlib crypto.backend.basic legacy.crypto
messaging multiformats.multibase multiformats.multicodec packaging quickstart resolver resolver.jwk
resolver.key resolver.peer resolver.web routing v1.crypto.askar v1.crypto.base v1.crypto.nacl v1.messaging
v1.packaging v1.utils
"""


def signature_of(value):
    """The parameters, and their defaults where they are plain values."""
    told = []
    for parameter in inspect.signature(value).parameters.values():
        default = parameter.default
        if default is inspect.Parameter.empty:
            text = ""
        elif isinstance(default, (str, bool, int, type(None))):
            text = f"={default!r}"
        else:
            text = "=..."
        told.append(f"{parameter.kind.name}:{parameter.name}{text}")
    return told


def surface():
    """Every public name of the package, with what can be told of it."""
    names = {}
    for module_name in [f"didcomm_messaging.{name}" for name in MODULES.split()]:
        module = importlib.import_module(module_name)
        for name, value in vars(module).items():
            home = getattr(value, "__module__", None) or ""
            if name.startswith("_") or not home.endswith(module_name):
                continue
            full = f"{module_name}.{name}"
            if inspect.isclass(value):
                mro = [base.__name__ for base in value.__mro__]
                names[full] = (
                    {"error": "Exception" in mro, "abstract": sorted(value.__abstractmethods__)}
                    if hasattr(value, "__abstractmethods__")
                    else {"error": "Exception" in mro}
                )
                if dataclasses.is_dataclass(value):
                    names[full]["fields"] = [field.name for field in dataclasses.fields(value)]
                if not issubclass(value, Exception) and "Enum" not in mro and "tuple" not in mro:
                    names[f"{full}()"] = signature_of(value)
                for base in reversed(value.__mro__):
                    if "didcomm_messaging" in base.__module__:
                        members = {name: member for name, member in vars(base).items() if name[0] != "_"}
                        names.update({f"{full}.{name}": told_of(member) for name, member in members.items()})
            elif callable(value):
                names[full] = told_of(value)
    return names


def told_of(member):
    inner = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
    if isinstance(inner, property):
        return "property"
    if inspect.isfunction(inner):
        kind = "coroutine" if inspect.iscoroutinefunction(inner) else "function"
        return [kind, *signature_of(inner)]
    return "value"
