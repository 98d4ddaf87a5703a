"""The importer of the stand-ins: a module of this package under the name that it has in the original."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["StandIns"]

_HOME = "pydidcomm.compat"


class StandIns(MetaPathFinder):
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
        # importing these later would put them in place of functions of the same name, such as didcomm.unpack
        for name, loaded in [*sys.modules.items()]:
            if name.startswith(f"{own}."):
                sys.modules.setdefault(name.removeprefix(f"{_HOME}."), loaded)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its own spec back, by which it stays what it was under its own name."""
        module.__spec__ = self._own_spec
