"""The importer of the stand-ins: it imports a module of this package under its name in the original."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["StandIns"]

_HOME = "pydidcomm.compat"


class StandIns(MetaPathFinder):
    """Finds the stand-ins of the installed packages."""

    def __init__(self) -> None:
        self.packages: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002, what a finder is called with
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec of a stand-in; None for any other module."""
        if fullname.partition(".")[0] not in self.packages:
            return None
        return ModuleSpec(fullname, _StandIn())


class _StandIn(Loader):
    """Loads a module of this package under its name in the original."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Import the module, which may be imported already under its own name."""
        own = f"{_HOME}.{spec.name}"
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
        # importing these later would replace functions of the same name, such as didcomm.unpack
        for name, loaded in [*sys.modules.items()]:
            if name.startswith(f"{own}."):
                sys.modules.setdefault(name.removeprefix(f"{_HOME}."), loaded)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Restore the module's own spec, which belongs to its own name."""
        module.__spec__ = self._own_spec
