"""Run code written for `didcomm`, `peerdid` and `didcomm-messaging` on pydidcomm, unchanged.

After `install()`, `import didcomm`, `import peerdid` and `import didcomm_messaging` mean the packages of the
same names in here, which hand everything on to pydidcomm. `python -m pydidcomm.compat script.py` runs a
script so. `import pydidcomm` alone imports none of this.

`MIGRATION.md` in this directory maps the old names to those of pydidcomm; `DIFFERENCES.md` lists the intended
differences, each with its reason and switch.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["PACKAGES", "install"]

PACKAGES = ("didcomm", "peerdid", "didcomm_messaging")
"""The packages that have a stand-in here."""


def install(*packages: str) -> None:
    """Makes `import` find the stand-ins in place of the originals, from now on and in this process.

    The modules are the same under both names: `didcomm.message is pydidcomm.compat.didcomm.message`. Whether
    the originals are installed makes no difference. A second call adds to the first.

    Args:
        packages: Which of `PACKAGES`; all of them by default.

    Raises:
        ImportError: One of the originals is imported already; its classes and ours would be mixed up.
        ValueError: The package has no stand-in.

    Example:
        >>> import importlib, pydidcomm.compat.didcomm.errors
        >>> pydidcomm.compat.install()
        >>> importlib.import_module("didcomm.errors") is pydidcomm.compat.didcomm.errors
        True
    """
    chosen = packages or PACKAGES
    for package in chosen:
        if package not in PACKAGES:
            message = f"there is no stand-in for {package}, only for {', '.join(PACKAGES)}"
            raise ValueError(message)
        _check_not_imported(package)
    installed = next((finder for finder in sys.meta_path if isinstance(finder, _StandIns)), None)
    if installed is None:
        installed = _StandIns()
        sys.meta_path.insert(0, installed)
    installed.packages.update(chosen)


class _StandIns(MetaPathFinder):
    """Finds the stand-ins of the packages for which it was installed."""

    def __init__(self) -> None:
        self.packages: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002, what a finder is called with
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Where a module is found: here, or None where it is not ours."""
        if fullname.partition(".")[0] not in self.packages:
            return None
        return ModuleSpec(fullname, _StandIn())


class _StandIn(Loader):
    """Hands out the module of ours under the name of the original."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module, which may have been imported before under its own name."""
        own = f"{__name__}.{spec.name}"
        try:
            module = import_module(own)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{own}.".startswith(f"{error.name}."):
                message = f"{spec.name} needs {error.name}: pip install 'pydidcomm[compat]'"
                raise ModuleNotFoundError(message, name=error.name) from error
            message = f"pydidcomm.compat has no {spec.name}: the module {error.name} was not found"
            if getattr(sys, "frozen", False):
                message += "; pack it into the frozen program, for instance with a hook or `hiddenimports`"
            raise ModuleNotFoundError(message, name=spec.name) from None
        self._own_spec = module.__spec__
        # importing these later would put them in place of functions of the same name, such as didcomm.unpack
        for name, loaded in [*sys.modules.items()]:
            if name.startswith(f"{own}."):
                sys.modules.setdefault(name.removeprefix(f"{__name__}."), loaded)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its own spec back, by which it stays what it was under its own name."""
        module.__spec__ = self._own_spec


def _check_not_imported(package: str) -> None:
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == package and not getattr(module, "__name__", "").startswith(
            f"{__name__}."
        ):
            message = (
                f"{name} is imported already: call pydidcomm.compat.install() before anything imports it"
            )
            raise ImportError(message, name=package)
