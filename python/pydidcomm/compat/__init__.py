"""Run code written for `didcomm`, `peerdid` and `didcomm-messaging` on pydidcomm, unchanged.

After `install()`, `import didcomm`, `import peerdid` and `import didcomm_messaging` import the packages of
the same names in this package, which call pydidcomm. `python -m pydidcomm.compat script.py` runs a script
with them. `import pydidcomm` alone imports none of these.

`MIGRATION.md` in this directory maps the old names to those of pydidcomm; `DIFFERENCES.md` lists the intended
differences, each with its reason and switch.
"""

import sys

from pydidcomm.compat._stand_ins import StandIns

__all__ = ["PACKAGES", "install"]

PACKAGES = ("didcomm", "peerdid", "didcomm_messaging")
"""The packages with a stand-in in this package."""


def install(*packages: str) -> None:
    """Make `import` find the stand-ins instead of the originals in this process.

    The modules are the same under both names: `didcomm.message is pydidcomm.compat.didcomm.message`. Whether
    the originals are installed makes no difference. A second call adds to the first.

    Args:
        packages: The names of packages in `PACKAGES`; all of them by default.

    Raises:
        ImportError: An original is imported already; its classes and those of the stand-in would be mixed.
        ValueError: A package has no stand-in.

    Example:
        >>> import importlib, pydidcomm.compat.didcomm.errors
        >>> pydidcomm.compat.install()
        >>> importlib.import_module("didcomm.errors") is pydidcomm.compat.didcomm.errors
        True
    """
    chosen = packages or PACKAGES
    for package in chosen:
        if package not in PACKAGES:
            message = f"`packages` must be among {', '.join(PACKAGES)}, got {package!r}"
            raise ValueError(message)
        _check_not_imported(package)
    installed = next((finder for finder in sys.meta_path if isinstance(finder, StandIns)), None)
    if installed is None:
        installed = StandIns()
        sys.meta_path.insert(0, installed)
    installed.packages.update(chosen)


def _check_not_imported(package: str) -> None:
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == package and not getattr(module, "__name__", "").startswith(
            f"{__name__}."
        ):
            message = f"{name} is imported already: call pydidcomm.compat.install() before its first import"
            raise ImportError(message, name=package)
